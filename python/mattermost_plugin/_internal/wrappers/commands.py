"""Slash commands."""

from __future__ import annotations

from mattermost_plugin._internal.record import field
from mattermost_plugin._internal.wire import WireRecord


class Command(WireRecord):
    """A slash command."""

    _message = "api_remaining_pb2.Command"

    id: str = ""
    token: str = ""
    create_at: int = 0
    update_at: int = 0
    delete_at: int = 0
    creator_id: str = ""
    team_id: str = ""
    trigger: str = ""
    method: str = "P"
    username: str = ""
    icon_url: str = ""
    auto_complete: bool = False
    auto_complete_desc: str = ""
    auto_complete_hint: str = ""
    display_name: str = ""
    description: str = ""
    url: str = ""
    plugin_id: str = ""


class CommandArgs(WireRecord):
    """What was typed, where and by whom."""

    _message = "api_remaining_pb2.CommandArgs"

    user_id: str = ""
    channel_id: str = ""
    team_id: str = ""
    root_id: str = ""
    parent_id: str = ""
    trigger_id: str = ""
    command: str = ""
    site_url: str = ""


class CommandResponse(WireRecord):
    """The answer to a slash command; ``response_type`` is ``ephemeral`` (only the user sees it) or ``in_channel``."""

    _message = "api_remaining_pb2.CommandResponse"

    response_type: str = ""
    text: str = ""
    username: str = ""
    channel_id: str = ""
    icon_url: str = ""
    type: str = ""
    props: dict[str, object] = field(default_factory=dict)
    goto_location: str = ""
    trigger_id: str = ""
    skip_slack_parsing: bool = False
