package memserver

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
)

// groups are the user groups, which plugins and LDAP make. Values are replaced, never changed.
type groups struct {
	byID      map[string]*model.Group
	members   map[memberKey]*model.GroupMember
	syncables map[syncableKey]*model.GroupSyncable
}

func newGroups() groups {
	return groups{
		byID: map[string]*model.Group{}, members: map[memberKey]*model.GroupMember{},
		syncables: map[syncableKey]*model.GroupSyncable{},
	}
}

// CreateGroup adds a group. Like most of what is about groups it needs a licence; see [Server.SetLicense].
func (a *API) CreateGroup(group *model.Group) (*model.Group, *model.AppError) {
	const where = "CreateGroup"
	s := a.s
	if err := s.licensedForGroups(where); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.checkNoUsername(where, group.GetName()); err != nil {
		return nil, err
	}
	if group.Id != "" {
		return nil, fail(where, "app.group.id.app_error", http.StatusBadRequest)
	}
	if err := group.IsValidForCreate(); err != nil {
		return nil, explain(err)
	}
	group = shallow(group)
	group.Id, group.CreateAt = model.NewId(), s.millis()
	group.UpdateAt = group.CreateAt
	if s.hasSameGroup(group) {
		return nil, fail(where, "app.insert_error", http.StatusInternalServerError)
	}
	s.groups.byID[group.Id] = group
	return shallow(group), nil
}

// checkNoUsername refuses a group with a user's name, as both can be mentioned. The caller holds s.mu.
func (s *Server) checkNoUsername(where, name string) *model.AppError {
	for _, user := range s.users {
		if user.Username == name {
			return fail(where, "app.group.username_conflict", http.StatusBadRequest)
		}
	}
	return nil
}

// hasSameGroup tells whether another group has the name, or the same id at the source. The caller holds s.mu.
func (s *Server) hasSameGroup(group *model.Group) bool {
	for _, other := range s.groups.byID {
		sameName := group.Name != nil && other.Name != nil && *other.Name == *group.Name
		sameRemote := group.RemoteId != nil && other.RemoteId != nil && *other.RemoteId == *group.RemoteId && other.Source == group.Source
		if other.Id != group.Id && (sameName || sameRemote) {
			return true
		}
	}
	return false
}

// UpdateGroup replaces a group; it can restore, but not delete.
func (a *API) UpdateGroup(group *model.Group) (*model.Group, *model.AppError) {
	group = orZero(group)
	const where = "UpdateGroup"
	return a.changeGroup(where, group.Id, func(old *model.Group) (*model.Group, *model.AppError) {
		if err := a.s.checkNoUsername(where, group.GetName()); err != nil {
			return nil, err
		}
		if group.DeleteAt != 0 && group.DeleteAt != old.DeleteAt {
			return nil, fail(where, "app.select_error", http.StatusInternalServerError)
		}
		group := shallow(group)
		group.CreateAt, group.UpdateAt = old.CreateAt, a.s.millis()
		if err := group.IsValidForUpdate(); err != nil {
			return nil, explain(err)
		}
		if a.s.hasSameGroup(group) {
			return nil, fail("CreateGroup", "app.custom_group.unique_name", http.StatusBadRequest)
		}
		return group, nil
	})
}

// DeleteGroup archives a group.
func (a *API) DeleteGroup(groupID string) (*model.Group, *model.AppError) {
	return a.archiveGroup("DeleteGroup", groupID, true)
}

// RestoreGroup brings an archived group back.
func (a *API) RestoreGroup(groupID string) (*model.Group, *model.AppError) {
	return a.archiveGroup("RestoreGroup", groupID, false)
}

func (a *API) archiveGroup(where, groupID string, archive bool) (*model.Group, *model.AppError) {
	return a.changeGroup(where, groupID, func(old *model.Group) (*model.Group, *model.AppError) {
		if (old.DeleteAt != 0) == archive {
			return nil, fail(where, "app.group.no_rows", http.StatusNotFound)
		}
		group := shallow(old)
		group.UpdateAt, group.DeleteAt = a.s.millis(), 0
		if archive {
			group.DeleteAt = group.UpdateAt
		}
		return group, nil
	})
}

func (a *API) changeGroup(where, groupID string, change func(*model.Group) (*model.Group, *model.AppError)) (*model.Group, *model.AppError) {
	s := a.s
	if err := s.licensedForGroups(where); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.groups.byID[groupID]
	if old == nil {
		return nil, fail(where, "app.group.no_rows", http.StatusNotFound)
	}
	group, err := change(old)
	if err != nil {
		return nil, err
	}
	s.groups.byID[groupID] = group
	return shallow(group), nil
}

// GetGroup finds by id, archived groups included.
func (a *API) GetGroup(groupID string) (*model.Group, *model.AppError) {
	return a.s.findGroup("GetGroup", func(group *model.Group) bool { return group.Id == groupID })
}

// GetGroupByName finds by the name with which a group is mentioned.
func (a *API) GetGroupByName(name string) (*model.Group, *model.AppError) {
	return a.s.findGroup("GetGroupByName", func(group *model.Group) bool { return group.Name != nil && *group.Name == name })
}

// GetGroupByRemoteID finds by the id that the source of the group gave it.
func (a *API) GetGroupByRemoteID(remoteID string, source model.GroupSource) (*model.Group, *model.AppError) {
	const where = "GetGroupByRemoteID"
	if err := a.s.licensedForGroups(where); err != nil {
		return nil, err
	}
	return a.s.findGroup(where, func(group *model.Group) bool {
		return group.RemoteId != nil && *group.RemoteId == remoteID && group.Source == source
	})
}

func (s *Server) findGroup(where string, matches func(*model.Group) bool) (*model.Group, *model.AppError) {
	if found := s.findGroups(matches); len(found) > 0 {
		return found[0], nil
	}
	return nil, fail(where, "app.group.no_rows", http.StatusNotFound)
}

// findGroups copies the groups that match, by display name.
func (s *Server) findGroups(matches func(*model.Group) bool) []*model.Group {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []*model.Group{}
	for _, group := range s.groups.byID {
		if matches(group) {
			found = append(found, shallow(group))
		}
	}
	slices.SortFunc(found, func(a, b *model.Group) int {
		return cmp.Or(cmp.Compare(a.DisplayName, b.DisplayName), cmp.Compare(a.Id, b.Id))
	})
	return found
}

// GetGroupsBySource lists the groups of a source that are not archived.
func (a *API) GetGroupsBySource(source model.GroupSource) ([]*model.Group, *model.AppError) {
	return a.s.findGroups(func(group *model.Group) bool { return group.DeleteAt == 0 && group.Source == source }), nil
}

// GetGroupsForUser lists the groups a user is in.
func (a *API) GetGroupsForUser(userID string) ([]*model.Group, *model.AppError) {
	return a.s.findGroups(func(group *model.Group) bool { return group.DeleteAt == 0 && a.s.inGroup(group.Id, userID) }), nil
}

// GetGroups lists a page of the groups that match all options; with perPage 0, all. Restrictions of what may be seen
// do not count here.
func (a *API) GetGroups(number, perPage int, opts model.GroupSearchOpts, _ *model.ViewUsersRestrictions) ([]*model.Group, *model.AppError) {
	s := a.s
	if err := s.licensedForGroups("GetGroups"); err != nil {
		return nil, err
	}
	term := strings.ToLower(opts.Q)
	found := s.findGroups(func(group *model.Group) bool {
		switch {
		case term != "" && !strings.Contains(strings.ToLower(group.GetName()), term) && !strings.Contains(strings.ToLower(group.DisplayName), term),
			opts.NotAssociatedToTeam != "" && s.isSynced(group.Id, opts.NotAssociatedToTeam, model.GroupSyncableTypeTeam),
			opts.NotAssociatedToChannel != "" && s.isSynced(group.Id, opts.NotAssociatedToChannel, model.GroupSyncableTypeChannel),
			opts.FilterAllowReference && !group.AllowReference,
			opts.Since > 0 && group.UpdateAt <= opts.Since,
			opts.Source != "" && group.Source != opts.Source,
			opts.Source == "" && opts.OnlySyncableSources && !group.IsSyncable(),
			opts.FilterHasMember != "" && !s.inGroup(group.Id, opts.FilterHasMember),
			opts.FilterArchived && group.DeleteAt == 0,
			!opts.FilterArchived && !opts.IncludeArchived && opts.Since <= 0 && group.DeleteAt != 0,
			opts.FilterParentTeamPermitted && !s.permittedByTeam(group.Id, opts.NotAssociatedToChannel):
			return false
		}
		return true
	})
	if perPage != 0 {
		found = page(found, number, perPage)
	}
	for _, group := range found {
		s.countMembers(group, opts)
	}
	return found, nil
}

// permittedByTeam tells whether the team of a channel, if only groups may be in it, has the group. The caller holds s.mu.
func (s *Server) permittedByTeam(groupID, channelID string) bool {
	channel := s.channels[channelID]
	if channel == nil {
		return true
	}
	team := s.teams[channel.TeamId]
	return team == nil || !team.IsGroupConstrained() || s.isSynced(groupID, team.Id, model.GroupSyncableTypeTeam)
}

// countMembers fills in what the options ask for.
func (s *Server) countMembers(group *model.Group, opts model.GroupSearchOpts) {
	users := s.findUsers(func(u *model.User) bool { return u.DeleteAt == 0 && s.inGroup(group.Id, u.Id) })
	if opts.IncludeMemberCount {
		group.MemberCount = new(len(users))
	}
	if opts.IncludeMemberIDs {
		group.MemberIDs = make([]string, len(users))
		for i, user := range users {
			group.MemberIDs[i] = user.Id
		}
	}
	if opts.IncludeChannelMemberCount == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	zones, count := map[string]bool{}, 0
	for _, user := range users {
		if s.channelMembers[memberKey{opts.IncludeChannelMemberCount, user.Id}] != nil {
			count++
			if zone := model.GetPreferredTimezone(user.Timezone); zone != "" {
				zones[zone] = true
			}
		}
	}
	group.ChannelMemberCount = new(count)
	if opts.IncludeTimezones {
		group.ChannelMemberTimezonesCount = new(len(zones))
	}
}
