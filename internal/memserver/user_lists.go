package memserver

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
)

// GetUsers lists a page of the users that match all options, by name, or by time of change with the sort order
// update_at_asc.
func (a *API) GetUsers(options *model.UserGetOptions) ([]*model.User, *model.AppError) {
	options = orZero(options)
	s := a.s
	users := s.findUsers(func(u *model.User) bool {
		switch {
		case options.InTeamId != "" && !s.inTeam(options.InTeamId, u.Id),
			options.NotInTeamId != "" && s.inTeam(options.NotInTeamId, u.Id),
			options.WithoutTeam && s.inAnyTeam(u.Id),
			options.InChannelId != "" && s.channelMembers[memberKey{options.InChannelId, u.Id}] == nil,
			options.NotInChannelId != "" && s.channelMembers[memberKey{options.NotInChannelId, u.Id}] != nil,
			options.InGroupId != "" && !s.inGroup(options.InGroupId, u.Id),
			options.NotInGroupId != "" && s.inGroup(options.NotInGroupId, u.Id),
			options.GroupConstrained && !s.permittedByGroup(options, u.Id),
			options.Inactive && u.DeleteAt == 0,
			!options.Inactive && options.Active && u.DeleteAt != 0,
			u.UpdateAt <= options.UpdatedAfter && options.UpdatedAfter > 0:
			return false
		}
		return s.hasRoles(u, options)
	})
	if options.Sort == "update_at_asc" {
		slices.SortStableFunc(users, func(a, b *model.User) int { return cmp.Compare(a.UpdateAt, b.UpdateAt) })
	}
	return page(users, options.Page, options.PerPage), nil
}

// hasRoles tells whether the user has one of the roles asked for, if any. The caller holds s.mu.
func (s *Server) hasRoles(user *model.User, options *model.UserGetOptions) bool {
	if options.Role != "" && !slices.Contains(user.GetRoles(), options.Role) {
		return false
	}
	if len(options.Roles)+len(options.TeamRoles)+len(options.ChannelRoles) == 0 {
		return true
	}
	has := func(wanted, roles []string) bool {
		return slices.ContainsFunc(wanted, func(role string) bool { return slices.Contains(roles, role) })
	}
	if has(options.Roles, user.GetRoles()) {
		return true
	}
	if member := s.teamMembers[memberKey{options.InTeamId, user.Id}]; member != nil && has(options.TeamRoles, member.GetRoles()) {
		return true
	}
	member := s.channelMembers[memberKey{options.InChannelId, user.Id}]
	return member != nil && has(options.ChannelRoles, member.GetRoles())
}

// GetUsersInChannel lists a page of a channel's members, sorted by "username" or by "status": online, away, do not
// disturb, offline.
func (a *API) GetUsersInChannel(channelID, sortBy string, number, perPage int) ([]*model.User, *model.AppError) {
	s := a.s
	users := s.findUsers(func(u *model.User) bool { return s.channelMembers[memberKey{channelID, u.Id}] != nil })
	switch sortBy {
	case model.ChannelSortByUsername:
	case model.ChannelSortByStatus:
		rank := map[string]int{}
		s.mu.Lock()
		for _, user := range users {
			rank[user.Id] = 3
			if status := s.statuses[user.Id]; status != nil {
				rank[user.Id] = max(slices.Index([]string{model.StatusOnline, model.StatusAway, model.StatusDnd, model.StatusOffline}, status.Status), 0)
			}
		}
		s.mu.Unlock()
		slices.SortStableFunc(users, func(a, b *model.User) int { return cmp.Compare(rank[a.Id], rank[b.Id]) })
	default:
		return nil, fail("GetUsersInChannel", "plugin.api.get_users_in_channel", http.StatusBadRequest)
	}
	return page(users, number, perPage), nil
}

// SearchUsers finds users whose name, nickname, first or last name or address starts with the term; the at sign
// before it is ignored.
func (a *API) SearchUsers(search *model.UserSearch) ([]*model.User, *model.AppError) {
	search = orZero(search)
	options := model.UserGetOptions{
		InTeamId: search.TeamId, NotInTeamId: search.NotInTeamId, WithoutTeam: search.WithoutTeam,
		InChannelId: search.InChannelId, NotInChannelId: search.NotInChannelId, InGroupId: search.InGroupId, NotInGroupId: search.NotInGroupId,
		GroupConstrained: search.GroupConstrained, Active: !search.AllowInactive,
		Role: search.Role, Roles: search.Roles, TeamRoles: search.TeamRoles, ChannelRoles: search.ChannelRoles,
		PerPage: len(a.s.findUsers(func(*model.User) bool { return true })),
	}
	users, err := a.GetUsers(&options)
	if err != nil {
		return nil, err
	}
	term := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(search.Term), "@"))
	users = slices.DeleteFunc(users, func(u *model.User) bool {
		return !slices.ContainsFunc([]string{u.Username, u.Nickname, u.FirstName, u.LastName, u.Email}, func(text string) bool {
			return strings.HasPrefix(strings.ToLower(text), term)
		})
	})
	limit := search.Limit
	if limit <= 0 {
		limit = model.UserSearchDefaultLimit
	}
	return page(users, 0, limit), nil
}

// permittedByGroup tells whether a group of the user's is in the channel, or else the team, that the user is not in.
// The caller holds s.mu.
func (s *Server) permittedByGroup(options *model.UserGetOptions, userID string) bool {
	for key := range s.groups.syncables {
		if (key.id == options.NotInChannelId || options.NotInChannelId == "" && key.id == options.NotInTeamId) &&
			s.isSynced(key.group, key.id, key.kind) && s.inGroup(key.group, userID) {
			return true
		}
	}
	return false
}
