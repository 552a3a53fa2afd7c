"""An asyncio event loop for an interpreter that is alone: no sockets, no threads, no signals.

Timers, tasks, futures, queues and locks work, and so do API calls that the host carries out meanwhile.

The loop of `asyncio.run` runs where it was called, and waits there. While it does the host may fire further hooks. A
loop that could only wait forever says so instead.

The hooks of a plugin share a loop that never waits: it runs what can run whenever the host enters the interpreter, for
a hook or for the loop (`driving`). So what asyncio binds to a loop, locks and queues, serves all hooks, and tasks go on
between them; also in the middle of a task, while that waits in an API call without await.

Importing this module imports asyncio; `asyncio_import` does that when a plugin does.
"""

from __future__ import annotations

import asyncio
import heapq
import traceback
from asyncio.base_events import BaseEventLoop
from asyncio.events import BaseDefaultEventLoopPolicy, _get_running_loop, _set_running_loop
from asyncio.tasks import _swap_current_task  # type: ignore[attr-defined]
from contextlib import contextmanager
from contextvars import Context

import _mmpy

from mattermost_plugin._internal import driving, hook_runner

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator
    from typing import Any, TypeVar

    M = TypeVar("M", bound=_mmpy.Message)
    T = TypeVar("T")

# How many API calls of one loop are under way at a time; more take their turns.
MAX_CALLS = 256

# How long a loop that the host drives goes on while there is something to do, before it lets others in; in seconds.
SLICE = 0.005

# How long a task may have failed before somebody asks for that, in seconds. Then it is logged.
REPORT_AFTER = 1.0


class _Waiter:
    """What a loop waits with, in place of a selector. Its events are the tickets of API calls."""

    def __init__(self) -> None:
        self.calls: dict[int, asyncio.Future[None]] = {}  # what is submitted, by ticket

    def select(self, timeout: float | None) -> list[int]:
        if not self.calls:
            if timeout is None:
                raise RuntimeError(
                    "the event loop would wait forever: every task waits for something, and no timer, API call or other "
                    "task is left to bring it about (there are no threads and no sockets here)"
                )
            if timeout <= 0:
                return []
        return _mmpy.wait(self.calls, timeout)


class GuestEventLoop(BaseEventLoop):
    """The loop of `asyncio.run`, and of async hook handlers."""

    _woken = False  # the host wakes the interpreter when a call has ended

    def __init__(self) -> None:
        super().__init__()
        self._selector = _Waiter()
        self._slots = asyncio.Semaphore(MAX_CALLS)

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
            ticket = _mmpy.submit(method, request, self._woken)
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


class HookLoop(GuestEventLoop):
    """A loop that hooks share. It is kept, and so are its tasks, which outlive their hooks."""

    def __init__(self) -> None:
        super().__init__()
        self._woken = hook_runner.driven
        self._sorting = False  # timers and calls, which nothing else may do
        self._tasks: set[asyncio.Task[Any]] = set()
        self._unreported: dict[asyncio.Task[Any], asyncio.TimerHandle] = {}

    def create_task(self, coro: Any, **options: Any) -> asyncio.Task[Any]:  # type: ignore[override]
        """A task, which is kept."""
        task = super().create_task(coro, **options)
        self.keep(task)
        return task

    def run_ready(self, begin: Callable[[], None] | None = None) -> None:
        """Runs what can run now, after begin, and does not wait."""
        if self._sorting:  # something has entered in between: what is below goes on with it
            if begin is not None:
                self.call_soon(begin)
            return
        with self._entered():
            if begin is not None:
                begin()
            if begin is None or self._ready:
                until = self.time() + SLICE
                self._run_once()
                while self._ready and self.time() < until:
                    self._run_once()

    def run_task(self, task: asyncio.Task[T]) -> T:
        """Runs, and waits, until the task is done; gives its result."""
        with self._entered():
            while not task.done():
                self._run_once()
                if not (task.done() or self._ready):
                    due = self.next_due()
                    self._process_events(self._selector.select(None if due == driving.NEVER else due - self.time()))
        return task.result()

    @contextmanager
    def _entered(self) -> Iterator[None]:
        """Makes this the running loop. It may run already, in the middle of a task, which does not go on meanwhile."""
        if not self.is_running():
            self._run_forever_setup()
            try:
                yield
            finally:
                self._run_forever_cleanup()
            return
        running = _get_running_loop()
        _set_running_loop(self)
        task = _swap_current_task(self, None)
        try:
            yield
        finally:
            _swap_current_task(self, task)
            _set_running_loop(running)

    def _run_once(self) -> None:
        """Runs what is ready. In the middle of each callback, this may be entered again."""
        self._sorting = True
        try:
            if self._selector.calls:
                self._process_events(_mmpy.wait(self._selector.calls, 0))
            self._drop_cancelled()
            now = self.time() + self._clock_resolution
            while self._scheduled and self._scheduled[0]._when < now:
                handle = heapq.heappop(self._scheduled)
                handle._scheduled = False
                if handle._cancelled:
                    self._timer_cancelled_count -= 1
                else:
                    self._ready.append(handle)
        finally:
            self._sorting = False
        for _ in range(len(self._ready)):
            if not self._ready:  # they have run meanwhile
                break
            handle = self._ready.popleft()
            if not handle._cancelled:
                handle._run()

    def _drop_cancelled(self) -> None:
        """Forgets timers that were cancelled: those that are next, and all when they are the most."""
        while self._scheduled and self._scheduled[0]._cancelled:
            self._timer_cancelled_count -= 1
            heapq.heappop(self._scheduled)._scheduled = False
        if self._timer_cancelled_count > max(50, len(self._scheduled) // 2):
            kept = [handle for handle in self._scheduled if not handle._cancelled]
            for handle in self._scheduled:
                handle._scheduled = not handle._cancelled
            heapq.heapify(kept)
            self._scheduled, self._timer_cancelled_count = kept, 0

    @property
    def tickets(self) -> Iterable[int]:
        """Of the API calls that are under way."""
        return self._selector.calls

    def next_due(self) -> float:
        """When there is something to run, of what is known now; see `driving.next_due`."""
        if self._ready:
            return 0.0
        self._drop_cancelled()
        return self._scheduled[0]._when if self._scheduled else driving.NEVER

    def stop_background(self) -> None:
        """Cancels all that does not belong to a hook which waits for its answer."""
        for handle in self._unreported.values():
            handle.cancel()
        for task in list(self._unreported):
            self._report(task)
        for task in list(self._tasks):
            if not _of_hook(task.get_context()):
                task.cancel()
        for handle in self._scheduled:
            if not _of_hook(handle._context):
                handle.cancel()

    def keep(self, task: asyncio.Task[Any]) -> None:
        """Keeps a task until it has ended; asyncio does not."""
        if not task.done():
            self._tasks.add(task)
            task.add_done_callback(self._task_ended, context=_no_context)

    def _task_ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled() or not task._log_traceback:  # type: ignore[attr-defined]
            return
        if driving.stopping:
            self._report(task)
        else:
            self._unreported[task] = self.call_later(REPORT_AFTER, self._report, task, context=_no_context)

    def _report(self, task: asyncio.Task[Any]) -> None:
        """Logs that a task failed, unless somebody has asked for its result; asyncio does when it is forgotten."""
        self._unreported.pop(task, None)
        if task._log_traceback:  # type: ignore[attr-defined]
            message = f"{task.get_name()} failed, and nobody waits for it"
            self.call_exception_handler({"message": message, "exception": task.exception(), "task": task})


_no_context = Context()


def _of_hook(context: Context) -> bool:
    """Whether the context is that of a hook that waits for its answer."""
    activity = context.get(hook_runner.activity)
    return activity is not None and activity.number != 0



def shared_loop() -> HookLoop:
    """The loop that all hooks share."""
    loop = driving.loop
    if not isinstance(loop, HookLoop) or loop.is_closed():
        loop = driving.loop = HookLoop()
        driving.use()
    return loop


def run_to_end(awaitable: Awaitable[T], context: Context) -> T:
    """What the awaitable gives. On a deadline it is cancelled, so that its ``finally`` blocks run."""
    loop = shared_loop()
    task = loop.create_task(_coroutine(awaitable), context=context)
    try:
        return loop.run_task(task)
    except BaseException as error:
        if not task.done():  # it did not fail itself: the deadline struck in the loop
            note_where(error, task.get_coro())
            _cancel(loop, task)
        raise


async def _coroutine(awaitable: Awaitable[T]) -> T:
    return await awaitable


def note_where(error: BaseException, awaited: Any) -> None:
    """Adds to the error the lines of the coroutines that a suspended one is in, the outermost first."""
    lines = ["The handler was waiting here:\n"]
    while frame := getattr(awaited, "cr_frame", None):
        if frame.f_code is not _coroutine.__code__:
            lines += traceback.format_list(traceback.extract_stack(frame, limit=1))
        awaited = awaited.cr_await
    error.add_note("".join(lines).rstrip())


def _cancel(loop: HookLoop, task: asyncio.Task[Any]) -> None:
    task.cancel()
    try:
        loop.run_task(task)
    except (Exception, asyncio.CancelledError):
        pass  # the deadline is the error to tell
