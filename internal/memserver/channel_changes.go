package memserver

import (
	"net/http"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

// UpdateChannel replaces a channel; it cannot archive or restore.
func (a *API) UpdateChannel(channel *model.Channel) (*model.Channel, *model.AppError) {
	channel = orZero(channel)
	const where = "UpdateChannel"
	s := a.s
	channel = channel.DeepCopy()
	s.mu.Lock()
	old := s.channels[channel.Id]
	if old != nil {
		old = old.DeepCopy()
	}
	s.mu.Unlock()
	if channel.DeleteAt != 0 || old == nil {
		return nil, fail(where, "app.channel.update.bad_id", http.StatusBadRequest)
	}
	channel, err := s.channelWillBeUpdated(channel, old)
	if err != nil {
		return nil, err
	}
	channel.PreUpdate()
	channel.UpdateAt = s.millis()
	if err := channel.IsValid(); err != nil {
		return nil, explain(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if same := s.channelByName(channel.TeamId, channel.Name); same != nil && same.Id != channel.Id {
		return nil, fail(where, errChannelExists, http.StatusBadRequest)
	}
	s.channels[channel.Id] = channel
	return channel.DeepCopy(), nil
}

// channelWillBeUpdated asks every plugin in turn. In a channel with guards none may change the type.
func (s *Server) channelWillBeUpdated(channel, old *model.Channel) (*model.Channel, *model.AppError) {
	const where = "UpdateChannel"
	type hooks interface {
		ChannelWillBeUpdated(c *plugin.Context, newChannel, oldChannel *model.Channel) (*model.Channel, string)
	}
	plugins, err := guarded[hooks](s, where, old.Id, "ChannelWillBeUpdated")
	if err != nil {
		return nil, err
	}
	for _, p := range plugins {
		replacement, reason := p.hooks.ChannelWillBeUpdated(hookContext(), channel.DeepCopy(), old.DeepCopy())
		if reason != "" {
			return nil, refused(where, "app.channel.update_channel.rejected_by_plugin", reason)
		}
		if replacement == nil {
			continue
		}
		if s.hasGuards(old.Id) && replacement.Type != old.Type {
			return nil, fail(where, "app.channel.update_channel.plugin_type_mutation.app_error", http.StatusBadRequest)
		}
		channel = replacement.DeepCopy()
		channel.Id = old.Id
	}
	return channel, nil
}

// DeleteChannel archives a channel; town-square stays.
func (a *API) DeleteChannel(channelID string) *model.AppError {
	type hooks interface {
		ChannelWillBeArchived(*plugin.Context, *model.Channel) string
	}
	s := a.s
	check := func(channel *model.Channel) *model.AppError {
		switch {
		case channel.DeleteAt != 0:
			return fail("deleteChannel", "api.channel.delete_channel.deleted.app_error", http.StatusBadRequest)
		case channel.Name == model.DefaultChannelName:
			return fail("deleteChannel", "api.channel.delete_channel.cannot.app_error", http.StatusBadRequest)
		}
		return nil
	}
	ask := func(channel *model.Channel) *model.AppError {
		for _, p := range hooked[hooks](s, "ChannelWillBeArchived") {
			if reason := p.hooks.ChannelWillBeArchived(hookContext(), channel.DeepCopy()); reason != "" {
				return refused("DeleteChannel", "app.channel.delete_channel.rejected_by_plugin", reason)
			}
		}
		return nil
	}
	return s.setArchived(channelID, s.millis(), check, ask)
}

// RestoreChannel brings an archived channel back.
func (a *API) RestoreChannel(channelID string) *model.AppError {
	type hooks interface {
		ChannelWillBeRestored(*plugin.Context, *model.Channel) string
	}
	s := a.s
	check := func(channel *model.Channel) *model.AppError {
		if channel.DeleteAt == 0 {
			return fail("restoreChannel", "api.channel.restore_channel.restored.app_error", http.StatusBadRequest)
		}
		return nil
	}
	ask := func(channel *model.Channel) *model.AppError {
		plugins, err := guarded[hooks](s, "RestoreChannel", channelID, "ChannelWillBeRestored")
		if err != nil {
			return err
		}
		for _, p := range plugins {
			if reason := p.hooks.ChannelWillBeRestored(hookContext(), channel.DeepCopy()); reason != "" {
				return refused("RestoreChannel", "app.channel.restore_channel.rejected_by_plugin", reason)
			}
		}
		return nil
	}
	return s.setArchived(channelID, 0, check, ask)
}

// setArchived checks a channel, asks the plugins, and checks it again, as it may have changed meanwhile.
func (s *Server) setArchived(channelID string, deleteAt int64, check, ask func(*model.Channel) *model.AppError) *model.AppError {
	find := func() (*model.Channel, *model.AppError) {
		channel, err := s.channel("GetChannel", channelID)
		if err != nil {
			return nil, err
		}
		return channel.DeepCopy(), check(channel)
	}
	s.mu.Lock()
	channel, err := find()
	s.mu.Unlock()
	if err != nil {
		return err
	}
	if err := ask(channel); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if channel, err = find(); err != nil {
		return err
	}
	channel.DeleteAt, channel.UpdateAt = deleteAt, s.millis()
	s.channels[channelID] = channel
	return nil
}

// GetChannelOfType finds by id a channel of this type; another type is a channel that isn't there.
func (a *API) GetChannelOfType(channelID string, channelType model.ChannelType) (*model.Channel, *model.AppError) {
	channel, err := a.GetChannel(channelID)
	if err != nil {
		err.Where = "GetChannelOfType"
		return nil, err
	}
	if channel.Type != channelType {
		return nil, fail("GetChannelOfType", errMissingChannel, http.StatusNotFound)
	}
	return channel, nil
}
