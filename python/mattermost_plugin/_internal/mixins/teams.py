"""The API methods for teams."""

from __future__ import annotations

from mattermost_plugin._internal.calls import APICalls
from mattermost_plugin._internal.lazy import LazyModule
from mattermost_plugin._internal.wire import as_message
from mattermost_plugin._internal.wrappers.teams import Team, TeamMember, TeamMemberWithError, TeamStats, TeamUnread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mattermost_plugin.grpc import api_user_team_pb2 as _pb
else:
    _pb = LazyModule("mattermost_plugin.grpc.api_user_team_pb2")


class TeamsMixin(APICalls):
    """Teams and their members."""

    def create_team(self, team: Team) -> Team:
        """Creates a team (CreateTeam, server 5.2)."""
        request = _pb.CreateTeamRequest(team=as_message(team))
        return Team.from_proto(self._invoke("CreateTeam", request, _pb.CreateTeamResponse).team)

    def delete_team(self, team_id: str) -> None:
        """Archives a team (DeleteTeam, server 5.2)."""
        self._invoke("DeleteTeam", _pb.DeleteTeamRequest(team_id=team_id), _pb.DeleteTeamResponse)

    def get_team(self, team_id: str) -> Team:
        """The team with that id (GetTeam, server 5.2)."""
        return Team.from_proto(self._invoke("GetTeam", _pb.GetTeamRequest(team_id=team_id), _pb.GetTeamResponse).team)

    def get_team_by_name(self, name: str) -> Team:
        """The team with that name, as in its URL (GetTeamByName, server 5.2)."""
        request = _pb.GetTeamByNameRequest(name=name)
        return Team.from_proto(self._invoke("GetTeamByName", request, _pb.GetTeamByNameResponse).team)

    def get_teams(self) -> list[Team]:
        """All teams (GetTeams, server 5.2)."""
        response = self._invoke("GetTeams", _pb.GetTeamsRequest(), _pb.GetTeamsResponse)
        return [Team.from_proto(item) for item in response.teams]

    def get_teams_for_user(self, user_id: str) -> list[Team]:
        """The teams that a user is in (GetTeamsForUser, server 5.6)."""
        request = _pb.GetTeamsForUserRequest(user_id=user_id)
        response = self._invoke("GetTeamsForUser", request, _pb.GetTeamsForUserResponse)
        return [Team.from_proto(item) for item in response.teams]

    def update_team(self, team: Team) -> Team:
        """Changes a team to what is given (UpdateTeam, server 5.2)."""
        request = _pb.UpdateTeamRequest(team=as_message(team))
        return Team.from_proto(self._invoke("UpdateTeam", request, _pb.UpdateTeamResponse).team)

    def search_teams(self, term: str) -> list[Team]:
        """The teams whose names contain a term (SearchTeams, server 5.8)."""
        response = self._invoke("SearchTeams", _pb.SearchTeamsRequest(term=term), _pb.SearchTeamsResponse)
        return [Team.from_proto(item) for item in response.teams]

    def get_teams_unread_for_user(self, user_id: str) -> list[TeamUnread]:
        """What a user has not read, for each of the user's teams (GetTeamsUnreadForUser, server 5.6)."""
        request = _pb.GetTeamsUnreadForUserRequest(user_id=user_id)
        response = self._invoke("GetTeamsUnreadForUser", request, _pb.GetTeamsUnreadForUserResponse)
        return [TeamUnread.from_proto(item) for item in response.team_unreads]

    def create_team_member(self, team_id: str, user_id: str) -> TeamMember:
        """Adds a user to a team (CreateTeamMember, server 5.2)."""
        request = _pb.CreateTeamMemberRequest(team_id=team_id, user_id=user_id)
        response = self._invoke("CreateTeamMember", request, _pb.CreateTeamMemberResponse)
        return TeamMember.from_proto(response.team_member)

    def create_team_members(self, team_id: str, user_ids: list[str], requestor_id: str = "") -> list[TeamMember]:
        """Adds users to a team, all or none; requestor_id is who adds them (CreateTeamMembers, server 5.2)."""
        request = _pb.CreateTeamMembersRequest(team_id=team_id, user_ids=user_ids, requestor_id=requestor_id)
        response = self._invoke("CreateTeamMembers", request, _pb.CreateTeamMembersResponse)
        return [TeamMember.from_proto(item) for item in response.team_members]

    def create_team_members_gracefully(
        self,
        team_id: str,
        user_ids: list[str],
        requestor_id: str = "",
    ) -> list[TeamMemberWithError]:
        """Adds users to a team; each has its own result (CreateTeamMembersGracefully, server 5.20)."""
        request = _pb.CreateTeamMembersGracefullyRequest(team_id=team_id, user_ids=user_ids, requestor_id=requestor_id)
        response = self._invoke("CreateTeamMembersGracefully", request, _pb.CreateTeamMembersGracefullyResponse)
        return [TeamMemberWithError.from_proto(item) for item in response.team_members]

    def delete_team_member(self, team_id: str, user_id: str, requestor_id: str = "") -> None:
        """Removes a user from a team; requestor_id is who removes (DeleteTeamMember, server 5.2)."""
        request = _pb.DeleteTeamMemberRequest(team_id=team_id, user_id=user_id, requestor_id=requestor_id)
        self._invoke("DeleteTeamMember", request, _pb.DeleteTeamMemberResponse)

    def get_team_member(self, team_id: str, user_id: str) -> TeamMember:
        """The membership of a user in a team (GetTeamMember, server 5.2)."""
        request = _pb.GetTeamMemberRequest(team_id=team_id, user_id=user_id)
        return TeamMember.from_proto(self._invoke("GetTeamMember", request, _pb.GetTeamMemberResponse).team_member)

    def get_team_members(self, team_id: str, *, page: int = 0, per_page: int = 60) -> list[TeamMember]:
        """A page of the members of a team (GetTeamMembers, server 5.2)."""
        request = _pb.GetTeamMembersRequest(team_id=team_id, page=page, per_page=per_page)
        response = self._invoke("GetTeamMembers", request, _pb.GetTeamMembersResponse)
        return [TeamMember.from_proto(item) for item in response.team_members]

    def get_team_members_for_user(self, user_id: str, *, page: int = 0, per_page: int = 60) -> list[TeamMember]:
        """A page of the memberships of a user (GetTeamMembersForUser, server 5.10)."""
        request = _pb.GetTeamMembersForUserRequest(user_id=user_id, page=page, per_page=per_page)
        response = self._invoke("GetTeamMembersForUser", request, _pb.GetTeamMembersForUserResponse)
        return [TeamMember.from_proto(item) for item in response.team_members]

    def update_team_member_roles(self, team_id: str, user_id: str, new_roles: str) -> TeamMember:
        """Sets the roles of a user in a team, separated by blanks (UpdateTeamMemberRoles, server 5.2)."""
        request = _pb.UpdateTeamMemberRolesRequest(team_id=team_id, user_id=user_id, new_roles=new_roles)
        response = self._invoke("UpdateTeamMemberRoles", request, _pb.UpdateTeamMemberRolesResponse)
        return TeamMember.from_proto(response.team_member)

    def get_team_icon(self, team_id: str) -> bytes:
        """A team's icon, as PNG (GetTeamIcon, server 5.6)."""
        return self._invoke("GetTeamIcon", _pb.GetTeamIconRequest(team_id=team_id), _pb.GetTeamIconResponse).icon

    def set_team_icon(self, team_id: str, data: bytes) -> None:
        """Sets a team's icon (SetTeamIcon, server 5.6)."""
        self._invoke("SetTeamIcon", _pb.SetTeamIconRequest(team_id=team_id, data=data), _pb.SetTeamIconResponse)

    def remove_team_icon(self, team_id: str) -> None:
        """Removes a team's icon (RemoveTeamIcon, server 5.6)."""
        self._invoke("RemoveTeamIcon", _pb.RemoveTeamIconRequest(team_id=team_id), _pb.RemoveTeamIconResponse)

    def get_team_stats(self, team_id: str) -> TeamStats:
        """How many members a team has (GetTeamStats, server 5.8)."""
        request = _pb.GetTeamStatsRequest(team_id=team_id)
        return TeamStats.from_proto(self._invoke("GetTeamStats", request, _pb.GetTeamStatsResponse).team_stats)
