class GroupsMixin:
    """Groups of users, and the teams and channels whose members follow them."""

    def create_group(self, group: Group) -> Group:
        """Creates a group; the result has its id."""

    def get_group(self, group_id: str) -> Group:
        """The group with that id. Raises NotFoundError when there is none."""

    def get_group_by_name(self, name: str) -> Group:
        """The group with that name. Raises NotFoundError when there is none."""

    def get_group_by_remote_id(self, remote_id: str, group_source: str) -> Group:
        """The group with that id in its source, such as ``ldap``. Raises NotFoundError when there is none."""

    def update_group(self, group: Group) -> Group:
        """Changes a group to what is given; the result is the group as stored."""

    def delete_group(self, group_id: str) -> Group:
        """Archives a group."""

    def restore_group(self, group_id: str) -> Group:
        """Brings an archived group back."""

    def get_groups(self, *, page: int = 0, per_page: int = 60) -> list[Group]:
        """A page of the groups."""
        del request.opts, request.view_restrictions

    def get_groups_by_source(self, source: str) -> list[Group]:
        """The groups of a source, such as ``ldap`` or ``custom``."""
        request.group_source = source

    def get_groups_for_user(self, user_id: str) -> list[Group]:
        """The groups that a user is in."""

    def get_group_member_users(self, group_id: str, *, page: int = 0, per_page: int = 60) -> list[User]:
        """A page of the users in a group."""

    def upsert_group_member(self, group_id: str, user_id: str) -> GroupMember:
        """Adds a user to a group; one who is in it stays."""

    def upsert_group_members(self, group_id: str, user_ids: list[str]) -> list[GroupMember]:
        """Adds users to a group; those who are in it stay."""

    def delete_group_member(self, group_id: str, user_id: str) -> GroupMember:
        """Removes a user from a group."""

    def get_group_syncable(self, group_id: str, syncable_id: str, syncable_type: str) -> GroupSyncable:
        """How a team or channel follows a group; syncable_type is ``Team`` or ``Channel``.

        Raises NotFoundError when it does not.
        """

    def get_group_syncables(self, group_id: str, syncable_type: str) -> list[GroupSyncable]:
        """The teams or the channels that follow a group; syncable_type is ``Team`` or ``Channel``."""

    def upsert_group_syncable(self, syncable: GroupSyncable) -> GroupSyncable:
        """Makes a team or channel follow a group, or changes how."""
        request.group_syncable = syncable

    def update_group_syncable(self, syncable: GroupSyncable) -> GroupSyncable:
        """Changes how a team or channel follows a group."""
        request.group_syncable = syncable

    def delete_group_syncable(self, group_id: str, syncable_id: str, syncable_type: str) -> GroupSyncable:
        """Makes a team or channel no longer follow a group; syncable_type is ``Team`` or ``Channel``."""

    def create_default_syncable_memberships(
        self,
        *,
        since: int = 0,
        scope_teams: bool = False,
        scope_channels: bool = False,
        re_add_removed_members: bool = False,
    ) -> None:
        """Adds the members of groups to the teams and channels that follow them.

        since leaves out who joined a group before, in milliseconds since 1970. With re_add_removed_members, those who
        were removed or have left are added too. Mattermost has nothing for scope_teams and scope_channels: it does
        both.
        """
        request.params.since = since
        request.params.scope_teams = scope_teams
        request.params.scope_channels = scope_channels
        request.params.re_add_removed_members = re_add_removed_members
        del request.params.scoped_user_id, request.params.scoped_team_id, request.params.scoped_channel_id

    def delete_group_constrained_memberships(self) -> None:
        """Removes, from teams and channels that only groups may be in, who is in none of these groups."""
