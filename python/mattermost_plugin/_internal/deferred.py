"""Async hooks and background tasks of a plugin that the host has loaded: tasks of a shared loop, which the host drives.

Importing this module imports asyncio.
"""

from __future__ import annotations

import asyncio
import types

import _mmpy

from mattermost_plugin._internal import driving, hook_runner
from mattermost_plugin._internal.event_loop import HookLoop, note_where, run_to_end, shared_loop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Generator
    from contextvars import Context
    from typing import Any, TypeVar

    T = TypeVar("T")


# How long a hook may take, whose code was interrupted, before what it waits for then is cancelled too; in seconds.
WIND_UP = 0.5


class _HookTimeoutError(hook_runner.HookTimeoutError, asyncio.CancelledError):
    """What is raised where a hook waits: a cancellation for asyncio, and the deadline for the handler."""


_HookTimeoutError.__name__ = _HookTimeoutError.__qualname__ = hook_runner.HookTimeoutError.__name__
_HookTimeoutError.__module__ = hook_runner.HookTimeoutError.__module__


class _DeferredHook(hook_runner.Activity):
    """A hook that has not been answered, and the task that does so."""

    def __init__(self, name: str, number: int) -> None:
        super().__init__(f"hook {name}")
        self.name, self.number = name, number
        self.over = False
        self._interrupted = False
        self.task: asyncio.Task[None] | None = None

    def deadline_error(self) -> Exception:
        if self.number:
            self._interrupted = True
            return hook_runner.HookTimeoutError(self.name, hook_runner.time_limit(self.name))
        return super().deadline_error()  # of what it has left behind

    async def answer(
        self,
        awaitable: Awaitable[Any],
        respond: Callable[[Any], bytes],
        failed: Callable[[Exception], bytes] | None,
        end: Callable[[], None] | None,
    ) -> None:
        """Awaits what the handler has returned, and tells the host what respond makes of it."""
        number, answer = self.number, b""
        failure: BaseException | None = None
        try:
            try:
                answer = respond(await self._guarded(awaitable))
            except Exception as error:
                if failed is None:
                    raise
                answer = failed(error)
            finally:
                if end is not None:
                    end()
        except BaseException as error:
            failure = error
        try:
            self._tell(number, answer, failure)
        except hook_runner.HookTimeoutError:  # its time is over just now, which changes nothing any more
            self._tell(number, answer, failure)

    def expire(self) -> None:
        """The time of the hook is over, or nobody waits for it any more."""
        assert self.task is not None
        if self.over:
            self._ended()
        self.over = True
        if self._interrupted:  # where its code ran: let the exception find its way
            self._interrupted = False
            self.task.get_loop().call_later(WIND_UP, self._cancel)
        else:
            self._cancel()

    def _cancel(self) -> None:
        assert self.task is not None
        self.task.cancel()

    def _tell(self, number: int, answer: bytes, failure: BaseException | None) -> None:
        """Gives the host the answer. The second time, if it has it already, nothing happens."""
        self._ended()
        try:
            if failure is None:
                _mmpy.complete(number, answer)
            else:
                _mmpy.fail(number, failure)
        except _mmpy.StatusError:
            pass

    def _ended(self) -> None:
        _hooks.pop(self.number, None)
        self.number = 0  # its tasks that go on are nobody's
        self.what = f"a task that hook {self.name} has started"

    @types.coroutine
    def _guarded(self, awaitable: Awaitable[T]) -> Generator[Any, Any, T]:
        """What the awaitable gives. When the hook's time is over, it is that which is raised where it waits."""
        coroutine: Any = awaitable if isinstance(awaitable, types.CoroutineType) else _coroutine(awaitable)
        error: BaseException | None = None
        while True:
            try:
                awaited = coroutine.send(None) if error is None else coroutine.throw(error)
            except StopIteration as stop:
                return stop.value
            error = None
            try:
                yield awaited
            except GeneratorExit:
                coroutine.close()
                raise
            except asyncio.CancelledError as cancelled:
                error = cancelled
                if self.over:
                    error = _HookTimeoutError(self.name, hook_runner.time_limit(self.name))
                    note_where(error, coroutine)
            except BaseException as raised:
                error = raised


async def _coroutine(awaitable: Awaitable[T]) -> T:
    return await awaitable


_hooks: dict[int, _DeferredHook] = {}


def answer_later(
    name: str,
    awaitable: Awaitable[Any],
    context: Context,
    respond: Callable[[Any], bytes],
    failed: Callable[[Exception], bytes] | None,
    end: Callable[[], None] | None,
) -> Any:
    """Begins with what the handler has returned. The result is PENDING; the host may have the answer already."""
    try:
        number = _mmpy.defer()
    except _mmpy.StatusError:  # too many wait
        return _answer_now(awaitable, context, respond, end)
    hook = _hooks[number] = _DeferredHook(name, number)
    hook_runner.belongs_to_many()
    context.run(hook_runner.activity.set, hook)
    driving.expire = _expire
    loop = shared_loop()

    def begin() -> None:
        coroutine = hook.answer(awaitable, respond, failed, end)
        hook.task = asyncio.Task(coroutine, loop=loop, name=hook.what, context=context, eager_start=True)
        loop.keep(hook.task)

    loop.run_ready(begin)
    return _mmpy.PENDING


def _answer_now(
    awaitable: Awaitable[Any], context: Context, respond: Callable[[Any], bytes], end: Callable[[], None] | None
) -> bytes:
    try:
        return respond(run_to_end(awaitable, context))
    finally:
        if end is not None:
            end()


def _expire(number: int) -> None:
    """The time of a hook is over."""
    hook = _hooks.get(number)
    if hook is not None:
        hook.expire()


def spawn(coroutine: Coroutine[Any, Any, T], activity: hook_runner.Activity, name: str | None = None) -> asyncio.Task[T]:
    """Makes a task of a shared loop, whose code belongs to the activity and to no hook."""
    if not asyncio.iscoroutine(coroutine):
        raise TypeError(f"a coroutine is needed, not {coroutine!r}")
    running = asyncio._get_running_loop()
    loop = running if isinstance(running, HookLoop) else shared_loop()
    context = hook_runner.outside_context()
    context.run(hook_runner.activity.set, activity)
    return loop.create_task(coroutine, name=name, context=context)
