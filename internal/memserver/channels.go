package memserver

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

// CreateChannel adds a public or private channel, without members.
func (a *API) CreateChannel(channel *model.Channel) (*model.Channel, *model.AppError) {
	channel = orZero(channel)
	return a.s.createChannel(channel)
}

func (s *Server) createChannel(channel *model.Channel) (*model.Channel, *model.AppError) {
	const where = "CreateChannel"
	channel = channel.DeepCopy()
	channel.DisplayName = strings.TrimSpace(channel.DisplayName)
	if channel.DeleteAt != 0 {
		return nil, fail(where, "store.sql_channel.save.archived_channel.app_error", http.StatusBadRequest)
	}
	if channel.Type == model.ChannelTypeDirect {
		return nil, fail(where, "store.sql_channel.save.direct_channel.app_error", http.StatusBadRequest)
	}
	s.mu.Lock()
	saved, err := s.saveChannel(where, channel)
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	s.channelWasCreated(saved.DeepCopy())
	return saved.DeepCopy(), nil
}

// saveChannel stores a new channel. The caller holds s.mu.
func (s *Server) saveChannel(where string, channel *model.Channel) (*model.Channel, *model.AppError) {
	if channel.Id != "" {
		return nil, fail(where, "store.sql_channel.save_channel.existing.app_error", http.StatusBadRequest)
	}
	channel.CreateAt = s.millis()
	channel.PreSave()
	if err := channel.IsValid(); err != nil {
		return nil, explain(err)
	}
	if s.channelByName(channel.TeamId, channel.Name) != nil {
		return nil, fail(where, errChannelExists, http.StatusBadRequest)
	}
	s.channels[channel.Id] = channel
	return channel, nil
}

func (s *Server) channelWasCreated(channel *model.Channel) {
	notify(s, "ChannelHasBeenCreated", func(c *plugin.Context, h interface {
		ChannelHasBeenCreated(*plugin.Context, *model.Channel)
	}) {
		h.ChannelHasBeenCreated(c, channel.DeepCopy())
	})
}

// channel and channelByName find a channel, archived ones included. The caller holds s.mu.
func (s *Server) channel(where, id string) (*model.Channel, *model.AppError) {
	if channel, ok := s.channels[id]; ok {
		return channel, nil
	}
	return nil, fail(where, errMissingChannel, http.StatusNotFound)
}

func (s *Server) channelByName(teamID, name string) *model.Channel {
	for _, channel := range s.channels {
		if channel.TeamId == teamID && channel.Name == name {
			return channel
		}
	}
	return nil
}

// GetChannel finds by id, archived channels included.
func (a *API) GetChannel(channelID string) (*model.Channel, *model.AppError) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	channel, err := a.s.channel("GetChannel", channelID)
	if err != nil {
		return nil, err
	}
	return channel.DeepCopy(), nil
}

// GetChannelByName finds by the name in the channel's address; teamID is empty for direct and group channels.
func (a *API) GetChannelByName(teamID, name string, includeDeleted bool) (*model.Channel, *model.AppError) {
	return a.getChannelByName("GetChannelByName", teamID, name, includeDeleted)
}

// GetChannelByNameForTeamName finds by the names in the channel's address.
func (a *API) GetChannelByNameForTeamName(teamName, channelName string, includeDeleted bool) (*model.Channel, *model.AppError) {
	const where = "GetChannelByNameForTeamName"
	team, err := a.GetTeamByName(teamName)
	if err != nil {
		err.Where = where
		return nil, err
	}
	return a.getChannelByName(where, team.Id, channelName, includeDeleted)
}

func (a *API) getChannelByName(where, teamID, name string, includeDeleted bool) (*model.Channel, *model.AppError) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	channel := a.s.channelByName(teamID, name)
	if channel == nil || (channel.DeleteAt != 0 && !includeDeleted) {
		return nil, fail(where, "app.channel.get_by_name.missing.app_error", http.StatusNotFound)
	}
	return channel.DeepCopy(), nil
}

// GetPublicChannelsForTeam lists a page of a team's public channels.
func (a *API) GetPublicChannelsForTeam(teamID string, number, perPage int) ([]*model.Channel, *model.AppError) {
	channels := a.s.findChannels(func(c *model.Channel) bool {
		return c.TeamId == teamID && c.Type == model.ChannelTypeOpen && c.DeleteAt == 0
	})
	return page(channels, number, perPage), nil
}

// GetChannelsForTeamForUser lists the channels a user is in: the team's, and direct and group channels. With no
// team, all. None is an error, as on a server.
func (a *API) GetChannelsForTeamForUser(teamID, userID string, includeDeleted bool) ([]*model.Channel, *model.AppError) {
	channels := a.s.findChannels(func(c *model.Channel) bool {
		return a.s.channelMembers[memberKey{c.Id, userID}] != nil && (c.DeleteAt == 0 || includeDeleted) &&
			(teamID == "" || c.TeamId == teamID || c.TeamId == "")
	})
	if len(channels) == 0 {
		return nil, fail("GetChannelsForUser", "app.channel.get_channels.not_found.app_error", http.StatusNotFound)
	}
	return channels, nil
}

// SearchChannels finds public channels, archived ones included, whose name, display name or purpose contains the
// term; at most 100.
func (a *API) SearchChannels(teamID, term string) ([]*model.Channel, *model.AppError) {
	term = strings.ToLower(strings.TrimSpace(term))
	channels := a.s.findChannels(func(c *model.Channel) bool {
		return c.TeamId == teamID && c.Type == model.ChannelTypeOpen &&
			slices.ContainsFunc([]string{c.Name, c.DisplayName, c.Purpose}, func(text string) bool {
				return strings.Contains(strings.ToLower(text), term)
			})
	})
	return page(channels, 0, 100), nil
}

// findChannels copies the channels that match, by display name.
func (s *Server) findChannels(matches func(*model.Channel) bool) []*model.Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []*model.Channel{}
	for _, channel := range s.channels {
		if matches(channel) {
			found = append(found, channel.DeepCopy())
		}
	}
	slices.SortFunc(found, func(a, b *model.Channel) int {
		return cmp.Or(cmp.Compare(a.DisplayName, b.DisplayName), cmp.Compare(a.Id, b.Id))
	})
	return found
}

// GetChannelStats counts a channel's members. A server puts the same number into GuestCount; so does this one.
func (a *API) GetChannelStats(channelID string) (*model.ChannelStats, *model.AppError) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	stats := &model.ChannelStats{ChannelId: channelID}
	for key := range a.s.channelMembers {
		if key.group == channelID {
			stats.MemberCount++
			stats.GuestCount++
		}
	}
	return stats, nil
}
