package memserver

import (
	"log/slog"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

// API is the server as one plugin sees it. Values it takes and gives are copies: changing them changes nothing in the
// server.
type API struct {
	everythingElse //nolint:unused // it has methods when Mattermost adds some

	s        *Server
	manifest *model.Manifest
}

var _ plugin.API = (*API)(nil)

// Plugin installs a plugin and returns its API. Key-value store, bots, commands and settings belong to manifest.Id.
// The plugin receives no hooks before it is attached.
func (s *Server) Plugin(manifest *model.Manifest) *API {
	return &API{s: s, manifest: manifest}
}

// log is the server's log as the plugin writes to it.
func (a *API) log() *slog.Logger { return a.s.log.With("plugin_id", a.manifest.Id) }

// page is the requested part of a list, counted from page 0; none when perPage is 0, as in SQL.
func page[T any](list []T, page, perPage int) []T {
	from := min(max(page, 0)*max(perPage, 0), len(list))
	return list[from:min(from+max(perPage, 0), len(list))]
}

// clones copies every element.
func clones[T any](list []*T, clone func(*T) *T) []*T {
	copies := make([]*T, len(list))
	for i, element := range list {
		copies[i] = clone(element)
	}
	return copies
}

// shallow is a clone for values whose fields are never changed in place.
func shallow[T any](value *T) *T {
	c := *value
	return &c
}

// orZero is what a plugin gave, or, if that is nothing, an empty value: the error is then what is missing in it.
func orZero[T any](given *T) *T {
	if given == nil {
		return new(T)
	}
	return given
}
