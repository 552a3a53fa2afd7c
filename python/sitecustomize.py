"""Runs when the interpreter's command line starts: ``mmpy python`` and ``mmpy test`` have the event loop of plugins."""

from mattermost_plugin._internal.asyncio_import import use_guest_event_loop

use_guest_event_loop()
