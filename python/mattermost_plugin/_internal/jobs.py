"""Work that is done again and again, between hooks."""

from __future__ import annotations

import math
from time import monotonic, time

from mattermost_plugin._internal import driving, hook_runner, limits
from mattermost_plugin._internal.driving import Timer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import Task
    from collections.abc import Awaitable, Callable
    from datetime import timedelta
    from typing import Any

    Interval = float | timedelta
    Work = Callable[[], Any]


_scheduled = 0  # jobs that were not cancelled


class JobLimitError(RuntimeError):
    """The plugin has as many jobs as it may have."""


class Job:
    """Calls a function at the times of its schedule, until it is cancelled or the plugin ends.

    A function that fails is called again the next time; its traceback is in the log. It is not called while it still
    runs: what is due meanwhile is left out.

    Attributes:
        name: what the log calls it.
    """

    def __init__(self, work: Work, name: str, schedule: Schedule) -> None:
        global _scheduled
        if _scheduled >= limits.jobs():
            raise JobLimitError(f"{_scheduled} jobs are scheduled already, as many as the plugin may have")
        self.name = name
        self._work = work
        self._schedule = schedule
        self._timer: Timer | None = None
        self._task: Task[None] | None = None
        self._cancelled = False
        self._wait()
        _scheduled += 1

    @property
    def cancelled(self) -> bool:
        """Whether the function is not called any more."""
        return self._cancelled

    def cancel(self) -> None:
        """Does not call the function any more. One that is async, and runs, is cancelled too."""
        global _scheduled
        if not self._cancelled:
            _scheduled -= 1
        self._cancelled = True
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()

    def _wait(self) -> None:
        if not (self._cancelled or driving.stopping):
            self._timer = Timer(self._schedule.next_due(), self._run)

    def _run(self) -> None:
        if not self._schedule.has_come():
            self._wait()
        elif not self._call(self._work):
            self._wait()

    def _call(self, work: Work) -> bool:
        """Does the work. True when that goes on; `_ended` is called in the end."""
        activity = hook_runner.Activity(f"job {self.name}")
        context = hook_runner.outside_context()
        context.run(hook_runner.activity.set, activity)
        try:
            result = context.run(work)
            if hasattr(result, "__await__"):
                self._task = _spawn(result, activity, self.name)
                self._task.add_done_callback(self._ended, context=context)
                return True
        except Exception as error:
            self._tell(error)
        return False

    def _ended(self, task: Task[None]) -> None:
        self._task = None
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._tell(error)
        self._wait()

    def _tell(self, error: BaseException) -> None:
        import logging

        logging.getLogger("mattermost_plugin").error("job %s failed", self.name, exc_info=error)

    def __repr__(self) -> str:
        return f"<Job {self.name}{', cancelled' if self._cancelled else ''}>"


def _spawn(awaitable: Awaitable[Any], activity: hook_runner.Activity, name: str) -> Task[None]:
    import asyncio

    from mattermost_plugin._internal.deferred import spawn

    async def limited() -> None:
        limit = asyncio.timeout(hook_runner.time_limit())
        try:
            async with limit:
                await awaitable
        except TimeoutError:
            if limit.expired():
                raise activity.deadline_error() from None
            raise

    return spawn(limited(), activity, name)


class Schedule:
    """When a job is due."""

    def next_due(self) -> float:
        """The next time, on the monotonic clock."""
        raise NotImplementedError

    def has_come(self) -> bool:
        """Whether the time that was given last has come indeed."""
        return True


class Every(Schedule):
    """Each time an interval has passed, counted from now, whatever the clock on the wall is set to."""

    def __init__(self, interval: Interval) -> None:
        self._interval = seconds(interval)
        self._due = monotonic()

    def next_due(self) -> float:
        missed = math.floor((monotonic() - self._due) / self._interval)
        self._due += self._interval * (max(missed, 0) + 1)
        return self._due


class At(Schedule):
    """The times of a cron text, by the clock on the wall."""

    def __init__(self, text: str) -> None:
        from mattermost_plugin._internal.cron import Cron

        self._cron = Cron(text)
        self._at = 0.0
        self._done = True

    def next_due(self) -> float:
        from datetime import UTC, datetime

        if self._done:
            at = self._cron.next(datetime.fromtimestamp(max(time(), self._at), UTC))
            self._at = at.timestamp() if at is not None else driving.NEVER
            self._done = False
        return monotonic() + max(self._at - time(), 0.0)

    def has_come(self) -> bool:
        self._done = time() >= self._at  # the clock may have been set back
        return self._done


def seconds(interval: Interval) -> float:
    """An interval, a number of seconds or a timedelta, in seconds."""
    total = getattr(interval, "total_seconds", None)
    number = float(total() if total is not None else interval)
    if not 0 < number < math.inf:
        raise ValueError(f"an interval must be more than 0 seconds, not {number:g}")
    return number


def schedule_of(when: Interval | str) -> Schedule:
    """The schedule that an interval or a cron text means."""
    return At(when) if isinstance(when, str) else Every(when)


def name_of(work: Work, name: str | None) -> str:
    """What the log calls a job."""
    if not callable(work):
        raise TypeError(f"the work of a job must be a function, not {work!r}")
    return name or getattr(work, "__qualname__", None) or repr(work)
