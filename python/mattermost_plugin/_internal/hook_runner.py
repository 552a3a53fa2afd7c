"""Running one hook handler, sync or async, with the deadline's exception and nested hooks in mind."""

from __future__ import annotations

import sys
from contextvars import ContextVar, copy_context

import _mmpy

from mattermost_plugin._internal import limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable
    from contextvars import Context
    from typing import Any

DEFAULT_HOOK_TIMEOUT = 30.0
_SIGINT = 2
_BELOW = 2  # what `_mmpy.over` says: the time of a call below is over
_COMPUTED = 3  # and that the call has computed for longer than it may

# The hooks on the stack, the innermost last: a hook's API call may fire another. None stands for what runs on behalf of
# many, tasks and jobs; `activity` says then whose code it is.
_running: list[str | None] = []
_outside = copy_context()  # the context that no hook has changed
_timeout = DEFAULT_HOOK_TIMEOUT

# Called at the end of each hook, once there is an event loop that goes on between hooks.
after_hook: Callable[[], None] | None = None


class HookTimeoutError(Exception):
    """A hook took longer than it may. It is raised wherever the handler is at that moment."""

    def __init__(self, hook_name: str, timeout: float, message: str | None = None) -> None:
        super().__init__(message or f"hook {hook_name} took longer than {timeout:g} s")
        self.hook_name = hook_name
        self.timeout = timeout


class HookInvocationError(Exception):
    """A hook handler failed."""

    def __init__(self, hook_name: str, original_error: BaseException, message: str | None = None) -> None:
        super().__init__(message or f"hook {hook_name} failed: {original_error}")
        self.hook_name = hook_name
        self.original_error = original_error


class Activity:
    """What code belongs to that runs between hooks: a job, a background task, or a hook that is answered later."""

    number = 0  # of the hook, for the host

    def __init__(self, what: str) -> None:
        self.what = what

    def deadline_error(self) -> Exception:
        """What is raised in the code when it runs for too long."""
        return TimeoutError(f"{self.what} ran for more than {time_limit():g} s")


activity: ContextVar[Activity | None] = ContextVar("activity", default=None)


def raise_at_deadline(timeout: float) -> None:
    """Makes the host's interrupt a HookTimeoutError that names the hook and the time it had, in seconds."""
    import _signal

    global _timeout
    _timeout = timeout
    _signal.signal(_SIGINT, _interrupted)


def outside_context() -> Context:
    """A copy of the context that no hook has changed."""
    return (_outside if _running else copy_context()).copy()


def time_limit(hook: str | None = None) -> float:
    """How long a hook may take, in seconds; without a name, a job."""
    return limits.hook_seconds(hook, _timeout)


def deadline_error() -> Exception:
    """The exception of the deadline of what runs now."""
    name = _running[-1] if _running else None
    if name is not None:
        return HookTimeoutError(name, time_limit(name))
    current = activity.get()
    return current.deadline_error() if current else TimeoutError("deadline exceeded")


def _interrupted(signal_number: int, frame: Any) -> None:
    if not _running:
        raise deadline_error()
    name = _running[-1]
    if name is not None:
        why = _mmpy.over(0)
        if why == _COMPUTED:
            raise HookTimeoutError(name, time_limit(name), _computed(f"hook {name}"))
        if why == _BELOW:
            message = f"hook {name} was interrupted: the time of a hook that waits for it is over"
            raise HookTimeoutError(name, time_limit(name), message)
        if why or not driven:  # otherwise it is for others, at the begin or the end of what runs on top of the hook
            raise deadline_error()
        return
    # Somebody's time is over, of those who may be running. Between two of them nobody is to blame.
    current = activity.get()
    why = _mmpy.over(current.number) if current is not None else 0
    if current is not None and why:
        error = current.deadline_error()
        if why == _COMPUTED:
            error.args = (_computed(current.what),)
        raise error


def _computed(what: str) -> str:
    return f"{what} computed for more than {limits.cpu_seconds(_timeout):g} s"


def run_handler(name: str, handler: Callable[..., Any], *args: Any) -> Any:
    """What the handler returns; a coroutine is run to its end here, without the host. What it raises comes out.

    The handler has a context (`contextvars`) and an event loop of its own, not those of the hook that it is nested in.
    """
    with _Hook(name) as context:
        result = context.run(handler, *args)
        if hasattr(result, "__await__"):
            import asyncio  # noqa: F401  # before the event loop, which it imports in its turn

            from mattermost_plugin._internal.event_loop import run_to_end

            result = run_to_end(result, context)
        return result


# Whether the host is loading the plugin; what is begun then could not be kept.
loading = False

# Whether the host drives the event loop. It does for a plugin that it has loaded, and not where a test fires hooks.
driven = False


def answer_hook(
    name: str,
    handler: Callable[..., Any],
    args: list[Any],
    respond: Callable[[Any], bytes],
    failed: Callable[[Exception], bytes] | None = None,
    end: Callable[[], None] | None = None,
) -> bytes:
    """The answer to a hook: what respond makes of what the handler returns. What either raises comes out.

    The answer of an async handler that waits is PENDING, and the true one is given to the host later. Its exception is
    answered by failed, if there is one. end is called at the end of the hook, whatever has become of it.

    _mmpy.hook does the same for the outermost hook.
    """
    global _outside
    outer = None
    if _running:
        outer = _suspend_loop()
    else:
        _outside = copy_context()
    context = _outside.copy()
    _running.append(name)
    try:
        result = context.run(handler, *args)
        if hasattr(result, "__await__"):
            ending, end = end, None
            return answer_awaitable(name, result, context, respond, failed, ending)
        return respond(result)
    finally:
        if end is not None:
            end()
        _running.pop()
        if outer is not None:
            _resume_loop(outer)
        if after_hook is not None:
            after_hook()


def answer_awaitable(
    name: str,
    awaitable: Any,
    context: Context,
    respond: Callable[[Any], bytes],
    failed: Callable[[Exception], bytes] | None = None,
    end: Callable[[], None] | None = None,
) -> bytes:
    """answer_hook for what an async handler has returned. The hook is the last one in _running."""
    import asyncio  # noqa: F401  # before what imports it in its turn

    if driven:
        from mattermost_plugin._internal.deferred import answer_later

        return answer_later(name, awaitable, context, respond, failed, end)
    from mattermost_plugin._internal.event_loop import run_to_end

    try:
        return respond(run_to_end(awaitable, context))
    finally:
        if end is not None:
            end()


class _Hook:
    """A hook on the stack; gives a context for its handler."""

    def __init__(self, name: str | None) -> None:
        self._name = name

    def __enter__(self) -> Context:
        global _outside
        self._outer = None
        if _running:
            self._outer = _suspend_loop()
        else:
            _outside = copy_context()
        _running.append(self._name)
        return _outside.copy()

    def __exit__(self, *_: object) -> None:
        _running.pop()
        if self._outer is not None:
            _resume_loop(self._outer)


def between_hooks() -> _Hook:
    """Surrounds code that runs on behalf of many; each of them says so in `activity`."""
    return _Hook(None)


def belongs_to_many() -> None:
    """The hook that runs is answered later: from here on whatever has to be done is done."""
    _running[-1] = None


def _suspend_loop() -> AbstractEventLoop | None:
    events = sys.modules.get("asyncio.events")
    loop = events._get_running_loop() if events else None
    if loop is not None:
        events._set_running_loop(None)
    return loop


def _resume_loop(loop: AbstractEventLoop) -> None:
    sys.modules["asyncio.events"]._set_running_loop(loop)
