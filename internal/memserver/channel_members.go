package memserver

import (
	"cmp"
	"maps"
	"net/http"
	"slices"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

// AddChannelMember puts a user of the team into a channel. A member stays what it was.
func (a *API) AddChannelMember(channelID, userID string) (*model.ChannelMember, *model.AppError) {
	return a.AddUserToChannel(channelID, userID, "")
}

// AddUserToChannel is AddChannelMember on behalf of another user.
func (a *API) AddUserToChannel(channelID, userID, asUserID string) (*model.ChannelMember, *model.AppError) {
	s := a.s
	s.mu.Lock()
	added, err := s.prepareChannelMember(channelID, userID, asUserID)
	present := s.channelMembers[memberKey{channelID, userID}]
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if present != nil {
		return copyMember(present), nil
	}
	if added, err = s.channelMemberWillBeAdded(added); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	member, actor := s.saveChannelMember(added), s.actor(asUserID)
	notify(s, "UserHasJoinedChannel", func(c *plugin.Context, h interface {
		UserHasJoinedChannel(*plugin.Context, *model.ChannelMember, *model.User)
	}) {
		h.UserHasJoinedChannel(c, copyMember(member), actor)
	})
	return copyMember(member), nil
}

// prepareChannelMember checks whether a user can be added to a channel; it is nil for a member. The caller holds s.mu.
func (s *Server) prepareChannelMember(channelID, userID, asUserID string) (*model.ChannelMember, *model.AppError) {
	const where = "AddUserToChannel"
	channel, err := s.channel("GetChannel", channelID)
	if err != nil || s.channelMembers[memberKey{channelID, userID}] != nil {
		return nil, err
	}
	user, err := s.user("GetUser", userID)
	if err != nil {
		return nil, err
	}
	if user.DeleteAt != 0 {
		return nil, fail("AddChannelMember", "app.channel.add_member.deleted_user.app_error", http.StatusForbidden)
	}
	if asUserID != "" {
		if _, err := s.user("GetUser", asUserID); err != nil {
			return nil, err
		}
	}
	teamMember, err := s.teamMember(where, channel.TeamId, userID)
	if err != nil {
		return nil, err
	}
	if teamMember.DeleteAt != 0 {
		return nil, fail(where, "api.channel.add_user.to.channel.failed.deleted.app_error", http.StatusBadRequest)
	}
	if channel.Type != model.ChannelTypeOpen && channel.Type != model.ChannelTypePrivate {
		return nil, fail(where, "api.channel.add_user_to_channel.type.app_error", http.StatusBadRequest)
	}
	return s.newChannelMember(channel, user, false), nil
}

// channelMemberWillBeAdded asks every plugin in turn; each gets what the one before made of the membership.
func (s *Server) channelMemberWillBeAdded(member *model.ChannelMember) (*model.ChannelMember, *model.AppError) {
	const where = "AddUserToChannel"
	type hooks interface {
		ChannelMemberWillBeAdded(*plugin.Context, *model.ChannelMember) (*model.ChannelMember, string)
	}
	plugins, err := guarded[hooks](s, where, member.ChannelId, "ChannelMemberWillBeAdded")
	if err != nil {
		return nil, err
	}
	for _, p := range plugins {
		replacement, reason := p.hooks.ChannelMemberWillBeAdded(hookContext(), copyMember(member))
		if reason != "" {
			return nil, refused(where, "app.channel.add_user.to.channel.rejected_by_plugin", reason)
		}
		if replacement != nil {
			channelID, userID := member.ChannelId, member.UserId
			member = copyMember(replacement)
			member.ChannelId, member.UserId = channelID, userID
			member.Roles = memberRoles(member.ExplicitRoles, member.SchemeUser, member.SchemeAdmin, model.ChannelUserRoleId, model.ChannelAdminRoleId)
		}
	}
	return member, nil
}

// addChannelMember stores a membership, or leaves the present one. The caller holds s.mu.
func (s *Server) addChannelMember(channel *model.Channel, user *model.User, admin bool) {
	s.saveChannelMember(s.newChannelMember(channel, user, admin))
}

func (s *Server) saveChannelMember(member *model.ChannelMember) *model.ChannelMember {
	key := memberKey{member.ChannelId, member.UserId}
	if present := s.channelMembers[key]; present != nil {
		return present
	}
	s.channelMembers[key] = member
	return member
}

// newChannelMember is what a new member of a channel is: it has read what was there.
func (s *Server) newChannelMember(channel *model.Channel, user *model.User, admin bool) *model.ChannelMember {
	return &model.ChannelMember{
		ChannelId: channel.Id, UserId: user.Id, SchemeUser: true, SchemeAdmin: admin,
		Roles:       memberRoles("", true, admin, model.ChannelUserRoleId, model.ChannelAdminRoleId),
		NotifyProps: model.GetDefaultChannelNotifyProps(), LastUpdateAt: s.millis(),
		MsgCount: channel.TotalMsgCount, MsgCountRoot: channel.TotalMsgCountRoot,
	}
}

func copyMember(member *model.ChannelMember) *model.ChannelMember {
	c := *member
	c.NotifyProps = maps.Clone(member.NotifyProps)
	return &c
}

// DeleteChannelMember takes a user out of a channel; nobody leaves town-square, direct and group channels.
func (a *API) DeleteChannelMember(channelID, userID string) *model.AppError {
	const where = "LeaveChannel"
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	channel, err := s.channel(where, channelID)
	if err != nil {
		return err
	}
	if _, err := s.user(where, userID); err != nil {
		return err
	}
	if channel.IsGroupOrDirect() {
		return fail(where, "api.channel.leave.direct.app_error", http.StatusBadRequest)
	}
	if channel.Name == model.DefaultChannelName {
		return fail("RemoveUserFromChannel", "api.channel.remove.default.app_error", http.StatusBadRequest)
	}
	member, err := s.channelMember("GetChannelMember", channelID, userID)
	if err != nil {
		return err
	}
	delete(s.channelMembers, memberKey{channelID, userID})
	s.leftChannels[memberKey{channelID, userID}] = true
	actor := s.actor(userID)
	notify(s, "UserHasLeftChannel", func(c *plugin.Context, h interface {
		UserHasLeftChannel(*plugin.Context, *model.ChannelMember, *model.User)
	}) {
		h.UserHasLeftChannel(c, copyMember(member), actor)
	})
	return nil
}

// channelMember finds a membership. The caller holds s.mu.
func (s *Server) channelMember(where, channelID, userID string) (*model.ChannelMember, *model.AppError) {
	if member, ok := s.channelMembers[memberKey{channelID, userID}]; ok {
		return member, nil
	}
	return nil, fail(where, errMissingMember, http.StatusNotFound)
}

// GetChannelMember finds a membership.
func (a *API) GetChannelMember(channelID, userID string) (*model.ChannelMember, *model.AppError) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	member, err := a.s.channelMember("GetChannelMember", channelID, userID)
	if err != nil {
		return nil, err
	}
	return copyMember(member), nil
}

// GetChannelMembers lists a page of a channel's members by user id; with perPage 0, all.
func (a *API) GetChannelMembers(channelID string, number, perPage int) (model.ChannelMembers, *model.AppError) {
	members := a.s.findChannelMembers(func(m *model.ChannelMember) bool { return m.ChannelId == channelID })
	if perPage > 0 {
		members = page(members, number, perPage)
	}
	return asValues(members), nil
}

// GetChannelMembersByIds lists those of the users who are in the channel.
func (a *API) GetChannelMembersByIds(channelID string, userIDs []string) (model.ChannelMembers, *model.AppError) {
	return asValues(a.s.findChannelMembers(func(m *model.ChannelMember) bool {
		return m.ChannelId == channelID && slices.Contains(userIDs, m.UserId)
	})), nil
}

func asValues(members []*model.ChannelMember) model.ChannelMembers {
	values := make(model.ChannelMembers, len(members))
	for i, member := range members {
		values[i] = *member
	}
	return values
}

// GetChannelMembersForUser lists a page of a user's memberships in all teams: a server ignores the team, too.
func (a *API) GetChannelMembersForUser(_, userID string, number, perPage int) ([]*model.ChannelMember, *model.AppError) {
	members := a.s.findChannelMembers(func(m *model.ChannelMember) bool { return m.UserId == userID })
	return page(members, number, perPage), nil
}

func (s *Server) findChannelMembers(matches func(*model.ChannelMember) bool) []*model.ChannelMember {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []*model.ChannelMember{}
	for _, member := range s.channelMembers {
		if matches(member) {
			found = append(found, copyMember(member))
		}
	}
	slices.SortFunc(found, func(a, b *model.ChannelMember) int {
		return cmp.Or(cmp.Compare(a.ChannelId, b.ChannelId), cmp.Compare(a.UserId, b.UserId))
	})
	return found
}

// UpdateChannelMemberRoles sets a member's roles in the channel, a list separated by spaces.
func (a *API) UpdateChannelMemberRoles(channelID, userID, newRoles string) (*model.ChannelMember, *model.AppError) {
	return a.changeMember("GetChannelMember", channelID, userID, func(member *model.ChannelMember) *model.AppError {
		explicit, user, admin, err := a.s.splitRoles("UpdateChannelMemberRoles", newRoles, model.ChannelUserRoleId, model.ChannelAdminRoleId,
			"api.channel.update_channel_member_roles.scheme_role.app_error")
		if err != nil {
			return err
		}
		member.ExplicitRoles, member.SchemeUser, member.SchemeAdmin = explicit, user, admin
		member.Roles = memberRoles(explicit, user, admin, model.ChannelUserRoleId, model.ChannelAdminRoleId)
		return nil
	})
}

// notifyProps are the properties of a membership that can be set; a server drops others silently.
var notifyProps = []string{
	model.MarkUnreadNotifyProp, model.DesktopNotifyProp, model.DesktopSoundNotifyProp, "desktop_notification_sound",
	model.DesktopThreadsNotifyProp, model.EmailNotifyProp, model.PushNotifyProp, model.PushThreadsNotifyProp,
	model.IgnoreChannelMentionsNotifyProp, model.ChannelAutoFollowThreads,
}

// UpdateChannelMemberNotifications sets some of a member's notification properties.
func (a *API) UpdateChannelMemberNotifications(channelID, userID string, notifications map[string]string) (*model.ChannelMember, *model.AppError) {
	return a.changeMember("updateMemberNotifyProps", channelID, userID, func(member *model.ChannelMember) *model.AppError {
		for _, name := range notifyProps {
			if setting, ok := notifications[name]; ok {
				member.NotifyProps[name] = setting
			}
		}
		return nil
	})
}

// PatchChannelMembersNotifications sets the same notification properties of several members.
func (a *API) PatchChannelMembersNotifications(members []*model.ChannelMemberIdentifier, notifications map[string]string) *model.AppError {
	for _, member := range members {
		member = orZero(member)
		if _, err := a.UpdateChannelMemberNotifications(member.ChannelId, member.UserId, notifications); err != nil {
			return err
		}
	}
	return nil
}

func (a *API) changeMember(where, channelID, userID string, change func(*model.ChannelMember) *model.AppError) (*model.ChannelMember, *model.AppError) {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	old, err := s.channelMember(where, channelID, userID)
	if err != nil {
		return nil, err
	}
	member := copyMember(old)
	if err := change(member); err != nil {
		return nil, err
	}
	member.LastUpdateAt = s.millis()
	s.channelMembers[memberKey{channelID, userID}] = member
	return copyMember(member), nil
}
