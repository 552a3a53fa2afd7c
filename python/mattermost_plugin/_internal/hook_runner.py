"""Running one hook handler, sync or async, with the deadline's exception and nested hooks in mind."""

from __future__ import annotations

import sys
from contextvars import copy_context

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable
    from contextvars import Context
    from typing import Any

DEFAULT_HOOK_TIMEOUT = 30.0
_SIGINT = 2

_running: list[str] = []  # the hooks on the stack, the innermost last: a hook's API call may fire another
_outside = copy_context()  # the context that no hook has changed
_timeout = DEFAULT_HOOK_TIMEOUT


class HookTimeoutError(Exception):
    """A hook took longer than it may. It is raised wherever the handler is at that moment."""

    def __init__(self, hook_name: str, timeout: float) -> None:
        super().__init__(f"hook {hook_name} took longer than {timeout:g} s")
        self.hook_name = hook_name
        self.timeout = timeout


class HookInvocationError(Exception):
    """A hook handler failed."""

    def __init__(self, hook_name: str, original_error: BaseException, message: str | None = None) -> None:
        super().__init__(message or f"hook {hook_name} failed: {original_error}")
        self.hook_name = hook_name
        self.original_error = original_error


def raise_at_deadline(timeout: float) -> None:
    """Makes the host's interrupt a HookTimeoutError that names the hook and the time it had, in seconds."""
    import _signal

    global _timeout
    _timeout = timeout
    _signal.signal(_SIGINT, _interrupted)


def deadline_error() -> Exception:
    """The exception of the deadline of what runs now."""
    if _running:
        return HookTimeoutError(_running[-1], _timeout)
    return TimeoutError("deadline exceeded")


def _interrupted(signal_number: int, frame: Any) -> None:
    raise deadline_error()


def run_handler(name: str, handler: Callable[..., Any], *args: Any) -> Any:
    """What the handler returns; a coroutine is run to its end. What it raises comes out.

    The handler has a context (`contextvars`) and an event loop of its own, not those of the hook that it is nested in.
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
        return run_awaitable(result, context) if hasattr(result, "__await__") else result
    finally:
        _running.pop()
        if outer is not None:
            _resume_loop(outer)


def run_awaitable(result: Any, context: Context) -> Any:
    """What a coroutine, or anything else that can be awaited, gives in the end."""
    import asyncio  # noqa: F401  # before the event loop, which it imports in its turn

    from mattermost_plugin._internal.event_loop import run_to_end

    return run_to_end(result, context)


def _suspend_loop() -> AbstractEventLoop | None:
    events = sys.modules.get("asyncio.events")
    loop = events._get_running_loop() if events else None
    if loop is not None:
        events._set_running_loop(None)
    return loop


def _resume_loop(loop: AbstractEventLoop) -> None:
    sys.modules["asyncio.events"]._set_running_loop(loop)
