package memserver

import (
	"slices"

	"github.com/mattermost/mattermost/server/public/model"
)

// RolesGrantPermission tells whether one of Mattermost's default roles among the names has the permission.
func (a *API) RolesGrantPermission(roleNames []string, permissionID string) bool {
	return a.s.grant(roleNames, permissionID)
}

func (s *Server) grant(roleNames []string, permissionID string) bool {
	return slices.ContainsFunc(roleNames, func(name string) bool {
		role := s.roles[name]
		return role != nil && slices.Contains(role.Permissions, permissionID)
	})
}

// HasPermissionTo tells whether the user's system-wide roles grant the permission.
func (a *API) HasPermissionTo(userID string, permission *model.Permission) bool {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	return a.s.may(userID, permission)
}

// HasPermissionToTeam tells whether the user's roles in the team, or system-wide, grant the permission.
func (a *API) HasPermissionToTeam(userID, teamID string, permission *model.Permission) bool {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	return a.s.mayInTeam(userID, teamID, permission)
}

// HasPermissionToChannel tells whether the user's roles in the channel, its team, or system-wide, grant the
// permission.
func (a *API) HasPermissionToChannel(userID, channelID string, permission *model.Permission) bool {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	return a.s.mayInChannel(userID, channelID, permission)
}

// may, mayInTeam and mayInChannel need s.mu.
func (s *Server) may(userID string, permission *model.Permission) bool {
	user := s.users[userID]
	return user != nil && s.grant(user.GetRoles(), permission.Id)
}

func (s *Server) mayInTeam(userID, teamID string, permission *model.Permission) bool {
	if userID == "" || teamID == "" {
		return false
	}
	member := s.teamMembers[memberKey{teamID, userID}]
	if member != nil && member.DeleteAt == 0 && s.grant(member.GetRoles(), permission.Id) {
		return true
	}
	return s.may(userID, permission)
}

func (s *Server) mayInChannel(userID, channelID string, permission *model.Permission) bool {
	if userID == "" || channelID == "" {
		return false
	}
	if member := s.channelMembers[memberKey{channelID, userID}]; member != nil && s.grant(member.GetRoles(), permission.Id) {
		return true
	}
	if channel := s.channels[channelID]; channel != nil && channel.TeamId != "" {
		return s.mayInTeam(userID, channel.TeamId, permission)
	}
	return s.may(userID, permission)
}
