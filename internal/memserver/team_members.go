package memserver

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

// CreateTeamMember puts a user into a team and its default channels. A member stays what it was.
func (a *API) CreateTeamMember(teamID, userID string) (*model.TeamMember, *model.AppError) {
	return a.s.joinTeam(teamID, userID, "")
}

// CreateTeamMembers puts users into a team until one fails.
func (a *API) CreateTeamMembers(teamID string, userIDs []string, requestorID string) ([]*model.TeamMember, *model.AppError) {
	members := make([]*model.TeamMember, 0, len(userIDs))
	for _, userID := range userIDs {
		member, err := a.s.joinTeam(teamID, userID, requestorID)
		if err != nil {
			return nil, err
		}
		members = append(members, member)
	}
	return members, nil
}

// CreateTeamMembersGracefully puts users into a team and tells for each what happened.
func (a *API) CreateTeamMembersGracefully(teamID string, userIDs []string, requestorID string) ([]*model.TeamMemberWithError, *model.AppError) {
	members := make([]*model.TeamMemberWithError, 0, len(userIDs))
	for _, userID := range userIDs {
		member, err := a.s.joinTeam(teamID, userID, requestorID)
		members = append(members, &model.TeamMemberWithError{UserId: userID, Member: member, Error: err})
	}
	return members, nil
}

func (s *Server) joinTeam(teamID, userID, actorID string) (*model.TeamMember, *model.AppError) {
	const where = "AddUserToTeam"
	s.mu.Lock()
	added, err := s.prepareTeamMember(where, teamID, userID)
	present := s.teamMembers[memberKey{teamID, userID}]
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if added == nil {
		return shallow(present), nil
	}
	if added, err = s.teamMemberWillBeAdded(added); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.inTeam(teamID, userID) {
		return shallow(s.teamMembers[memberKey{teamID, userID}]), nil
	}
	s.teamMembers[memberKey{teamID, userID}] = added
	for _, name := range []string{model.DefaultChannelName, "off-topic"} {
		if channel := s.channelByName(teamID, name); channel != nil {
			s.addChannelMember(channel, s.users[userID], added.SchemeAdmin)
		}
	}
	joined, actor := shallow(added), s.actor(actorID)
	notify(s, "UserHasJoinedTeam", func(c *plugin.Context, h interface {
		UserHasJoinedTeam(*plugin.Context, *model.TeamMember, *model.User)
	}) {
		h.UserHasJoinedTeam(c, shallow(joined), actor)
	})
	return shallow(joined), nil
}

// prepareTeamMember makes the membership of a user who can join a team; it is nil for a member. The caller holds s.mu.
func (s *Server) prepareTeamMember(where, teamID, userID string) (*model.TeamMember, *model.AppError) {
	team, err := s.team(where, teamID)
	if err != nil {
		return nil, err
	}
	user, err := s.user(where, userID)
	if err != nil || s.inTeam(teamID, userID) {
		return nil, err
	}
	isAdmin := team.Email != "" && team.Email == user.Email
	return &model.TeamMember{
		TeamId: teamID, UserId: userID, CreateAt: s.millis(), SchemeUser: true, SchemeAdmin: isAdmin,
		Roles: memberRoles("", true, isAdmin, model.TeamUserRoleId, model.TeamAdminRoleId),
	}, nil
}

// teamMemberWillBeAdded asks every plugin in turn; each gets what the one before made of the membership.
func (s *Server) teamMemberWillBeAdded(member *model.TeamMember) (*model.TeamMember, *model.AppError) {
	type hooks interface {
		TeamMemberWillBeAdded(*plugin.Context, *model.TeamMember) (*model.TeamMember, string)
	}
	for _, p := range hooked[hooks](s, "TeamMemberWillBeAdded") {
		replacement, reason := p.hooks.TeamMemberWillBeAdded(hookContext(), shallow(member))
		if reason != "" {
			return nil, refused("JoinUserToTeam", "app.team.join_user_to_team.rejected_by_plugin", reason)
		}
		if replacement != nil {
			teamID, userID := member.TeamId, member.UserId
			member = shallow(replacement)
			member.TeamId, member.UserId = teamID, userID
			member.Roles = memberRoles(member.ExplicitRoles, member.SchemeUser, member.SchemeAdmin, model.TeamUserRoleId, model.TeamAdminRoleId)
		}
	}
	return member, nil
}

// memberRoles lists a member's roles as Mattermost does: its own, then those of the default scheme.
func memberRoles(explicit string, user, admin bool, userRole, adminRole string) string {
	roles := strings.Fields(explicit)
	if user {
		roles = append(roles, userRole)
	}
	if admin {
		roles = append(roles, adminRole)
	}
	return strings.Join(roles, " ")
}

// actor copies the user who did something, nil if nobody is named. The caller holds s.mu.
func (s *Server) actor(id string) *model.User {
	if user, ok := s.users[id]; ok {
		return user.DeepCopy()
	}
	return nil
}

// inTeam and inAnyTeam need s.mu.
func (s *Server) inTeam(teamID, userID string) bool {
	member := s.teamMembers[memberKey{teamID, userID}]
	return member != nil && member.DeleteAt == 0
}

func (s *Server) inAnyTeam(userID string) bool {
	for key := range s.teamMembers {
		if key.user == userID && s.inTeam(key.group, userID) {
			return true
		}
	}
	return false
}

// DeleteTeamMember takes a user out of a team and all its channels.
func (a *API) DeleteTeamMember(teamID, userID, requestorID string) *model.AppError {
	const where = "RemoveUserFromTeam"
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.teams[teamID] == nil {
		return fail(where, "app.team.get_by_invite_id.finding.app_error", http.StatusNotFound)
	}
	if _, err := s.user(where, userID); err != nil {
		return err
	}
	old := s.teamMembers[memberKey{teamID, userID}]
	if old == nil {
		return fail("LeaveTeam", "api.team.remove_user_from_team.missing.app_error", http.StatusBadRequest)
	}
	for _, channel := range s.channels {
		if channel.TeamId == teamID {
			if key := (memberKey{channel.Id, userID}); s.channelMembers[key] != nil {
				delete(s.channelMembers, key)
				s.leftChannels[key] = true
			}
		}
	}
	member := shallow(old)
	member.Roles, member.DeleteAt = "", s.millis()
	s.teamMembers[memberKey{teamID, userID}] = member
	actor := s.actor(requestorID)
	notify(s, "UserHasLeftTeam", func(c *plugin.Context, h interface {
		UserHasLeftTeam(*plugin.Context, *model.TeamMember, *model.User)
	}) {
		h.UserHasLeftTeam(c, shallow(member), actor)
	})
	return nil
}

// GetTeamMember finds a membership, ended ones included.
func (a *API) GetTeamMember(teamID, userID string) (*model.TeamMember, *model.AppError) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	member, err := a.s.teamMember("GetTeamMember", teamID, userID)
	if err != nil {
		return nil, err
	}
	return shallow(member), nil
}

func (s *Server) teamMember(where, teamID, userID string) (*model.TeamMember, *model.AppError) {
	if member, ok := s.teamMembers[memberKey{teamID, userID}]; ok {
		return member, nil
	}
	return nil, fail(where, "app.team.get_member.missing.app_error", http.StatusNotFound)
}

// GetTeamMembers lists a page of a team's members by user id.
func (a *API) GetTeamMembers(teamID string, number, perPage int) ([]*model.TeamMember, *model.AppError) {
	members := a.s.findTeamMembers(func(m *model.TeamMember) bool { return m.TeamId == teamID && m.DeleteAt == 0 })
	return page(members, number, perPage), nil
}

// GetTeamMembersForUser lists a page of a user's memberships, ended ones included.
func (a *API) GetTeamMembersForUser(userID string, number, perPage int) ([]*model.TeamMember, *model.AppError) {
	members := a.s.findTeamMembers(func(m *model.TeamMember) bool { return m.UserId == userID })
	return page(members, number, perPage), nil
}

func (s *Server) findTeamMembers(matches func(*model.TeamMember) bool) []*model.TeamMember {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []*model.TeamMember{}
	for _, member := range s.teamMembers {
		if matches(member) {
			found = append(found, shallow(member))
		}
	}
	slices.SortFunc(found, func(a, b *model.TeamMember) int {
		return cmp.Or(cmp.Compare(a.UserId, b.UserId), cmp.Compare(a.TeamId, b.TeamId))
	})
	return found
}

// UpdateTeamMemberRoles sets a member's roles in the team, a list separated by spaces.
func (a *API) UpdateTeamMemberRoles(teamID, userID, newRoles string) (*model.TeamMember, *model.AppError) {
	const where = "UpdateTeamMemberRoles"
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	old, err := s.teamMember(where, teamID, userID)
	if err != nil {
		return nil, err
	}
	explicit, user, admin, err := s.splitRoles(where, newRoles, model.TeamUserRoleId, model.TeamAdminRoleId,
		"api.channel.update_team_member_roles.scheme_role.app_error")
	if err != nil {
		return nil, err
	}
	member := shallow(old)
	member.ExplicitRoles, member.SchemeUser, member.SchemeAdmin = explicit, user, admin
	member.Roles = memberRoles(explicit, user, admin, model.TeamUserRoleId, model.TeamAdminRoleId)
	s.teamMembers[memberKey{teamID, userID}] = member
	return shallow(member), nil
}

// splitRoles tells the scheme's roles, which are flags of a membership, from those the membership lists itself.
func (s *Server) splitRoles(where, roles, userRole, adminRole, foreignRole string) (explicit string, user, admin bool, err *model.AppError) {
	var others []string
	for name := range strings.FieldsSeq(roles) {
		role := s.roles[name]
		switch {
		case role == nil:
			return "", false, false, fail("GetRoleByName", "app.role.get_by_name.app_error", http.StatusBadRequest)
		case !role.SchemeManaged:
			others = append(others, name)
		case name == userRole:
			user = true
		case name == adminRole:
			admin = true
		default:
			return "", false, false, fail(where, foreignRole, http.StatusBadRequest)
		}
	}
	return strings.Join(others, " "), user, admin, nil
}
