package memserver

import (
	"net/http"

	"github.com/mattermost/mattermost/server/public/model"
)

// inGroup needs s.mu.
func (s *Server) inGroup(groupID, userID string) bool {
	member := s.groups.members[memberKey{groupID, userID}]
	return member != nil && member.DeleteAt == 0
}

// GetGroupMemberUsers lists a page of a group's active members, by name.
func (a *API) GetGroupMemberUsers(groupID string, number, perPage int) ([]*model.User, *model.AppError) {
	users := a.s.findUsers(func(u *model.User) bool { return u.DeleteAt == 0 && a.s.inGroup(groupID, u.Id) })
	return page(users, number, perPage), nil
}

// UpsertGroupMember puts a user into a group.
func (a *API) UpsertGroupMember(groupID, userID string) (*model.GroupMember, *model.AppError) {
	members, err := a.upsertGroupMembers("UpsertGroupMember", groupID, []string{userID})
	if err != nil {
		return nil, err
	}
	return members[0], nil
}

// UpsertGroupMembers puts users into a group, all or none.
func (a *API) UpsertGroupMembers(groupID string, userIDs []string) ([]*model.GroupMember, *model.AppError) {
	return a.upsertGroupMembers("UpsertGroupMembers", groupID, userIDs)
}

func (a *API) upsertGroupMembers(where, groupID string, userIDs []string) ([]*model.GroupMember, *model.AppError) {
	s := a.s
	if err := s.licensedForGroups(where); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.groups.byID[groupID] == nil {
		return nil, fail(where, "app.update_error", http.StatusInternalServerError)
	}
	if _, ok := s.existing(userIDs...); !ok {
		return nil, fail(where, "app.group.user_not_found", http.StatusBadRequest)
	}
	members := make([]*model.GroupMember, len(userIDs))
	for i, id := range userIDs {
		member := &model.GroupMember{GroupId: groupID, UserId: id, CreateAt: s.millis()}
		s.groups.members[memberKey{groupID, id}] = member
		members[i] = shallow(member)
	}
	return members, nil
}

// DeleteGroupMember takes a user out of a group.
func (a *API) DeleteGroupMember(groupID, userID string) (*model.GroupMember, *model.AppError) {
	const where = "DeleteGroupMember"
	s := a.s
	if err := s.licensedForGroups(where); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.inGroup(groupID, userID) {
		return nil, fail(where, "app.group.no_rows", http.StatusNotFound)
	}
	member := shallow(s.groups.members[memberKey{groupID, userID}])
	member.DeleteAt = s.millis()
	s.groups.members[memberKey{groupID, userID}] = member
	return shallow(member), nil
}
