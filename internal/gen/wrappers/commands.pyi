"""Slash commands."""

class Command:
    """A slash command."""

    _message = "api_remaining_pb2.Command"
    _secrets = ("token",)

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

class CommandArgs:
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

class CommandResponse:
    """The answer to a slash command; ``response_type`` is ``ephemeral`` (only the user sees it) or ``in_channel``."""

    _message = "api_remaining_pb2.CommandResponse"

    response_type: str = ""
    text: str = ""
    username: str = ""
    channel_id: str = ""
    icon_url: str = ""
    type: str = ""
    props: dict[str, object] = {}
    goto_location: str = ""
    trigger_id: str = ""
    skip_slack_parsing: bool = False

class AutocompleteData:
    """What the client offers while a slash command is typed."""

    _message = "api_remaining_pb2.AutocompleteData"

class AutocompleteArg:
    """One argument of a slash command: ``text``, ``static_list``, ``dynamic_list`` or ``other`` is set."""

    _message = "api_remaining_pb2.AutocompleteArg"

class AutocompleteTextArg:
    """An argument that is any text."""

    _message = "api_remaining_pb2.AutocompleteTextArg"

class AutocompleteStaticListArg:
    """An argument that is one of a few."""

    _message = "api_remaining_pb2.AutocompleteStaticListArg"

class AutocompleteListItem:
    """One of the few."""

    _message = "api_remaining_pb2.AutocompleteListItem"

class AutocompleteDynamicListArg:
    """An argument that is one of a list which the plugin answers at a URL."""

    _message = "api_remaining_pb2.AutocompleteDynamicListArg"
