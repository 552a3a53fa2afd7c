"""Jobs that only one server of a cluster does at a time; the key-value store, which they share, says which.

The keys and their values are those of Mattermost's own package for Go plugins (pluginapi/cluster), so that servers which
run different versions of a plugin, one in Go and one in Python, understand each other.
"""

from __future__ import annotations

import random
from json import dumps, loads
from time import monotonic

from mattermost_plugin._internal import hook_runner
from mattermost_plugin._internal.jobs import Job, Schedule, seconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import Task
    from datetime import datetime

    from mattermost_plugin._internal.jobs import Interval, Work
    from mattermost_plugin.client import PluginAPIClient

_JOB_PREFIX = "cron_"
_LOCK_PREFIX = "mutex_"
_LOCKED = b"\x01"
_MARGIN = 15  # seconds that a lock lasts longer than the work that it is for may
_RETRY = 10.0  # how long to leave a lock alone that another one has, in seconds, at most


class ClusterJob(Job):
    """A job of the whole cluster. It is due when the interval has passed since any server ended it the last time."""

    def __init__(self, api: PluginAPIClient, key: str, interval: Interval, work: Work, name: str) -> None:
        if not key:
            raise ValueError("a job of the cluster needs a key, which is the same on all servers")
        self._api = api
        self._key = _JOB_PREFIX + key
        self._lock = _Lock(api, _LOCK_PREFIX + self._key)
        self._interval = seconds(interval)
        self._next = _Next()
        super().__init__(work, name, self._next)

    def _run(self) -> None:
        if not self._call(self._take_turn):
            self._wait()

    def _take_turn(self) -> object:
        self._next.after = min(self._interval, _RETRY) * random.uniform(0.5, 1)
        if not self._lock.take():
            return None
        try:
            left = self._time_left()
            if left > 0:
                self._next.after = left
                result = None
            else:
                result = self._work()
        except BaseException:
            self._close(done=True)
            raise
        if hasattr(result, "__await__"):
            return result
        self._close(done=left <= 0)
        return None

    def _ended(self, task: Task[None]) -> None:
        try:
            self._close(done=not task.cancelled())
        except Exception as error:
            self._tell(error)
        super()._ended(task)

    def _close(self, done: bool) -> None:
        try:
            if done:
                self._next.after = self._interval
                self._api.kv_set(self._key, dumps({"LastFinished": _text_of(_now())}).encode())
        finally:
            self._lock.release()

    def _time_left(self) -> float:
        """How long it is until the work is due, in seconds."""
        value = self._api.kv_get(self._key)
        if not value:
            return 0
        finished = _time_of(loads(value)["LastFinished"])
        return self._interval - (_now() - finished).total_seconds()


class _Next(Schedule):
    after = 0.0

    def next_due(self) -> float:
        return monotonic() + self.after


class _Lock:
    """A key that is there while somebody has the lock. It goes away by itself, should its owner do so.

    It is not prolonged, since Python that computes could not do that: it lasts as long as the work may take.
    """

    def __init__(self, api: PluginAPIClient, key: str) -> None:
        self._api, self._key = api, key

    def take(self) -> bool:
        """Whether the lock is ours now."""
        from mattermost_plugin._internal.wrappers import PluginKVSetOptions

        lifetime = int(hook_runner.time_limit()) + _MARGIN
        options = PluginKVSetOptions(atomic=True, old_value=None, expire_in_seconds=lifetime)
        return self._api.kv_set_with_options(self._key, _LOCKED, options)

    def release(self) -> None:
        """Lets others have the lock."""
        self._api.kv_delete(self._key)


def _now() -> datetime:
    from datetime import UTC, datetime

    return datetime.now(UTC)


def _text_of(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _time_of(text: str) -> datetime:
    from datetime import datetime

    return datetime.fromisoformat(text)
