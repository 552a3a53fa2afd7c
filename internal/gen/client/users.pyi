class UsersMixin:
    """Users: accounts, status, sessions, permissions."""

    def create_user(self, user: User) -> User:
        """Creates a user; the result has what the server filled in.

        Raises ValidationError for a name or an e-mail address that will not do, or that somebody has.
        """

    def delete_user(self, user_id: str) -> None:
        """Deactivates a user; the account stays, and `update_user_active` brings it back."""

    def get_user(self, user_id: str) -> User:
        """The user with that id. Raises NotFoundError when there is none."""

    def get_user_by_email(self, email: str) -> User:
        """The user with that e-mail address. Raises NotFoundError when there is none."""

    def get_user_by_username(self, username: str) -> User:
        """The user with that name, given without ``@``. Raises NotFoundError when there is none."""
        request.name = username

    def get_users_by_ids(self, user_ids: list[str]) -> list[User]:
        """The users with those ids; unknown ids are left out."""

    def get_users_by_usernames(self, usernames: list[str]) -> list[User]:
        """The users with those names; unknown names are left out."""

    def get_users(
        self,
        *,
        in_team_id: str = "",
        not_in_team_id: str = "",
        in_channel_id: str = "",
        not_in_channel_id: str = "",
        in_group_id: str = "",
        not_in_group_id: str = "",
        group_constrained: bool = False,
        without_team: bool = False,
        inactive: bool = False,
        active: bool = False,
        role: str = "",
        roles: list[str] | None = None,
        channel_roles: list[str] | None = None,
        team_roles: list[str] | None = None,
        sort: str = "",
        page: int = 0,
        per_page: int = 60,
        updated_after: int = 0,
        view_restrictions: ViewUsersRestrictions | None = None,
    ) -> list[User]:
        """A page of the users that fit all that is given.

        updated_after is milliseconds since 1970. Mattermost looks at some of the filters only in company of others.
        """

    def get_users_in_team(self, team_id: str, *, page: int = 0, per_page: int = 60) -> list[User]:
        """A page of the users in a team."""

    def get_users_in_channel(
        self,
        channel_id: str,
        *,
        sort_by: str = "",
        page: int = 0,
        per_page: int = 60,
    ) -> list[User]:
        """A page of the users in a channel; sort_by is ``username`` or ``status``."""

    def update_user(self, user: User) -> User:
        """Changes a user to what is given; the result is the user as stored."""

    def search_users(
        self,
        term: str,
        *,
        team_id: str = "",
        not_in_team_id: str = "",
        in_channel_id: str = "",
        not_in_channel_id: str = "",
        in_group_id: str = "",
        not_in_group_id: str = "",
        group_constrained: bool = False,
        allow_inactive: bool = False,
        without_team: bool = False,
        limit: int = 100,
        role: str = "",
        roles: list[str] | None = None,
        channel_roles: list[str] | None = None,
        team_roles: list[str] | None = None,
    ) -> list[User]:
        """The users whose names begin with a term, as far as they fit what else is given."""

    def get_user_status(self, user_id: str) -> UserStatus:
        """Whether a user is online."""

    def get_user_statuses_by_ids(self, user_ids: list[str]) -> list[UserStatus]:
        """Whether users are online."""

    def update_user_status(self, user_id: str, status: str) -> UserStatus:
        """Sets a status until the user changes it: ``online``, ``away``, ``dnd`` or ``offline``."""

    def set_user_status_timed_dnd(self, user_id: str, end_time: int) -> UserStatus:
        """Sets ``dnd`` until end_time, in seconds since 1970; then the status is what it was before."""

    def update_user_active(self, user_id: str, active: bool) -> None:
        """Activates or deactivates a user."""

    def update_user_custom_status(self, user_id: str, custom_status: CustomStatus) -> None:
        """Sets the emoji and text beside the name."""

    def remove_user_custom_status(self, user_id: str) -> None:
        """Removes the emoji and text beside the name."""

    def get_profile_image(self, user_id: str) -> bytes:
        """A user's picture, as PNG."""

    def set_profile_image(self, user_id: str, data: bytes) -> None:
        """Sets a user's picture."""

    def has_permission_to(self, user_id: str, permission_id: str) -> bool:
        """Whether a user has a permission in the whole system, such as ``manage_system``."""

    def has_permission_to_team(self, user_id: str, team_id: str, permission_id: str) -> bool:
        """Whether a user has a permission in a team."""

    def has_permission_to_channel(self, user_id: str, channel_id: str, permission_id: str) -> bool:
        """Whether a user has a permission in a channel."""

    def roles_grant_permission(self, role_names: list[str], permission_id: str) -> bool:
        """Whether one of the roles has a permission."""

    def publish_user_typing(self, user_id: str, channel_id: str, parent_id: str = "") -> None:
        """Shows that a user is typing; parent_id is the root post of a thread."""

    def update_user_auth(self, user_id: str, user_auth: UserAuth) -> UserAuth:
        """Changes by which service a user logs in; a password cannot be set so."""

    def update_user_roles(self, user_id: str, new_roles: str) -> User:
        """Sets the roles of a user, separated by blanks."""

    def get_ldap_user_attributes(self, user_id: str, attributes: list[str]) -> dict[str, str]:
        """Values of a user's LDAP attributes by name; empty for a user who does not log in by LDAP."""

    def get_session(self, session_id: str) -> Session:
        """The session with that id. Raises NotFoundError when there is none."""

    def create_session(self, session: Session) -> Session:
        """Creates a session; the result has its id and token."""

    def extend_session_expiry(self, session_id: str, new_expiry: int) -> None:
        """Moves the end of a session, in milliseconds since 1970."""

    def revoke_session(self, session_id: str) -> None:
        """Ends a session."""

    def create_user_access_token(self, token: UserAccessToken) -> UserAccessToken:
        """Creates a personal access token; only this result has its secret."""

    def revoke_user_access_token(self, token_id: str) -> None:
        """Deletes a personal access token and ends its sessions."""
