"""The API methods for users."""

from __future__ import annotations

from mattermost_plugin._internal.calls import APICalls
from mattermost_plugin._internal.lazy import LazyModule
from mattermost_plugin._internal.wire import as_message
from mattermost_plugin._internal.wrappers.users import Session, User, UserAccessToken, UserAuth, UserStatus

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mattermost_plugin._internal.wrappers.users import CustomStatus, ViewUsersRestrictions
    from mattermost_plugin.grpc import api_user_team_pb2 as _pb
else:
    _pb = LazyModule("mattermost_plugin.grpc.api_user_team_pb2")


class UsersMixin(APICalls):
    """Users: accounts, status, sessions, permissions."""

    def create_user(self, user: User) -> User:
        """Creates a user; the result has what the server filled in (CreateUser, server 5.2)."""
        request = _pb.CreateUserRequest(user=as_message(user))
        return User.from_proto(self._invoke("CreateUser", request, _pb.CreateUserResponse).user)

    def delete_user(self, user_id: str) -> None:
        """Deactivates a user (DeleteUser, server 5.2)."""
        self._invoke("DeleteUser", _pb.DeleteUserRequest(user_id=user_id), _pb.DeleteUserResponse)

    def get_user(self, user_id: str) -> User:
        """The user with that id (GetUser, server 5.2)."""
        return User.from_proto(self._invoke("GetUser", _pb.GetUserRequest(user_id=user_id), _pb.GetUserResponse).user)

    def get_user_by_email(self, email: str) -> User:
        """The user with that e-mail address (GetUserByEmail, server 5.2)."""
        request = _pb.GetUserByEmailRequest(email=email)
        return User.from_proto(self._invoke("GetUserByEmail", request, _pb.GetUserByEmailResponse).user)

    def get_user_by_username(self, username: str) -> User:
        """The user with that name (GetUserByUsername, server 5.2)."""
        request = _pb.GetUserByUsernameRequest(name=username)
        return User.from_proto(self._invoke("GetUserByUsername", request, _pb.GetUserByUsernameResponse).user)

    def get_users_by_ids(self, user_ids: list[str]) -> list[User]:
        """The users with those ids; unknown ids are left out (GetUsersByIds, server 9.8)."""
        response = self._invoke("GetUsersByIds", _pb.GetUsersByIdsRequest(user_ids=user_ids), _pb.GetUsersByIdsResponse)
        return [User.from_proto(item) for item in response.users]

    def get_users_by_usernames(self, usernames: list[str]) -> list[User]:
        """The users with those names; unknown names are left out (GetUsersByUsernames, server 5.6)."""
        request = _pb.GetUsersByUsernamesRequest(usernames=usernames)
        response = self._invoke("GetUsersByUsernames", request, _pb.GetUsersByUsernamesResponse)
        return [User.from_proto(item) for item in response.users]

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
        """A page of the users that fit all that is given (GetUsers, server 5.10)."""
        request = _pb.GetUsersRequest(
            in_team_id=in_team_id,
            not_in_team_id=not_in_team_id,
            in_channel_id=in_channel_id,
            not_in_channel_id=not_in_channel_id,
            in_group_id=in_group_id,
            not_in_group_id=not_in_group_id,
            group_constrained=group_constrained,
            without_team=without_team,
            inactive=inactive,
            active=active,
            role=role,
            roles=roles,
            channel_roles=channel_roles,
            team_roles=team_roles,
            sort=sort,
            page=page,
            per_page=per_page,
            updated_after=updated_after,
            view_restrictions=as_message(view_restrictions),
        )
        response = self._invoke("GetUsers", request, _pb.GetUsersResponse)
        return [User.from_proto(item) for item in response.users]

    def get_users_in_team(self, team_id: str, *, page: int = 0, per_page: int = 60) -> list[User]:
        """A page of the users in a team (GetUsersInTeam, server 5.6)."""
        request = _pb.GetUsersInTeamRequest(team_id=team_id, page=page, per_page=per_page)
        response = self._invoke("GetUsersInTeam", request, _pb.GetUsersInTeamResponse)
        return [User.from_proto(item) for item in response.users]

    def get_users_in_channel(
        self,
        channel_id: str,
        *,
        sort_by: str = "",
        page: int = 0,
        per_page: int = 60,
    ) -> list[User]:
        """A page of the users in a channel; sort_by is ``username`` or ``status`` (GetUsersInChannel, server 5.6)."""
        request = _pb.GetUsersInChannelRequest(channel_id=channel_id, sort_by=sort_by, page=page, per_page=per_page)
        response = self._invoke("GetUsersInChannel", request, _pb.GetUsersInChannelResponse)
        return [User.from_proto(item) for item in response.users]

    def update_user(self, user: User) -> User:
        """Changes a user to what is given; the result is the user as stored (UpdateUser, server 5.2)."""
        request = _pb.UpdateUserRequest(user=as_message(user))
        return User.from_proto(self._invoke("UpdateUser", request, _pb.UpdateUserResponse).user)

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
        """The users whose names begin with a term (SearchUsers, server 5.6)."""
        request = _pb.SearchUsersRequest(
            term=term,
            team_id=team_id,
            not_in_team_id=not_in_team_id,
            in_channel_id=in_channel_id,
            not_in_channel_id=not_in_channel_id,
            in_group_id=in_group_id,
            not_in_group_id=not_in_group_id,
            group_constrained=group_constrained,
            allow_inactive=allow_inactive,
            without_team=without_team,
            limit=limit,
            role=role,
            roles=roles,
            channel_roles=channel_roles,
            team_roles=team_roles,
        )
        response = self._invoke("SearchUsers", request, _pb.SearchUsersResponse)
        return [User.from_proto(item) for item in response.users]

    def get_user_status(self, user_id: str) -> UserStatus:
        """Whether a user is online (GetUserStatus, server 5.2)."""
        request = _pb.GetUserStatusRequest(user_id=user_id)
        return UserStatus.from_proto(self._invoke("GetUserStatus", request, _pb.GetUserStatusResponse).status)

    def get_user_statuses_by_ids(self, user_ids: list[str]) -> list[UserStatus]:
        """Whether users are online (GetUserStatusesByIds, server 5.2)."""
        request = _pb.GetUserStatusesByIdsRequest(user_ids=user_ids)
        response = self._invoke("GetUserStatusesByIds", request, _pb.GetUserStatusesByIdsResponse)
        return [UserStatus.from_proto(item) for item in response.statuses]

    def update_user_status(self, user_id: str, status: str) -> UserStatus:
        """Sets a status: ``online``, ``away``, ``dnd`` or ``offline`` (UpdateUserStatus, server 5.2)."""
        request = _pb.UpdateUserStatusRequest(user_id=user_id, status=status)
        return UserStatus.from_proto(self._invoke("UpdateUserStatus", request, _pb.UpdateUserStatusResponse).status)

    def set_user_status_timed_dnd(self, user_id: str, end_time: int) -> UserStatus:
        """Sets ``dnd`` until end_time, in seconds since 1970 (SetUserStatusTimedDND, server 5.35)."""
        request = _pb.SetUserStatusTimedDNDRequest(user_id=user_id, end_time=end_time)
        response = self._invoke("SetUserStatusTimedDND", request, _pb.SetUserStatusTimedDNDResponse)
        return UserStatus.from_proto(response.status)

    def update_user_active(self, user_id: str, active: bool) -> None:
        """Activates or deactivates a user (UpdateUserActive, server 5.8)."""
        request = _pb.UpdateUserActiveRequest(user_id=user_id, active=active)
        self._invoke("UpdateUserActive", request, _pb.UpdateUserActiveResponse)

    def update_user_custom_status(self, user_id: str, custom_status: CustomStatus) -> None:
        """Sets the emoji and text beside the name (UpdateUserCustomStatus, server 6.2)."""
        request = _pb.UpdateUserCustomStatusRequest(user_id=user_id, custom_status=as_message(custom_status))
        self._invoke("UpdateUserCustomStatus", request, _pb.UpdateUserCustomStatusResponse)

    def remove_user_custom_status(self, user_id: str) -> None:
        """Removes the emoji and text beside the name (RemoveUserCustomStatus, server 6.2)."""
        request = _pb.RemoveUserCustomStatusRequest(user_id=user_id)
        self._invoke("RemoveUserCustomStatus", request, _pb.RemoveUserCustomStatusResponse)

    def get_profile_image(self, user_id: str) -> bytes:
        """A user's picture, as PNG (GetProfileImage, server 5.6)."""
        request = _pb.GetProfileImageRequest(user_id=user_id)
        return self._invoke("GetProfileImage", request, _pb.GetProfileImageResponse).image

    def set_profile_image(self, user_id: str, data: bytes) -> None:
        """Sets a user's picture (SetProfileImage, server 5.6)."""
        request = _pb.SetProfileImageRequest(user_id=user_id, data=data)
        self._invoke("SetProfileImage", request, _pb.SetProfileImageResponse)

    def has_permission_to(self, user_id: str, permission_id: str) -> bool:
        """Whether a user has a permission of the system, such as ``manage_system`` (HasPermissionTo, server 5.3)."""
        request = _pb.HasPermissionToRequest(user_id=user_id, permission_id=permission_id)
        return self._invoke("HasPermissionTo", request, _pb.HasPermissionToResponse).has_permission

    def has_permission_to_team(self, user_id: str, team_id: str, permission_id: str) -> bool:
        """Whether a user has a permission in a team (HasPermissionToTeam, server 5.3)."""
        request = _pb.HasPermissionToTeamRequest(user_id=user_id, team_id=team_id, permission_id=permission_id)
        return self._invoke("HasPermissionToTeam", request, _pb.HasPermissionToTeamResponse).has_permission

    def has_permission_to_channel(self, user_id: str, channel_id: str, permission_id: str) -> bool:
        """Whether a user has a permission in a channel (HasPermissionToChannel, server 5.3)."""
        request = _pb.HasPermissionToChannelRequest(user_id=user_id, channel_id=channel_id, permission_id=permission_id)
        return self._invoke("HasPermissionToChannel", request, _pb.HasPermissionToChannelResponse).has_permission

    def publish_user_typing(self, user_id: str, channel_id: str, parent_id: str = "") -> None:
        """Shows that a user is typing; parent_id is the root post of a thread (PublishUserTyping, server 5.26)."""
        request = _pb.PublishUserTypingRequest(user_id=user_id, channel_id=channel_id, parent_id=parent_id)
        self._invoke("PublishUserTyping", request, _pb.PublishUserTypingResponse)

    def update_user_auth(self, user_id: str, user_auth: UserAuth) -> UserAuth:
        """Changes how a user logs in (UpdateUserAuth, server 9.3)."""
        request = _pb.UpdateUserAuthRequest(user_id=user_id, user_auth=as_message(user_auth))
        return UserAuth.from_proto(self._invoke("UpdateUserAuth", request, _pb.UpdateUserAuthResponse).user_auth)

    def update_user_roles(self, user_id: str, new_roles: str) -> User:
        """Sets the roles of a user, separated by blanks (UpdateUserRoles, server 9.8)."""
        request = _pb.UpdateUserRolesRequest(user_id=user_id, new_roles=new_roles)
        return User.from_proto(self._invoke("UpdateUserRoles", request, _pb.UpdateUserRolesResponse).user)

    def get_ldap_user_attributes(self, user_id: str, attributes: list[str]) -> dict[str, str]:
        """Values of a user's LDAP attributes by name (GetLDAPUserAttributes, server 5.3)."""
        request = _pb.GetLDAPUserAttributesRequest(user_id=user_id, attributes=attributes)
        return dict(self._invoke("GetLDAPUserAttributes", request, _pb.GetLDAPUserAttributesResponse).attributes)

    def get_session(self, session_id: str) -> Session:
        """The session with that id (GetSession, server 5.2)."""
        request = _pb.GetSessionRequest(session_id=session_id)
        return Session.from_proto(self._invoke("GetSession", request, _pb.GetSessionResponse).session)

    def create_session(self, session: Session) -> Session:
        """Creates a session (CreateSession, server 6.2)."""
        request = _pb.CreateSessionRequest(session=as_message(session))
        return Session.from_proto(self._invoke("CreateSession", request, _pb.CreateSessionResponse).session)

    def extend_session_expiry(self, session_id: str, new_expiry: int) -> None:
        """Moves the end of a session, in milliseconds since 1970 (ExtendSessionExpiry, server 6.2)."""
        request = _pb.ExtendSessionExpiryRequest(session_id=session_id, new_expiry=new_expiry)
        self._invoke("ExtendSessionExpiry", request, _pb.ExtendSessionExpiryResponse)

    def revoke_session(self, session_id: str) -> None:
        """Ends a session (RevokeSession, server 6.2)."""
        self._invoke("RevokeSession", _pb.RevokeSessionRequest(session_id=session_id), _pb.RevokeSessionResponse)

    def create_user_access_token(self, token: UserAccessToken) -> UserAccessToken:
        """Creates a personal access token; only this result has its secret (CreateUserAccessToken, server 5.38)."""
        request = _pb.CreateUserAccessTokenRequest(token=as_message(token))
        response = self._invoke("CreateUserAccessToken", request, _pb.CreateUserAccessTokenResponse)
        return UserAccessToken.from_proto(response.token)

    def revoke_user_access_token(self, token_id: str) -> None:
        """Deletes a personal access token and ends its sessions (RevokeUserAccessToken, server 5.38)."""
        request = _pb.RevokeUserAccessTokenRequest(token_id=token_id)
        self._invoke("RevokeUserAccessToken", request, _pb.RevokeUserAccessTokenResponse)
