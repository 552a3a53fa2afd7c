package memserver

import (
	"database/sql"
	"errors"
	"fmt"
	"net/http"

	"github.com/mattermost/mattermost/server/public/model"
)

// sharing is what the server knows of channels it shares with other servers, for which plugins can stand. Values are
// replaced, never changed.
type sharing struct {
	remotes  map[string]*model.RemoteCluster
	channels map[string]*model.SharedChannel
	invited  map[remoteKey]model.GetPostsSinceForSyncCursor // how far each remote has got
}

// remoteKey is a remote in a shared channel.
type remoteKey struct{ channel, remote string }

func newSharing() sharing {
	return sharing{
		remotes: map[string]*model.RemoteCluster{}, channels: map[string]*model.SharedChannel{},
		invited: map[remoteKey]model.GetPostsSinceForSyncCursor{},
	}
}

// RegisterPluginForSharedChannels makes the plugin a remote server. Again with the same address it brings the remote up
// to date, and back, if it was gone.
func (a *API) RegisterPluginForSharedChannels(opts model.RegisterPluginOpts) (string, error) {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	address := opts.SiteURL
	if address == "" {
		address = "plugin_" + opts.PluginID
	}
	for id, old := range s.sharing.remotes {
		if old.SiteURL != address {
			continue
		}
		if old.PluginID != opts.PluginID {
			return "", fmt.Errorf("the address %s belongs to another remote", address)
		}
		remote := shallow(old)
		remote.DisplayName, remote.Options, remote.DeleteAt = opts.Displayname, opts.GetOptionFlags(), 0
		s.sharing.remotes[id] = remote
		return id, nil
	}
	remote := &model.RemoteCluster{
		Name: opts.Displayname, DisplayName: opts.Displayname, SiteURL: address, CreatorId: opts.CreatorID,
		PluginID: opts.PluginID, Options: opts.GetOptionFlags(), CreateAt: s.millis(),
	}
	remote.PreSave()
	if err := remote.IsValid(); err != nil {
		return "", explain(err)
	}
	s.sharing.remotes[remote.RemoteId] = remote
	return remote.RemoteId, nil
}

// UnregisterPluginForSharedChannels makes a plugin no remote server any more.
func (a *API) UnregisterPluginForSharedChannels(pluginID string) error {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	known := false
	for id, remote := range s.sharing.remotes {
		if remote.PluginID == pluginID {
			known = true
			s.dropRemote(id)
		}
	}
	if !known {
		return fmt.Errorf("failed to find RemoteCluster by plugin_id: %w", sql.ErrNoRows)
	}
	return nil
}

// UnregisterPluginRemoteForSharedChannels ends one of the plugin's remotes.
func (a *API) UnregisterPluginRemoteForSharedChannels(remoteID string) error {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	remote := s.remote(remoteID)
	if remote == nil || remote.PluginID != a.manifest.Id {
		return notFound("RemoteCluster", remoteID)
	}
	s.dropRemote(remoteID)
	return nil
}

// remote finds a remote that is not gone. The caller holds s.mu.
func (s *Server) remote(id string) *model.RemoteCluster {
	if remote := s.sharing.remotes[id]; remote != nil && remote.DeleteAt == 0 {
		return remote
	}
	return nil
}

// dropRemote needs s.mu.
func (s *Server) dropRemote(id string) {
	remote := shallow(s.sharing.remotes[id])
	remote.DeleteAt = s.millis()
	s.sharing.remotes[id] = remote
	for key := range s.sharing.invited {
		if key.remote == id {
			delete(s.sharing.invited, key)
		}
	}
}

// checkSharing refuses what the configuration does not allow, as it is at first. The caller holds s.mu.
func (s *Server) checkSharing(where string) error {
	if !*s.config.ConnectedWorkspacesSettings.EnableSharedChannels {
		return fail(where, "api.command_share.service_disabled", http.StatusBadRequest)
	}
	return nil
}

// ShareChannel makes a channel one that remotes can be invited to. A shared one stays as it is.
func (a *API) ShareChannel(shared *model.SharedChannel) (*model.SharedChannel, error) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	return a.s.share(shared)
}

func (s *Server) share(shared *model.SharedChannel) (*model.SharedChannel, error) {
	if err := s.checkSharing("getSharedChannelsService"); err != nil {
		return nil, err
	}
	channel := s.channels[shared.ChannelId]
	switch {
	case channel == nil:
		return nil, fmt.Errorf("cannot fetch channel while sharing channel %s: %w", shared.ChannelId, notFound("Channel", shared.ChannelId))
	case channel.IsGroupOrDirect():
		return nil, errors.New("cannot share a direct or group channel")
	}
	if present := s.sharing.channels[channel.Id]; present != nil {
		return shallow(present), nil
	}
	shared = shallow(shared)
	for _, field := range []struct {
		value    *string
		fallback string
	}{
		{&shared.TeamId, channel.TeamId}, {&shared.ShareName, channel.Name}, {&shared.ShareDisplayName, channel.DisplayName},
		{&shared.SharePurpose, channel.Purpose}, {&shared.ShareHeader, channel.Header}, {&shared.CreatorId, channel.CreatorId},
	} {
		if *field.value == "" {
			*field.value = field.fallback
		}
	}
	shared.Type = channel.Type
	shared.PreSave()
	shared.CreateAt = s.millis()
	shared.UpdateAt = shared.CreateAt
	if err := shared.IsValid(); err != nil {
		return nil, explain(err)
	}
	s.sharing.channels[channel.Id] = shared
	s.setShared(channel, true)
	for id, remote := range s.sharing.remotes {
		if remote.DeleteAt == 0 && remote.IsOptionFlagSet(model.BitflagOptionAutoInvited) {
			s.sharing.invited[remoteKey{channel.Id, id}] = model.GetPostsSinceForSyncCursor{}
		}
	}
	return shallow(shared), nil
}

// setShared needs s.mu.
func (s *Server) setShared(channel *model.Channel, shared bool) {
	channel = channel.DeepCopy()
	channel.Shared = &shared
	s.channels[channel.Id] = channel
}

// UpdateSharedChannel changes how a shared channel is described.
func (a *API) UpdateSharedChannel(shared *model.SharedChannel) (*model.SharedChannel, error) {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.checkSharing("getSharedChannelsService"); err != nil {
		return nil, err
	}
	old := s.sharing.channels[shared.ChannelId]
	if old == nil {
		return nil, notFound("SharedChannel", shared.ChannelId)
	}
	shared = shallow(shared)
	shared.PreUpdate()
	shared.CreateAt, shared.UpdateAt = old.CreateAt, s.millis()
	if err := shared.IsValid(); err != nil {
		return nil, explain(err)
	}
	s.sharing.channels[shared.ChannelId] = shared
	return shallow(shared), nil
}

// UnshareChannel shares a channel no more, and tells whether it was shared.
func (a *API) UnshareChannel(channelID string) (bool, error) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	return a.s.unshare(channelID)
}

func (s *Server) unshare(channelID string) (bool, error) {
	if err := s.checkSharing("getSharedChannelsService"); err != nil {
		return false, err
	}
	channel := s.channels[channelID]
	if channel == nil {
		return false, notFound("Channel", channelID)
	}
	if s.sharing.channels[channelID] == nil {
		return false, nil
	}
	delete(s.sharing.channels, channelID)
	for key := range s.sharing.invited {
		if key.channel == channelID {
			delete(s.sharing.invited, key)
		}
	}
	s.setShared(channel, false)
	return true, nil
}
