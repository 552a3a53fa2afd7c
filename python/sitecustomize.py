"""Runs when the interpreter's command line starts: ``mmpy python`` and ``mmpy test`` are as the sandbox of plugins."""

from mattermost_plugin._internal.asyncio_import import use_guest_event_loop
from mattermost_plugin._internal.no_threads import explain
from mattermost_plugin._internal.socket_import import use_host_connections

use_guest_event_loop()
explain()
use_host_connections()
