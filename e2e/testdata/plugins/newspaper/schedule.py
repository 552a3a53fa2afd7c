"""Work that is due once in each interval, whoever of a cluster gets to it first."""

import time

from mattermost_plugin._internal.wrappers import PluginKVSetOptions


class Schedule:
    """Time is cut into intervals, counted from 1970. Who is the first to set an interval's key may do its work.

    The key-value store is the cluster's, so that this holds for all servers; the keys go away by themselves.
    """

    def __init__(self, api, name, seconds):
        self.api = api
        self.name = name
        self.seconds = seconds

    def current(self):
        """The number of the interval that it is."""
        return int(time.time()) // self.seconds

    def claim(self, interval):
        """Whether the work of the interval falls to the one who asks. It does so once."""
        options = PluginKVSetOptions(atomic=True, old_value=None, expire_in_seconds=10 * self.seconds + 60)
        return self.api.kv_set_with_options(f"{self.name}-{interval}", b"done", options)
