"""An asyncio event loop for an interpreter that is alone: no sockets, no threads, no signals.

Timers, tasks, futures, queues and locks work; waiting is sleeping. A loop that could only wait forever says so instead.
Importing this module imports asyncio; `asyncio_import` does that when a plugin does.
"""

from __future__ import annotations

import asyncio
import time
import traceback
from asyncio.base_events import BaseEventLoop
from asyncio.events import BaseDefaultEventLoopPolicy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextvars import Context
    from typing import Any, TypeVar

    T = TypeVar("T")


class _Sleeper:
    """What a loop waits with, in place of a selector."""

    def select(self, timeout: float | None) -> tuple[()]:
        if timeout is None:
            raise RuntimeError(
                "the event loop would wait forever: every task waits for something, and no timer or other task is left "
                "to bring it about (there are no threads and no sockets here)"
            )
        if timeout > 0:
            time.sleep(timeout)
        return ()


class GuestEventLoop(BaseEventLoop):
    """The loop of `asyncio.run`, and of async hook handlers."""

    def __init__(self) -> None:
        super().__init__()
        self._selector = _Sleeper()

    def _process_events(self, event_list: tuple[()]) -> None:
        pass

    def _write_to_self(self) -> None:
        pass  # nobody else could be asleep

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


# Loops that no hook runs in now. They are kept so that a task which outlives its hook goes on during the next ones.
_idle: list[GuestEventLoop] = []


def run_to_end(awaitable: Awaitable[T], context: Context) -> T:
    """What the awaitable gives. On a deadline it is cancelled, so that its ``finally`` blocks run."""
    loop = _idle.pop() if _idle else GuestEventLoop()
    task = loop.create_task(_coroutine(awaitable), context=context)
    try:
        return loop.run_until_complete(task)
    except BaseException as error:
        if not task.done():  # it did not fail itself: the deadline struck in the loop
            error.add_note("".join(["The handler was waiting here:\n", *_where(task)]).rstrip())
            _cancel(loop, task)
        raise
    finally:
        if not loop.is_closed():
            _idle.append(loop)


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
        loop.run_until_complete(task)
    except (Exception, asyncio.CancelledError):
        pass  # the deadline is the error to tell
