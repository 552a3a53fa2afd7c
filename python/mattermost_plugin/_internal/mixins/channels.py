"""The API methods for channels."""

from __future__ import annotations

from mattermost_plugin._internal.calls import APICalls
from mattermost_plugin._internal.lazy import LazyModule
from mattermost_plugin._internal.wire import as_message
from mattermost_plugin._internal.wrappers.channels import (
    Channel,
    ChannelMember,
    ChannelStats,
    OrderedSidebarCategories,
    SidebarCategoryWithChannels,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mattermost_plugin.grpc import api_channel_post_pb2 as _pb
else:
    _pb = LazyModule("mattermost_plugin.grpc.api_channel_post_pb2")


class ChannelsMixin(APICalls):
    """Channels, their members, and the sidebar."""

    def create_channel(self, channel: Channel) -> Channel:
        """Creates a channel (CreateChannel, server 5.2)."""
        request = _pb.CreateChannelRequest(channel=as_message(channel))
        return Channel.from_proto(self._invoke("CreateChannel", request, _pb.CreateChannelResponse).channel)

    def delete_channel(self, channel_id: str) -> None:
        """Archives a channel (DeleteChannel, server 5.2)."""
        self._invoke("DeleteChannel", _pb.DeleteChannelRequest(channel_id=channel_id), _pb.DeleteChannelResponse)

    def get_channel(self, channel_id: str) -> Channel:
        """The channel with that id (GetChannel, server 5.2)."""
        request = _pb.GetChannelRequest(channel_id=channel_id)
        return Channel.from_proto(self._invoke("GetChannel", request, _pb.GetChannelResponse).channel)

    def get_channel_by_name(self, team_id: str, name: str, *, include_deleted: bool = False) -> Channel:
        """The channel of a team with that name, as in its URL (GetChannelByName, server 5.2)."""
        request = _pb.GetChannelByNameRequest(team_id=team_id, name=name, include_deleted=include_deleted)
        return Channel.from_proto(self._invoke("GetChannelByName", request, _pb.GetChannelByNameResponse).channel)

    def get_channel_by_name_for_team_name(
        self,
        team_name: str,
        channel_name: str,
        *,
        include_deleted: bool = False,
    ) -> Channel:
        """The channel with that name of the team with that name (GetChannelByNameForTeamName, server 5.2)."""
        request = _pb.GetChannelByNameForTeamNameRequest(
            team_name=team_name,
            channel_name=channel_name,
            include_deleted=include_deleted,
        )
        response = self._invoke("GetChannelByNameForTeamName", request, _pb.GetChannelByNameForTeamNameResponse)
        return Channel.from_proto(response.channel)

    def get_public_channels_for_team(self, team_id: str, *, page: int = 0, per_page: int = 60) -> list[Channel]:
        """A page of the public channels of a team (GetPublicChannelsForTeam, server 5.2)."""
        request = _pb.GetPublicChannelsForTeamRequest(team_id=team_id, page=page, per_page=per_page)
        response = self._invoke("GetPublicChannelsForTeam", request, _pb.GetPublicChannelsForTeamResponse)
        return [Channel.from_proto(item) for item in response.channels]

    def get_channels_for_team_for_user(
        self,
        team_id: str,
        user_id: str,
        *,
        include_deleted: bool = False,
    ) -> list[Channel]:
        """The channels of a team that a user is in (GetChannelsForTeamForUser, server 5.6)."""
        request = _pb.GetChannelsForTeamForUserRequest(
            team_id=team_id,
            user_id=user_id,
            include_deleted=include_deleted,
        )
        response = self._invoke("GetChannelsForTeamForUser", request, _pb.GetChannelsForTeamForUserResponse)
        return [Channel.from_proto(item) for item in response.channels]

    def update_channel(self, channel: Channel) -> Channel:
        """Changes a channel to what is given (UpdateChannel, server 5.2)."""
        request = _pb.UpdateChannelRequest(channel=as_message(channel))
        return Channel.from_proto(self._invoke("UpdateChannel", request, _pb.UpdateChannelResponse).channel)

    def search_channels(self, team_id: str, term: str) -> list[Channel]:
        """The channels of a team whose names contain a term (SearchChannels, server 5.6)."""
        request = _pb.SearchChannelsRequest(team_id=team_id, term=term)
        response = self._invoke("SearchChannels", request, _pb.SearchChannelsResponse)
        return [Channel.from_proto(item) for item in response.channels]

    def get_direct_channel(self, user_id_1: str, user_id_2: str) -> Channel:
        """The direct channel of two users, made when there is none (GetDirectChannel, server 5.2)."""
        request = _pb.GetDirectChannelRequest(user_id_1=user_id_1, user_id_2=user_id_2)
        return Channel.from_proto(self._invoke("GetDirectChannel", request, _pb.GetDirectChannelResponse).channel)

    def get_group_channel(self, user_ids: list[str]) -> Channel:
        """The group channel of three to eight users, made when there is none (GetGroupChannel, server 5.2)."""
        request = _pb.GetGroupChannelRequest(user_ids=user_ids)
        return Channel.from_proto(self._invoke("GetGroupChannel", request, _pb.GetGroupChannelResponse).channel)

    def get_channel_stats(self, channel_id: str) -> ChannelStats:
        """How many members a channel has (GetChannelStats, server 5.6)."""
        request = _pb.GetChannelStatsRequest(channel_id=channel_id)
        response = self._invoke("GetChannelStats", request, _pb.GetChannelStatsResponse)
        return ChannelStats.from_proto(response.channel_stats)

    def add_channel_member(self, channel_id: str, user_id: str) -> ChannelMember:
        """Adds a user to a channel, without a system message (AddChannelMember, server 5.2)."""
        request = _pb.AddChannelMemberRequest(channel_id=channel_id, user_id=user_id)
        response = self._invoke("AddChannelMember", request, _pb.AddChannelMemberResponse)
        return ChannelMember.from_proto(response.channel_member)

    def add_user_to_channel(self, channel_id: str, user_id: str, as_user_id: str = "") -> ChannelMember:
        """Adds a user to a channel as if as_user_id had done it (AddUserToChannel, server 5.18)."""
        request = _pb.AddUserToChannelRequest(channel_id=channel_id, user_id=user_id, as_user_id=as_user_id)
        response = self._invoke("AddUserToChannel", request, _pb.AddUserToChannelResponse)
        return ChannelMember.from_proto(response.channel_member)

    def delete_channel_member(self, channel_id: str, user_id: str) -> None:
        """Removes a user from a channel (DeleteChannelMember, server 5.2)."""
        request = _pb.DeleteChannelMemberRequest(channel_id=channel_id, user_id=user_id)
        self._invoke("DeleteChannelMember", request, _pb.DeleteChannelMemberResponse)

    def get_channel_member(self, channel_id: str, user_id: str) -> ChannelMember:
        """The membership of a user in a channel (GetChannelMember, server 5.2)."""
        request = _pb.GetChannelMemberRequest(channel_id=channel_id, user_id=user_id)
        response = self._invoke("GetChannelMember", request, _pb.GetChannelMemberResponse)
        return ChannelMember.from_proto(response.channel_member)

    def get_channel_members(self, channel_id: str, *, page: int = 0, per_page: int = 60) -> list[ChannelMember]:
        """A page of the members of a channel (GetChannelMembers, server 5.6)."""
        request = _pb.GetChannelMembersRequest(channel_id=channel_id, page=page, per_page=per_page)
        response = self._invoke("GetChannelMembers", request, _pb.GetChannelMembersResponse)
        return [ChannelMember.from_proto(item) for item in response.channel_members]

    def get_channel_members_by_ids(self, channel_id: str, user_ids: list[str]) -> list[ChannelMember]:
        """The memberships of those users in a channel (GetChannelMembersByIds, server 5.6)."""
        request = _pb.GetChannelMembersByIdsRequest(channel_id=channel_id, user_ids=user_ids)
        response = self._invoke("GetChannelMembersByIds", request, _pb.GetChannelMembersByIdsResponse)
        return [ChannelMember.from_proto(item) for item in response.channel_members]

    def get_channel_members_for_user(
        self,
        team_id: str,
        user_id: str,
        *,
        page: int = 0,
        per_page: int = 60,
    ) -> list[ChannelMember]:
        """A page of a user's memberships in the channels of a team (GetChannelMembersForUser, server 5.10)."""
        request = _pb.GetChannelMembersForUserRequest(team_id=team_id, user_id=user_id, page=page, per_page=per_page)
        response = self._invoke("GetChannelMembersForUser", request, _pb.GetChannelMembersForUserResponse)
        return [ChannelMember.from_proto(item) for item in response.channel_members]

    def update_channel_member_roles(self, channel_id: str, user_id: str, new_roles: str) -> ChannelMember:
        """Sets the roles of a user in a channel, separated by blanks (UpdateChannelMemberRoles, server 5.2)."""
        request = _pb.UpdateChannelMemberRolesRequest(channel_id=channel_id, user_id=user_id, new_roles=new_roles)
        response = self._invoke("UpdateChannelMemberRoles", request, _pb.UpdateChannelMemberRolesResponse)
        return ChannelMember.from_proto(response.channel_member)

    def update_channel_member_notifications(
        self,
        channel_id: str,
        user_id: str,
        notifications: dict[str, str],
    ) -> ChannelMember:
        """Changes what notifies a user of a channel (UpdateChannelMemberNotifications, server 5.2)."""
        request = _pb.UpdateChannelMemberNotificationsRequest(
            channel_id=channel_id,
            user_id=user_id,
            notifications=notifications,
        )
        response_type = _pb.UpdateChannelMemberNotificationsResponse
        response = self._invoke("UpdateChannelMemberNotifications", request, response_type)
        return ChannelMember.from_proto(response.channel_member)

    def patch_channel_members_notifications(self, members: list[tuple], notify_props: dict[str, str]) -> None:
        """Changes what notifies users of channels (PatchChannelMembersNotifications, server 9.5).

        members are pairs of a channel's and a user's id.
        """
        identifiers = [_pb.ChannelMemberIdentifier(channel_id=channel, user_id=user) for channel, user in members]
        request = _pb.PatchChannelMembersNotificationsRequest(members=identifiers, notify_props=notify_props)
        self._invoke("PatchChannelMembersNotifications", request, _pb.PatchChannelMembersNotificationsResponse)

    def create_channel_sidebar_category(
        self,
        user_id: str,
        team_id: str,
        new_category: SidebarCategoryWithChannels,
    ) -> SidebarCategoryWithChannels:
        """Adds a category to a user's sidebar (CreateChannelSidebarCategory, server 5.38)."""
        request = _pb.CreateChannelSidebarCategoryRequest(
            user_id=user_id,
            team_id=team_id,
            new_category=as_message(new_category),
        )
        response = self._invoke("CreateChannelSidebarCategory", request, _pb.CreateChannelSidebarCategoryResponse)
        return SidebarCategoryWithChannels.from_proto(response.category)

    def get_channel_sidebar_categories(self, user_id: str, team_id: str) -> OrderedSidebarCategories:
        """The categories of a user's sidebar (GetChannelSidebarCategories, server 5.38)."""
        request = _pb.GetChannelSidebarCategoriesRequest(user_id=user_id, team_id=team_id)
        response = self._invoke("GetChannelSidebarCategories", request, _pb.GetChannelSidebarCategoriesResponse)
        return OrderedSidebarCategories.from_proto(response.categories)

    def update_channel_sidebar_categories(
        self,
        user_id: str,
        team_id: str,
        categories: list[SidebarCategoryWithChannels],
    ) -> list[SidebarCategoryWithChannels]:
        """Changes categories of a user's sidebar (UpdateChannelSidebarCategories, server 5.38)."""
        request = _pb.UpdateChannelSidebarCategoriesRequest(
            user_id=user_id,
            team_id=team_id,
            categories=[as_message(item) for item in categories],
        )
        response = self._invoke("UpdateChannelSidebarCategories", request, _pb.UpdateChannelSidebarCategoriesResponse)
        return [SidebarCategoryWithChannels.from_proto(item) for item in response.categories]
