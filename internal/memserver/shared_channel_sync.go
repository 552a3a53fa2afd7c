package memserver

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/mattermost/mattermost/server/public/model"
)

// InviteRemoteToChannel makes a remote get what happens in a shared channel.
func (a *API) InviteRemoteToChannel(channelID, remoteID, userID string, shareIfNotShared bool) error {
	const where = "InviteRemoteToChannel"
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.checkSharing("getSharedChannelsService"); err != nil {
		return err
	}
	key := remoteKey{channelID, remoteID}
	if _, invited := s.sharing.invited[key]; invited {
		return nil
	}
	if shareIfNotShared {
		if _, err := s.share(&model.SharedChannel{ChannelId: channelID, CreatorId: userID, Home: true}); err != nil {
			return model.NewAppError(where, "api.command_share.share_channel.error", map[string]any{"Error": err.Error()}, "", http.StatusBadRequest).Wrap(err)
		}
	}
	shared := s.sharing.channels[channelID]
	switch {
	case shared == nil:
		return fail(where, "api.command_share.channel_not_shared.error", http.StatusBadRequest)
	case s.remote(remoteID) == nil:
		return fail(where, "api.command_share.remote_id_invalid.error", http.StatusInternalServerError)
	case !shared.Home:
		return fail(where, "api.command_share.channel_invite_not_home.error", http.StatusBadRequest)
	}
	s.sharing.invited[key] = model.GetPostsSinceForSyncCursor{}
	return nil
}

// UninviteRemoteFromChannel ends that. A channel without remotes is shared no more.
func (a *API) UninviteRemoteFromChannel(channelID, remoteID string) error {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.checkSharing("getSharedChannelsService"); err != nil {
		return err
	}
	key := remoteKey{channelID, remoteID}
	if _, invited := s.sharing.invited[key]; !invited {
		return fail("UninviteRemoteFromChannel", "api.command_share.channel_remote_id_not_exists", http.StatusInternalServerError)
	}
	delete(s.sharing.invited, key)
	for other := range s.sharing.invited {
		if other.channel == channelID {
			return nil
		}
	}
	_, err := s.unshare(channelID)
	return err
}

// UpdateSharedChannelCursor sets after which post a remote gets those of a channel.
func (a *API) UpdateSharedChannelCursor(channelID, remoteID string, cursor model.GetPostsSinceForSyncCursor) error {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	key := remoteKey{channelID, remoteID}
	if _, invited := s.sharing.invited[key]; !invited {
		return fmt.Errorf("cursor update failed - cannot fetch shared channel remote: %w",
			notFound("SharedChannelRemote", fmt.Sprintf("channelId=%s, remoteId=%s", channelID, remoteID)))
	}
	s.sharing.invited[key] = cursor
	return nil
}

// SyncSharedChannel sends the plugins that stand for invited remotes, in the background, what they have not got: posts
// made or changed since, their reactions and authors. A server does this by itself, too, some time after a change.
func (a *API) SyncSharedChannel(channelID string) error {
	type hooks interface {
		OnSharedChannelsSyncMsg(*model.SyncMsg, *model.RemoteCluster) (model.SyncResponse, error)
	}
	s := a.s
	plugins := hooked[hooks](s, "OnSharedChannelsSyncMsg")
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.checkSharing("InviteRemoteToChannel"); err != nil {
		return err
	}
	for key, cursor := range s.sharing.invited {
		remote := s.remote(key.remote)
		if key.channel != channelID || remote == nil {
			continue
		}
		message := s.syncMessage(key, cursor)
		if len(message.Posts) == 0 {
			continue
		}
		for _, p := range plugins {
			if p.id != remote.PluginID {
				continue
			}
			s.background.start(func() {
				if _, err := p.hooks.OnSharedChannelsSyncMsg(message, shallow(remote)); err != nil {
					s.log.Error("a plugin did not take a message about a shared channel", "plugin_id", p.id, "channel_id", channelID, "error", err)
					return
				}
				s.advance(key, message.Posts[len(message.Posts)-1])
			})
		}
	}
	return nil
}

// advance notes that a remote has got a post and those changed before.
func (s *Server) advance(key remoteKey, last *model.Post) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, invited := s.sharing.invited[key]; invited {
		s.sharing.invited[key] = model.GetPostsSinceForSyncCursor{LastPostUpdateAt: last.UpdateAt, LastPostUpdateID: last.Id}
	}
}

// syncMessage is what a remote has not got, and does not come from it. The caller holds s.mu.
func (s *Server) syncMessage(key remoteKey, cursor model.GetPostsSinceForSyncCursor) *model.SyncMsg {
	message := model.NewSyncMsg(key.channel)
	message.Users = map[string]*model.User{}
	for _, post := range s.posts {
		if post.ChannelId == key.channel && value0(post.RemoteId) != key.remote &&
			(searchKey{post.UpdateAt, post.Id}).after(searchKey{cursor.LastPostUpdateAt, cursor.LastPostUpdateID}) {
			message.Posts = append(message.Posts, post.Clone())
		}
	}
	slices.SortFunc(message.Posts, func(a, b *model.Post) int {
		if (searchKey{a.UpdateAt, a.Id}).after(searchKey{b.UpdateAt, b.Id}) {
			return 1
		}
		return -1
	})
	for _, post := range message.Posts {
		if user := s.users[post.UserId]; user != nil {
			user = user.DeepCopy()
			user.Sanitize(nil)
			message.Users[user.Id] = user
		}
		for _, reaction := range s.reactions {
			if reaction.PostId == post.Id {
				message.Reactions = append(message.Reactions, shallow(reaction))
			}
		}
	}
	return message
}
