package memserver

import (
	"cmp"
	"slices"

	"github.com/mattermost/mattermost/server/public/model"
)

// ViewChannel marks a channel as read by a user, as opening it in an app does.
func (s *Server) ViewChannel(userID, channelID string) *model.AppError {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.channelMember("GetChannelMember", channelID, userID); err != nil {
		return err
	}
	s.markRead(channelID, userID)
	return nil
}

// markRead needs s.mu.
func (s *Server) markRead(channelID, userID string) {
	key := memberKey{channelID, userID}
	old, channel := s.channelMembers[key], s.channels[channelID]
	if old == nil || channel == nil {
		return
	}
	member := copyMember(old)
	member.MsgCount, member.MsgCountRoot = channel.TotalMsgCount, channel.TotalMsgCountRoot
	member.MentionCount, member.MentionCountRoot, member.UrgentMentionCount = 0, 0, 0
	member.LastViewedAt, member.LastUpdateAt = max(channel.LastPostAt, s.millis()), s.millis()
	s.channelMembers[key] = member
}

// countMentions notes whom a new post mentions: by name, or, in a channel of two, the other one. The caller holds s.mu.
func (s *Server) countMentions(post *model.Post) {
	channel := s.channels[post.ChannelId]
	if channel == nil || post.IsSystemMessage() {
		return
	}
	names := map[string]bool{}
	for _, mention := range atMention.FindAllString(post.Message, -1) {
		for name := mention[1:]; name != ""; name = name[:len(name)-1] {
			names[name] = true
			if last := name[len(name)-1]; last != '.' && last != '-' && last != '_' {
				break
			}
		}
	}
	if len(names) == 0 && !channel.IsGroupOrDirect() {
		return
	}
	for _, user := range s.users {
		key := memberKey{post.ChannelId, user.Id}
		old := s.channelMembers[key]
		if old == nil || user.Id == post.UserId || (!names[user.Username] && !channel.IsGroupOrDirect()) {
			continue
		}
		member := copyMember(old)
		member.MentionCount++
		if post.RootId == "" {
			member.MentionCountRoot++
		}
		s.channelMembers[key] = member
	}
}

// GetTeamsUnreadForUser counts, for each team of a user, the posts not read and the mentions; direct and group channels
// are in no team. In muted channels only mentions count. Threads are counted with their channel.
func (a *API) GetTeamsUnreadForUser(userID string) ([]*model.TeamUnread, *model.AppError) {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	teams := map[string]*model.TeamUnread{}
	for key, member := range s.channelMembers {
		channel := s.channels[key.group]
		if key.user != userID || channel.DeleteAt != 0 || channel.TeamId == "" {
			continue
		}
		team := teams[channel.TeamId]
		if team == nil {
			team = &model.TeamUnread{TeamId: channel.TeamId}
			teams[channel.TeamId] = team
		}
		team.MentionCount += member.MentionCount
		team.MentionCountRoot += member.MentionCountRoot
		if member.NotifyProps[model.MarkUnreadNotifyProp] != model.ChannelMarkUnreadMention {
			team.MsgCount += channel.TotalMsgCount - member.MsgCount
			team.MsgCountRoot += channel.TotalMsgCountRoot - member.MsgCountRoot
		}
	}
	list := []*model.TeamUnread{}
	for _, team := range teams {
		list = append(list, team)
	}
	slices.SortFunc(list, func(a, b *model.TeamUnread) int { return cmp.Compare(a.TeamId, b.TeamId) })
	return list, nil
}
