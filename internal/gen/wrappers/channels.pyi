"""Channels, their members, and the sidebar."""

from mattermost_plugin._internal.overrides.type_letters import _proto_channel_type_to_str, _str_channel_type_to_proto

class ChannelType(str, Enum):
    """The values of ``Channel.type``."""

    OPEN = "O"
    PRIVATE = "P"
    DIRECT = "D"
    GROUP = "G"

class Channel:
    """A channel; ``type`` is ``O`` (open), ``P`` (private), ``D`` (direct) or ``G`` (group)."""

    _message = "channel_pb2.Channel"

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
    props: dict[str, object] = {}
    group_constrained: bool | None = None
    auto_translation: bool = False
    shared: bool | None = None
    total_msg_count_root: int = 0
    policy_id: str | None = None
    last_root_post_at: int = 0
    policy_enforced: bool = False
    policy_is_active: bool = False
    default_category_name: str = ""

class ChannelMember:
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
    notify_props: dict[str, str] = {}
    last_update_at: int = 0
    scheme_guest: bool = False
    scheme_user: bool = False
    scheme_admin: bool = False
    urgent_mention_count: int = 0

class ChannelStats:
    """How many members, pinned posts and files a channel has."""

    _message = "api_channel_post_pb2.ChannelStats"

    channel_id: str
    member_count: int = 0
    guest_count: int = 0
    pinnedpost_count: int = 0
    files_count: int = 0

class SidebarCategoryWithChannels:
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
    channel_ids: list[str] = []

class OrderedSidebarCategories:
    """The categories of a sidebar and the ids in their order."""

    _message = "api_channel_post_pb2.OrderedSidebarCategories"

    categories: list[SidebarCategoryWithChannels] = []
    order: list[str] = []

class ChannelBannerInfo:
    """The banner of a channel."""

    _message = "channel_pb2.ChannelBannerInfo"
