"""Which bots are listed."""

from __future__ import annotations

from mattermost_plugin._internal.wire import as_message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mattermost_plugin._internal.wrappers import BotGetOptions


def get_options(options: BotGetOptions | None) -> Any:
    """Those of a page of its usual size where nothing is said, which Mattermost would take for a page of none."""
    if options is None:
        from mattermost_plugin._internal.wrappers import BotGetOptions

        options = BotGetOptions()
    return as_message(options)
