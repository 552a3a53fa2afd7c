"""What goes on between hooks, whenever the host enters the interpreter for it: timers, and the event loop.

The host is told when there is something to do next (`_mmpy.alarm`), and calls `wake` then, and when an API call of a
loop has ended. Nothing here imports asyncio.
"""

from __future__ import annotations

import heapq
from time import monotonic

import _mmpy

from mattermost_plugin._internal import hook_runner

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Protocol

    class Loop(Protocol):
        """An event loop that the host drives."""

        @property
        def tickets(self) -> Iterable[int]: ...
        def run_ready(self) -> None: ...
        def next_due(self) -> float: ...
        def stop_background(self) -> None: ...


NEVER = float("inf")
_STOP = -1  # what wake is told when the plugin is about to end

loop: Loop | None = None  # of the async hooks, once there are any
stopping = False

# Called with the number of a deferred hook whose time is over; set where there are any.
expire: Callable[[int], None] | None = None

_timers: list[Timer] = []  # a heap
_count = 0
_told: float | None = NEVER  # when the host is to wake next, as far as it knows


class Timer:
    """Calls a function once, at a time of the monotonic clock, between hooks."""

    def __init__(self, due: float, callback: Callable[[], None]) -> None:
        global _count
        _count += 1
        self.due, self._number, self._callback = due, _count, callback
        self._cancelled = False
        heapq.heappush(_timers, self)
        use()

    def cancel(self) -> None:
        """Does not call it."""
        self._cancelled = True

    def __lt__(self, other: Timer) -> bool:
        return (self.due, self._number) < (other.due, other._number)


def use() -> None:
    """Has the host told, at the end of each hook, when there is something to do."""
    if hook_runner.driven:
        hook_runner.after_hook = set_alarm


def wake(reason: int) -> None:
    """Does what there is to do now. reason is the number of a hook whose time is over, _STOP, or 0."""
    global _told
    _told = None
    with hook_runner.between_hooks():
        if reason == _STOP:
            _stop()
        elif reason and expire is not None:
            expire(reason)
        run_ready()
    set_alarm()


def run_ready() -> None:
    """Calls one timer that is due, if there is one, and lets the loop run what can run."""
    while _timers and _timers[0]._cancelled:
        heapq.heappop(_timers)
    if _timers and _timers[0].due <= monotonic():
        heapq.heappop(_timers)._callback()
    if loop is not None:
        loop.run_ready()


def run_for(seconds: float) -> None:
    """Lets time pass where no host wakes, in a test. What is to be done meanwhile is done."""
    end = monotonic() + seconds
    while True:
        with hook_runner.between_hooks():
            run_ready()
        now, due = monotonic(), next_due()
        if due > now:
            if now >= end:
                return
            _mmpy.wait(() if loop is None else loop.tickets, min(due, end) - now)


def next_due() -> float:
    """When there is something to do next, on the monotonic clock; 0 for now, or NEVER."""
    while _timers and _timers[0]._cancelled:
        heapq.heappop(_timers)
    due = _timers[0].due if _timers else NEVER
    return due if loop is None else min(due, loop.next_due())


def set_alarm() -> None:
    """Tells the host when to wake."""
    global _told
    due = next_due()
    if due == _told:
        return
    _told = due
    _mmpy.alarm(None if due == NEVER else max(0.0, due - monotonic()))


def _stop() -> None:
    """Ends what goes on in the background. Hooks that wait are answered still."""
    global stopping
    stopping = True
    for timer in _timers:
        timer.cancel()
    if loop is not None:
        loop.stop_background()
