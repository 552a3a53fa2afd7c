"""The classes that the methods of `mattermost_plugin.PluginAPIClient` take and return.

They are frozen: ``dataclasses.replace(post, message="…")`` makes a changed copy. ``to_proto()`` and ``from_proto()``
turn them into messages of ``mattermost_plugin.grpc`` and back. Each is imported from its module when it is first used.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mattermost_plugin._internal.wrappers.bots import Bot, BotGetOptions, BotPatch
    from mattermost_plugin._internal.wrappers.channels import (
        Channel,
        ChannelMember,
        ChannelStats,
        ChannelType,
        OrderedSidebarCategories,
        SidebarCategoryWithChannels,
        _proto_channel_type_to_str,
        _str_channel_type_to_proto,
    )
    from mattermost_plugin._internal.wrappers.commands import Command, CommandArgs, CommandResponse
    from mattermost_plugin._internal.wrappers.dialogs import Dialog, DialogElement, OpenDialogRequest
    from mattermost_plugin._internal.wrappers.files import FileInfo, UploadSession
    from mattermost_plugin._internal.wrappers.groups import Group, GroupMember, GroupSyncable
    from mattermost_plugin._internal.wrappers.posts import Emoji, Post, PostList, Reaction
    from mattermost_plugin._internal.wrappers.server import (
        AuditRecord,
        OAuthApp,
        PluginInfo,
        PluginKVSetOptions,
        PluginStatus,
        Preference,
        PushNotification,
        SharedChannel,
    )
    from mattermost_plugin._internal.wrappers.teams import (
        Team,
        TeamMember,
        TeamMemberWithError,
        TeamStats,
        TeamType,
        TeamUnread,
        _proto_team_type_to_str,
        _str_team_type_to_proto,
    )
    from mattermost_plugin._internal.wrappers.users import (
        CustomStatus,
        Session,
        User,
        UserAccessToken,
        UserAuth,
        UserStatus,
        ViewUsersRestrictions,
    )

_HOMES = {
    "bots": ("Bot", "BotGetOptions", "BotPatch"),
    "channels": (
        "Channel",
        "ChannelMember",
        "ChannelStats",
        "ChannelType",
        "OrderedSidebarCategories",
        "SidebarCategoryWithChannels",
        "_proto_channel_type_to_str",
        "_str_channel_type_to_proto",
    ),
    "commands": ("Command", "CommandArgs", "CommandResponse"),
    "dialogs": ("Dialog", "DialogElement", "OpenDialogRequest"),
    "files": ("FileInfo", "UploadSession"),
    "groups": ("Group", "GroupMember", "GroupSyncable"),
    "posts": ("Emoji", "Post", "PostList", "Reaction"),
    "server": (
        "AuditRecord",
        "OAuthApp",
        "PluginInfo",
        "PluginKVSetOptions",
        "PluginStatus",
        "Preference",
        "PushNotification",
        "SharedChannel",
    ),
    "teams": (
        "Team",
        "TeamMember",
        "TeamMemberWithError",
        "TeamStats",
        "TeamType",
        "TeamUnread",
        "_proto_team_type_to_str",
        "_str_team_type_to_proto",
    ),
    "users": ("CustomStatus", "Session", "User", "UserAccessToken", "UserAuth", "UserStatus", "ViewUsersRestrictions"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [name for name in _HOME_OF if not name.startswith("_")]


def __getattr__(name: str) -> object:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = __import__(f"{__name__}.{home}", fromlist=[name])
    value = globals()[name] = getattr(module, name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
