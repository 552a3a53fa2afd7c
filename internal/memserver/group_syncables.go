package memserver

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/mattermost/mattermost/server/public/model"
)

// syncableKey is a team or channel that belongs to a group.
type syncableKey struct {
	group, id string
	kind      model.GroupSyncableType
}

// isSynced tells whether a team or channel belongs to a group. The caller holds s.mu.
func (s *Server) isSynced(groupID, syncableID string, kind model.GroupSyncableType) bool {
	syncable := s.groups.syncables[syncableKey{groupID, syncableID, kind}]
	return syncable != nil && syncable.DeleteAt == 0
}

// GetGroupSyncable finds what makes a team or channel belong to a group, ended ones included.
func (a *API) GetGroupSyncable(groupID, syncableID string, kind model.GroupSyncableType) (*model.GroupSyncable, *model.AppError) {
	const where = "GetGroupSyncable"
	s := a.s
	if err := s.licensedForGroups(where); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	syncable := s.groups.syncables[syncableKey{groupID, syncableID, kind}]
	if syncable == nil {
		return nil, fail(where, "app.group.no_rows", http.StatusNotFound)
	}
	return shallow(syncable), nil
}

// GetGroupSyncables lists the teams, or the channels, that belong to a group.
func (a *API) GetGroupSyncables(groupID string, kind model.GroupSyncableType) ([]*model.GroupSyncable, *model.AppError) {
	s := a.s
	if err := s.licensedForGroups("GetGroupSyncables"); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.findSyncables(groupID, kind), nil
}

// findSyncables needs s.mu.
func (s *Server) findSyncables(groupID string, kind model.GroupSyncableType) []*model.GroupSyncable {
	found := []*model.GroupSyncable{}
	for key, syncable := range s.groups.syncables {
		if key.group == groupID && key.kind == kind && syncable.DeleteAt == 0 {
			found = append(found, s.describeSyncable(shallow(syncable)))
		}
	}
	slices.SortFunc(found, func(a, b *model.GroupSyncable) int { return cmp.Compare(a.SyncableId, b.SyncableId) })
	return found
}

// describeSyncable fills in what is known of the team and channel. The caller holds s.mu.
func (s *Server) describeSyncable(syncable *model.GroupSyncable) *model.GroupSyncable {
	team := s.teams[syncable.SyncableId]
	if syncable.Type == model.GroupSyncableTypeChannel {
		channel := s.channels[syncable.SyncableId]
		syncable.ChannelDisplayName, syncable.ChannelType, syncable.TeamID = channel.DisplayName, string(channel.Type), channel.TeamId
		team = s.teams[channel.TeamId]
	}
	if team != nil {
		syncable.TeamDisplayName, syncable.TeamType = team.DisplayName, team.Type
	}
	return syncable
}

// UpsertGroupSyncable makes a team or channel belong to a group; with a channel, its team does too, unless only certain
// groups may be in the team.
func (a *API) UpsertGroupSyncable(syncable *model.GroupSyncable) (*model.GroupSyncable, *model.AppError) {
	const where = "UpsertGroupSyncable"
	if err := a.s.licensedForGroups(where); err != nil {
		return nil, err
	}
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	return a.s.upsertSyncable(where, syncable)
}

func (s *Server) upsertSyncable(where string, syncable *model.GroupSyncable) (*model.GroupSyncable, *model.AppError) {
	teamID := syncable.SyncableId
	if syncable.Type == model.GroupSyncableTypeChannel {
		channel, err := s.channel(where, syncable.SyncableId)
		if err != nil {
			return nil, err
		}
		team, err := s.team(where, channel.TeamId)
		if err != nil {
			return nil, err
		}
		teamID = team.Id
		if !team.IsGroupConstrained() {
			if _, err := s.upsertSyncable(where, model.NewGroupTeam(syncable.GroupId, team.Id, syncable.AutoAdd)); err != nil {
				return nil, err
			}
		} else if !s.isSynced(syncable.GroupId, team.Id, model.GroupSyncableTypeTeam) {
			return nil, fail(where, "group_not_associated_to_synced_team", http.StatusBadRequest)
		}
	}
	old := s.groups.syncables[keyOfSyncable(syncable)]
	if old != nil {
		return s.replaceSyncable(where, old, syncable)
	}
	if err := syncable.IsValid(); err != nil {
		return nil, explain(err)
	}
	if s.groups.byID[syncable.GroupId] == nil || (syncable.Type != model.GroupSyncableTypeTeam && syncable.Type != model.GroupSyncableTypeChannel) {
		return nil, fail(where, "app.insert_error", http.StatusInternalServerError)
	}
	if s.teams[teamID] == nil {
		return nil, fail(where, "store.sql_channel.get.existing.app_error", http.StatusNotFound)
	}
	syncable = shallow(syncable)
	syncable.CreateAt, syncable.DeleteAt = s.millis(), 0
	syncable.UpdateAt = syncable.CreateAt
	return s.saveSyncable(syncable), nil
}

func keyOfSyncable(syncable *model.GroupSyncable) syncableKey {
	return syncableKey{syncable.GroupId, syncable.SyncableId, syncable.Type}
}

// replaceSyncable and saveSyncable need s.mu.
func (s *Server) replaceSyncable(where string, old, syncable *model.GroupSyncable) (*model.GroupSyncable, *model.AppError) {
	if syncable.DeleteAt != 0 && syncable.DeleteAt != old.DeleteAt {
		return nil, fail(where, "app.update_error", http.StatusInternalServerError)
	}
	syncable = shallow(syncable)
	syncable.CreateAt, syncable.UpdateAt = old.CreateAt, s.millis()
	return s.saveSyncable(syncable), nil
}

func (s *Server) saveSyncable(syncable *model.GroupSyncable) *model.GroupSyncable {
	if channel := s.channels[syncable.SyncableId]; channel != nil {
		syncable.TeamID = channel.TeamId
	}
	s.groups.syncables[keyOfSyncable(syncable)] = syncable
	return shallow(syncable)
}

// UpdateGroupSyncable changes a syncable, or restores an ended one.
func (a *API) UpdateGroupSyncable(syncable *model.GroupSyncable) (*model.GroupSyncable, *model.AppError) {
	const where = "UpdateGroupSyncable"
	s := a.s
	if err := s.licensedForGroups(where); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if syncable.DeleteAt != 0 {
		return s.upsertSyncable("UpsertGroupSyncable", syncable)
	}
	old := s.groups.syncables[keyOfSyncable(syncable)]
	if old == nil {
		return nil, fail(where, "app.update_error", http.StatusInternalServerError)
	}
	return s.replaceSyncable(where, old, syncable)
}

// DeleteGroupSyncable makes a team or channel belong to a group no more; with a team, its channels neither.
func (a *API) DeleteGroupSyncable(groupID, syncableID string, kind model.GroupSyncableType) (*model.GroupSyncable, *model.AppError) {
	const where = "DeleteGroupSyncable"
	s := a.s
	if err := s.licensedForGroups(where); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	syncable := s.groups.syncables[syncableKey{groupID, syncableID, kind}]
	switch {
	case syncable == nil:
		return nil, fail(where, "app.group.no_rows", http.StatusNotFound)
	case syncable.DeleteAt != 0:
		return nil, fail(where, "app.group.group_syncable_already_deleted", http.StatusBadRequest)
	}
	ended := []*model.GroupSyncable{syncable}
	if kind == model.GroupSyncableTypeTeam { // a server ends those of all channels, whatever their team
		ended = append(ended, s.findSyncables(groupID, model.GroupSyncableTypeChannel)...)
	}
	for _, syncable := range ended {
		syncable = shallow(s.groups.syncables[keyOfSyncable(syncable)])
		syncable.DeleteAt, syncable.UpdateAt = s.millis(), s.millis()
		s.saveSyncable(syncable)
	}
	return shallow(s.groups.syncables[syncableKey{groupID, syncableID, kind}]), nil
}

// CreateDefaultSyncableMemberships puts the members of groups into the teams and channels that take them by
// themselves. Who left a team or channel stays out unless the parameters say otherwise.
func (a *API) CreateDefaultSyncableMemberships(params model.CreateDefaultMembershipParams) *model.AppError {
	s := a.s
	if err := s.licensedForGroups("CreateDefaultSyncableMemberships"); err != nil {
		return err
	}
	scoped := func(scope *string, id string) bool { return scope == nil || *scope == id }
	var teams, channels []memberKey
	s.mu.Lock()
	for key, syncable := range s.groups.syncables {
		group := s.groups.byID[key.group]
		if syncable.DeleteAt != 0 || !syncable.AutoAdd || group == nil || group.DeleteAt != 0 {
			continue
		}
		for of, member := range s.groups.members {
			if of.group != key.group || member.DeleteAt != 0 || !scoped(params.ScopedUserID, of.user) ||
				max(member.CreateAt, syncable.UpdateAt) < params.Since {
				continue
			}
			at := memberKey{key.id, of.user}
			switch {
			case key.kind == model.GroupSyncableTypeTeam && scoped(params.ScopedTeamID, key.id):
				if s.teamMembers[at] == nil || params.ReAddRemovedMembers {
					teams = append(teams, at)
				}
			case key.kind == model.GroupSyncableTypeChannel && scoped(params.ScopedChannelID, key.id):
				if !s.leftChannels[at] || params.ReAddRemovedMembers {
					channels = append(channels, at)
				}
			}
		}
	}
	s.mu.Unlock()
	for _, key := range teams {
		if _, err := a.CreateTeamMember(key.group, key.user); err != nil {
			return s.syncFailed(err)
		}
	}
	for _, key := range channels {
		if _, err := a.AddChannelMember(key.group, key.user); err != nil {
			return s.syncFailed(err)
		}
	}
	return nil
}

func (s *Server) syncFailed(err *model.AppError) *model.AppError {
	return model.NewAppError("CreateDefaultSyncableMemberships", "app.group.create_syncable_memberships.error", nil, "", http.StatusInternalServerError).Wrap(err)
}

// DeleteGroupConstrainedMemberships takes users out of the teams and channels that only groups may be in, if no group
// of theirs is.
func (a *API) DeleteGroupConstrainedMemberships() *model.AppError {
	const where = "DeleteGroupConstrainedMemberships"
	s := a.s
	if err := s.licensedForGroups(where); err != nil {
		return err
	}
	var teams, channels []memberKey
	s.mu.Lock()
	permitted := func(at memberKey, kind model.GroupSyncableType) bool {
		for key, syncable := range s.groups.syncables {
			group := s.groups.byID[key.group]
			if key.id == at.group && key.kind == kind && syncable.DeleteAt == 0 && group != nil && group.DeleteAt == 0 && s.inGroup(key.group, at.user) {
				return true
			}
		}
		return s.users[at.user].IsBot
	}
	for key := range s.teamMembers {
		if s.inTeam(key.group, key.user) && s.teams[key.group].IsGroupConstrained() && !permitted(key, model.GroupSyncableTypeTeam) {
			teams = append(teams, key)
		}
	}
	for key := range s.channelMembers {
		if s.channels[key.group].IsGroupConstrained() && !permitted(key, model.GroupSyncableTypeChannel) {
			channels = append(channels, key)
		}
	}
	s.mu.Unlock()
	failed := func(err *model.AppError) *model.AppError {
		return model.NewAppError(where, "app.group.delete_invalid_syncable_memberships.error", nil, "", http.StatusInternalServerError).Wrap(err)
	}
	for _, key := range channels {
		if err := a.DeleteChannelMember(key.group, key.user); err != nil {
			return failed(err)
		}
	}
	for _, key := range teams {
		if err := a.DeleteTeamMember(key.group, key.user, ""); err != nil {
			return failed(err)
		}
	}
	return nil
}
