"""An asyncio event loop for an interpreter that is alone: no sockets, no threads, no signals.

Timers, tasks, futures, queues and locks work, and so do API calls that the host carries out meanwhile. While a loop
waits the host may fire further hooks. A loop that could only wait forever says so instead.

All async hooks share one loop, if they can: a hook that is fired while the loop waits runs it on top, and the tasks of
the hooks below go on. So what asyncio binds to a loop, locks and queues, serves all of them. Only a hook that is fired
in the middle of a task (by an API call without await) has another loop.

Importing this module imports asyncio; `asyncio_import` does that when a plugin does.
"""

from __future__ import annotations

import asyncio
import traceback
from asyncio.base_events import BaseEventLoop
from asyncio.events import BaseDefaultEventLoopPolicy, _set_running_loop

import _mmpy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextvars import Context
    from typing import Any, TypeVar

    M = TypeVar("M", bound=_mmpy.Message)
    T = TypeVar("T")

# How many API calls of one loop are under way at a time; more take their turns.
MAX_CALLS = 256


class _Waiter:
    """What a loop waits with, in place of a selector. Its events are the tickets of API calls."""

    def __init__(self) -> None:
        self.calls: dict[int, asyncio.Future[None]] = {}  # what is submitted, by ticket
        self.waiting = False

    def select(self, timeout: float | None) -> list[int]:
        if not self.calls:
            if timeout is None:
                raise RuntimeError(
                    "the event loop would wait forever: every task waits for something, and no timer, API call or other "
                    "task is left to bring it about (there are no threads and no sockets here)"
                )
            if timeout <= 0:
                return []
        self.waiting = True
        try:
            return _mmpy.wait(self.calls, timeout)
        finally:
            self.waiting = False


class GuestEventLoop(BaseEventLoop):
    """The loop of `asyncio.run`, and of async hook handlers."""

    def __init__(self) -> None:
        super().__init__()
        self._selector = _Waiter()
        self._slots = asyncio.Semaphore(MAX_CALLS)

    @property
    def enterable(self) -> bool:
        """Whether `run_task` may be called: the loop does not run, or waits."""
        return self._selector.waiting or not self.is_running()

    async def call_api(
        self,
        method: str,
        request: _mmpy.Message,
        response_type: type[M],
        meanwhile: Callable[[], Awaitable[None]] | None = None,
    ) -> M:
        """The response of an API method, while this loop goes on. Raises _mmpy.StatusError.

        meanwhile is called, and awaited, when the host has begun with the call.
        """
        async with self._slots:
            ticket = _mmpy.submit(method, request)
            try:
                completed = self._selector.calls[ticket] = self.create_future()
                if meanwhile is not None:
                    await meanwhile()
                await completed
            except BaseException:
                self._selector.calls.pop(ticket, None)
                _mmpy.forget(ticket)
                raise
            return _mmpy.collect(ticket, response_type, method)

    def run_task(self, task: asyncio.Task[T]) -> T:
        """Runs until the task is done; on top of itself where it is `enterable` and runs. Gives the task's result."""
        below = self.is_running()
        if below:
            self._selector.waiting = False
            _set_running_loop(self)
        else:
            self._run_forever_setup()
        try:
            while not task.done():
                self._run_once()
        finally:
            if below:
                self._selector.waiting = True
                _set_running_loop(None)
            else:
                self._run_forever_cleanup()
        return task.result()

    def _process_events(self, event_list: list[int]) -> None:
        for ticket in event_list:
            completed = self._selector.calls.pop(ticket, None)  # None: a hook on top has seen it
            if completed is not None and not completed.done():
                completed.set_result(None)

    def _write_to_self(self) -> None:
        pass  # who waits is woken whenever something else has run

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        """Calls func soon, here: there are no threads. `asyncio.to_thread` comes this way as well."""
        self._check_closed()
        future: asyncio.Future[T] = self.create_future()

        def call() -> None:
            if future.cancelled():
                return
            try:
                result = func(*args)
            except StopIteration as error:  # a future cannot hold it
                future.set_exception(RuntimeError(f"{func!r} raised {error!r}"))
            except Exception as error:
                future.set_exception(error)
            else:
                future.set_result(result)

        self.call_soon(call)
        return future


class GuestEventLoopPolicy(BaseDefaultEventLoopPolicy):
    """Makes GuestEventLoop the loop of `asyncio.new_event_loop`, and so of `asyncio.run`."""

    _loop_factory = GuestEventLoop


# The loops of hooks. They are kept so that a task which outlives its hook goes on during the next ones.
_loops: list[GuestEventLoop] = []


def _loop() -> GuestEventLoop:
    _loops[:] = [loop for loop in _loops if not loop.is_closed()]
    for loop in _loops:
        if loop.enterable:
            return loop
    _loops.append(GuestEventLoop())
    return _loops[-1]


def run_to_end(awaitable: Awaitable[T], context: Context) -> T:
    """What the awaitable gives. On a deadline it is cancelled, so that its ``finally`` blocks run."""
    loop = _loop()
    task = loop.create_task(_coroutine(awaitable), context=context)
    try:
        return loop.run_task(task)
    except BaseException as error:
        if not task.done():  # it did not fail itself: the deadline struck in the loop
            error.add_note("".join(["The handler was waiting here:\n", *_where(task)]).rstrip())
            _cancel(loop, task)
        raise


async def _coroutine(awaitable: Awaitable[T]) -> T:
    return await awaitable


def _where(task: asyncio.Task[Any]) -> list[str]:
    """The lines of the coroutines that a suspended task is in, the outermost first."""
    lines = []
    awaited: Any = task.get_coro()
    while frame := getattr(awaited, "cr_frame", None):
        if frame.f_code is not _coroutine.__code__:
            lines += traceback.format_list(traceback.extract_stack(frame, limit=1))
        awaited = awaited.cr_await
    return lines


def _cancel(loop: GuestEventLoop, task: asyncio.Task[Any]) -> None:
    task.cancel()
    try:
        loop.run_task(task)
    except (Exception, asyncio.CancelledError):
        pass  # the deadline is the error to tell
