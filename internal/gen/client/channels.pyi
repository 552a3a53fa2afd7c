from mattermost_plugin._internal.overrides import channels

class ChannelsMixin:
    """Channels, their members, and the sidebar."""

    def create_channel(self, channel: Channel) -> Channel:
        """Creates a channel; the result has what the server filled in."""

    def delete_channel(self, channel_id: str) -> None:
        """Archives a channel."""

    def restore_channel(self, channel_id: str) -> None:
        """Brings an archived channel back."""

    def get_channel(self, channel_id: str) -> Channel:
        """The channel with that id. Raises NotFoundError when there is none."""

    def get_channel_of_type(self, channel_id: str, channel_type: str) -> Channel:
        """The channel with that id, if it is of that type; also one of a type that `get_channel` does not give.

        Raises NotFoundError when there is none.
        """

    def get_channel_by_name(self, team_id: str, name: str, *, include_deleted: bool = False) -> Channel:
        """The channel of a team with that name, as in its URL. Raises NotFoundError when there is none."""

    def get_channel_by_name_for_team_name(
        self,
        team_name: str,
        channel_name: str,
        *,
        include_deleted: bool = False,
    ) -> Channel:
        """The channel with that name of the team with that name.

        Raises NotFoundError when there is none.
        """

    def get_public_channels_for_team(self, team_id: str, *, page: int = 0, per_page: int = 60) -> list[Channel]:
        """A page of the public channels of a team."""

    def get_channels_for_team_for_user(
        self,
        team_id: str,
        user_id: str,
        *,
        include_deleted: bool = False,
    ) -> list[Channel]:
        """The channels of a team that a user is in."""

    def update_channel(self, channel: Channel) -> Channel:
        """Changes a channel to what is given; the result is the channel as stored."""

    def search_channels(self, team_id: str, term: str) -> list[Channel]:
        """The channels of a team whose names contain a term."""

    def get_direct_channel(self, user_id_1: str, user_id_2: str) -> Channel:
        """The direct channel of two users, made when there is none; a bot's user will do."""

    def get_group_channel(self, user_ids: list[str]) -> Channel:
        """The group channel of three to eight users, made when there is none."""

    def get_channel_stats(self, channel_id: str) -> ChannelStats:
        """How many members a channel has."""

    def register_channel_guard(self, channel_id: str) -> None:
        """Claims a channel: the server does not treat it as usual where that needs the plugin.

        Several plugins may claim the same channel; claiming it again changes nothing.
        """

    def unregister_channel_guard(self, channel_id: str) -> None:
        """Gives up the plugin's claim on a channel; those of other plugins stay."""

    def add_channel_member(self, channel_id: str, user_id: str) -> ChannelMember:
        """Adds a user to a channel, without a system message."""

    def add_user_to_channel(self, channel_id: str, user_id: str, as_user_id: str = "") -> ChannelMember:
        """Adds a user to a channel as if as_user_id had done it."""

    def delete_channel_member(self, channel_id: str, user_id: str) -> None:
        """Removes a user from a channel."""

    def get_channel_member(self, channel_id: str, user_id: str) -> ChannelMember:
        """The membership of a user in a channel. Raises NotFoundError when the user is not in it."""

    def get_channel_members(self, channel_id: str, *, page: int = 0, per_page: int = 60) -> list[ChannelMember]:
        """A page of the members of a channel."""

    def get_channel_members_by_ids(self, channel_id: str, user_ids: list[str]) -> list[ChannelMember]:
        """The memberships of those users in a channel."""

    def get_channel_members_for_user(
        self,
        team_id: str,
        user_id: str,
        *,
        page: int = 0,
        per_page: int = 60,
    ) -> list[ChannelMember]:
        """A page of a user's memberships in the channels of a team."""

    def update_channel_member_roles(self, channel_id: str, user_id: str, new_roles: str) -> ChannelMember:
        """Sets the roles of a user in a channel, separated by blanks."""

    def update_channel_member_notifications(
        self,
        channel_id: str,
        user_id: str,
        notifications: dict[str, str],
    ) -> ChannelMember:
        """Changes what notifies a user of a channel."""

    def patch_channel_members_notifications(self, members: list[tuple], notify_props: dict[str, str]) -> None:
        """Changes what notifies users of channels, 200 at most at once.

        members are pairs of a channel's and a user's id.
        """
        request.members = channels.member_identifiers(members)

    def create_channel_sidebar_category(
        self,
        user_id: str,
        team_id: str,
        new_category: SidebarCategoryWithChannels,
    ) -> SidebarCategoryWithChannels:
        """Adds a category to a user's sidebar."""

    def get_channel_sidebar_categories(self, user_id: str, team_id: str) -> OrderedSidebarCategories:
        """The categories of a user's sidebar, in their order."""

    def update_channel_sidebar_categories(
        self,
        user_id: str,
        team_id: str,
        categories: list[SidebarCategoryWithChannels],
    ) -> list[SidebarCategoryWithChannels]:
        """Changes categories of a user's sidebar; the result is those as stored."""
