class TeamsMixin:
    """Teams and their members."""

    def create_team(self, team: Team) -> Team:
        """Creates a team; the result has what the server filled in."""

    def delete_team(self, team_id: str) -> None:
        """Archives a team."""

    def get_team(self, team_id: str) -> Team:
        """The team with that id. Raises NotFoundError when there is none."""

    def get_team_by_name(self, name: str) -> Team:
        """The team with that name, as in its URL. Raises NotFoundError when there is none."""

    def get_teams(self) -> list[Team]:
        """All teams."""

    def get_teams_for_user(self, user_id: str) -> list[Team]:
        """The teams that a user is in."""

    def update_team(self, team: Team) -> Team:
        """Changes a team to what is given; the result is the team as stored."""

    def search_teams(self, term: str) -> list[Team]:
        """The teams whose names contain a term."""

    def get_teams_unread_for_user(self, user_id: str) -> list[TeamUnread]:
        """What a user has not read, for each of the user's teams."""

    def create_team_member(self, team_id: str, user_id: str) -> TeamMember:
        """Adds a user to a team."""

    def create_team_members(self, team_id: str, user_ids: list[str], requestor_id: str = "") -> list[TeamMember]:
        """Adds users to a team, all or none; requestor_id is who adds them."""

    def create_team_members_gracefully(
        self,
        team_id: str,
        user_ids: list[str],
        requestor_id: str = "",
    ) -> list[TeamMemberWithError]:
        """Adds users to a team; each has its own result."""

    def delete_team_member(self, team_id: str, user_id: str, requestor_id: str = "") -> None:
        """Removes a user from a team; requestor_id is who removes."""

    def get_team_member(self, team_id: str, user_id: str) -> TeamMember:
        """The membership of a user in a team. Raises NotFoundError when the user is not in it."""

    def get_team_members(self, team_id: str, *, page: int = 0, per_page: int = 60) -> list[TeamMember]:
        """A page of the members of a team."""

    def get_team_members_for_user(self, user_id: str, *, page: int = 0, per_page: int = 60) -> list[TeamMember]:
        """A page of the memberships of a user."""

    def update_team_member_roles(self, team_id: str, user_id: str, new_roles: str) -> TeamMember:
        """Sets the roles of a user in a team, separated by blanks."""

    def get_team_icon(self, team_id: str) -> bytes:
        """A team's icon, as PNG. Raises NotFoundError when it has none."""

    def set_team_icon(self, team_id: str, data: bytes) -> None:
        """Sets a team's icon."""

    def remove_team_icon(self, team_id: str) -> None:
        """Removes a team's icon."""

    def get_team_stats(self, team_id: str) -> TeamStats:
        """How many members a team has."""
