"""Channels, their members, and the sidebar."""

from __future__ import annotations

from enum import Enum

from mattermost_plugin._internal.record import field
from mattermost_plugin._internal.wire import WireRecord

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class ChannelType(str, Enum):
    """The values of ``Channel.type``."""

    OPEN = "O"
    PRIVATE = "P"
    DIRECT = "D"
    GROUP = "G"


_LETTERS = {1: "O", 2: "P", 3: "D", 4: "G"}  # the numbers of the message's enum
_NUMBERS = {letter: number for number, letter in _LETTERS.items()}


def _proto_channel_type_to_str(proto_type: int) -> str:
    return _LETTERS.get(proto_type, "")


def _str_channel_type_to_proto(type_str: str) -> int:
    if type_str == "":
        return 0
    try:
        return _NUMBERS[type_str]
    except KeyError:
        raise ValueError(f"Channel.type must be 'O', 'P', 'D' or 'G', not {type_str!r}") from None


def _read_type(message: Any, name: str) -> str:
    return _proto_channel_type_to_str(message.type)


def _write_type(message: Any, name: str, value: str) -> None:
    message.type = _str_channel_type_to_proto(value)


class Channel(WireRecord):
    """A channel; ``type`` is ``O`` (open), ``P`` (private), ``D`` (direct) or ``G`` (group)."""

    _message = "channel_pb2.Channel"
    _read = {"type": _read_type}
    _write = {"type": _write_type}

    id: str
    team_id: str = ""
    display_name: str = ""
    name: str = ""
    create_at: int = 0
    update_at: int = 0
    delete_at: int = 0
    type: str = "O"
    header: str = ""
    purpose: str = ""
    last_post_at: int = 0
    total_msg_count: int = 0
    extra_update_at: int = 0
    creator_id: str = ""
    scheme_id: str | None = None
    props: dict[str, object] = field(default_factory=dict)
    group_constrained: bool | None = None
    auto_translation: bool = False
    shared: bool | None = None
    total_msg_count_root: int = 0
    policy_id: str | None = None
    last_root_post_at: int = 0
    policy_enforced: bool = False
    policy_is_active: bool = False
    default_category_name: str = ""


class ChannelMember(WireRecord):
    """A user in a channel."""

    _message = "api_channel_post_pb2.ChannelMember"

    channel_id: str
    user_id: str
    roles: str = ""
    last_viewed_at: int = 0
    msg_count: int = 0
    mention_count: int = 0
    mention_count_root: int = 0
    msg_count_root: int = 0
    notify_props: dict[str, str] = field(default_factory=dict)
    last_update_at: int = 0
    scheme_guest: bool = False
    scheme_user: bool = False
    scheme_admin: bool = False
    urgent_mention_count: int = 0


class ChannelStats(WireRecord):
    """How many members, pinned posts and files a channel has."""

    _message = "api_channel_post_pb2.ChannelStats"

    channel_id: str
    member_count: int = 0
    guest_count: int = 0
    pinnedpost_count: int = 0
    files_count: int = 0


class SidebarCategoryWithChannels(WireRecord):
    """A category of a user's sidebar, with the channels in it."""

    _message = "api_channel_post_pb2.SidebarCategoryWithChannels"

    id: str = ""
    user_id: str = ""
    team_id: str = ""
    display_name: str = ""
    type: str = ""
    sorting: int = 0
    muted: bool = False
    collapsed: bool = False
    channel_ids: list[str] = field(default_factory=list)


class OrderedSidebarCategories(WireRecord):
    """The categories of a sidebar and the ids in their order."""

    _message = "api_channel_post_pb2.OrderedSidebarCategories"

    categories: list[SidebarCategoryWithChannels] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
