package memserver

import (
	"net/http"

	"github.com/mattermost/mattermost/server/public/model"
)

// GetDirectChannel returns the channel of two users, or of one with itself, and makes it if there is none.
func (a *API) GetDirectChannel(userID1, userID2 string) (*model.Channel, *model.AppError) {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	name := model.GetDMNameFromIds(userID1, userID2)
	if channel := s.channelByName("", name); channel != nil {
		return channel.DeepCopy(), nil
	}
	users, ok := s.existing(userID1, userID2)
	if !ok {
		return nil, fail("CreateDirectChannel", "api.channel.create_direct_channel.invalid_user.app_error", http.StatusBadRequest)
	}
	return s.openChannel("createDirectChannelWithUser",
		&model.Channel{Name: name, Type: model.ChannelTypeDirect, CreatorId: userID1}, users)
}

// GetGroupChannel returns the channel of three to eight users, and makes it if there is none.
func (a *API) GetGroupChannel(userIDs []string) (*model.Channel, *model.AppError) {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(userIDs) < model.ChannelGroupMinUsers || len(userIDs) > model.ChannelGroupMaxUsers {
		return nil, fail("CreateGroupChannel", "api.channel.create_group.bad_size.app_error", http.StatusBadRequest)
	}
	users, ok := s.existing(userIDs...)
	if !ok {
		return nil, fail("CreateGroupChannel", "api.channel.create_group.bad_user.app_error", http.StatusBadRequest)
	}
	name := model.GetGroupNameFromUserIds(userIDs)
	if channel := s.channelByName("", name); channel != nil {
		return channel.DeepCopy(), nil
	}
	return s.openChannel("CreateChannel", &model.Channel{
		Name: name, DisplayName: model.GetGroupDisplayNameFromUsers(users, true), Type: model.ChannelTypeGroup,
	}, users)
}

// existing finds users; ok is false if one does not exist. The caller holds s.mu.
func (s *Server) existing(ids ...string) (users []*model.User, ok bool) {
	for _, id := range ids {
		user := s.users[id]
		if user == nil {
			return nil, false
		}
		users = append(users, user)
	}
	return users, true
}

// openChannel stores a channel outside of teams with its members. The caller holds s.mu.
func (s *Server) openChannel(where string, channel *model.Channel, users []*model.User) (*model.Channel, *model.AppError) {
	saved, err := s.saveChannel(where, channel)
	if err != nil {
		return nil, err
	}
	for _, user := range users {
		s.addChannelMember(saved, user, false)
	}
	s.channelWasCreated(saved.DeepCopy())
	return saved.DeepCopy(), nil
}
