package memserver

import (
	"net/http"
	"slices"

	"github.com/mattermost/mattermost/server/public/model"
)

// RegisterChannelGuard makes the plugin a guard of a channel: its hooks are asked last there, and while it is not
// active nothing can be posted, edited, joined, changed or restored in the channel.
func (a *API) RegisterChannelGuard(channelID string) *model.AppError {
	if err := checkGuarded("RegisterChannelGuard", "register", channelID); err != nil {
		return err
	}
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if guards := s.guards[channelID]; !slices.Contains(guards, a.manifest.Id) {
		guards = append(slices.Clone(guards), a.manifest.Id)
		slices.Sort(guards)
		s.guards[channelID] = guards
	}
	return nil
}

// UnregisterChannelGuard ends that; that the plugin is no guard is no error, but is logged.
func (a *API) UnregisterChannelGuard(channelID string) *model.AppError {
	if err := checkGuarded("UnregisterChannelGuard", "unregister", channelID); err != nil {
		return err
	}
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.guards[channelID], a.manifest.Id) {
		a.log().Warn("the plugin did not guard the channel", "channel_id", channelID)
	}
	s.guards[channelID] = slices.DeleteFunc(slices.Clone(s.guards[channelID]), func(id string) bool { return id == a.manifest.Id })
	return nil
}

func checkGuarded(where, action, channelID string) *model.AppError {
	switch {
	case channelID == "":
		return fail(where, "app.channel_guard."+action+".empty_channel.app_error", http.StatusBadRequest)
	case !model.IsValidId(channelID):
		return fail(where, "app.channel_guard.invalid_channel.app_error", http.StatusBadRequest)
	}
	return nil
}

// guarded is [hooked] for what happens in a channel: its guards come last, in the order of their ids. That one of them
// is not active is an error, whether it defines the hook or not.
func guarded[H any](s *Server, where, channelID, name string) ([]active[H], *model.AppError) {
	s.mu.Lock()
	guards := s.guards[channelID]
	s.mu.Unlock()
	if len(guards) == 0 {
		return hooked[H](s, name), nil
	}
	var order []active[any]
	all := s.attached()
	for _, p := range all {
		if !slices.Contains(guards, p.id) {
			order = append(order, p)
		}
	}
	for _, id := range guards {
		i := slices.IndexFunc(all, func(p active[any]) bool { return p.id == id })
		if i < 0 {
			s.log.Error("a guard of the channel is not active", "channel_id", channelID, "plugin_id", id)
			return nil, fail(where, "app.plugin.inactive_guard.app_error", http.StatusServiceUnavailable)
		}
		guard := all[i]
		guard.guard = true
		order = append(order, guard)
	}
	return defining[H](order, name), nil
}

func (s *Server) hasGuards(channelID string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.guards[channelID]) > 0
}
