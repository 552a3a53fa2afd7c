package server

import (
	"log/slog"

	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/mmpy/mmpy/internal/grant"
	"github.com/mmpy/mmpy/server/internal/handlers"
	"github.com/mmpy/mmpy/wasmhost"
)

// A Record tells of one API call of a plugin: its method, request and response as the messages that crossed, and how
// long Mattermost took.
type Record = handlers.Record

// Handlers gives a wasmhost.Caller that answers a guest's API calls from api. What goes wrong in a handler itself is
// written to api's log. Everything is granted.
func Handlers(api plugin.API) wasmhost.Caller {
	get := func() plugin.API { return api }
	line := int(grant.DefaultLimits().LogLine)
	log := slog.New(&apiLog{api: get, fallback: slog.NewTextHandler(stderr{}, nil), line: line})
	return &handlers.Caller{API: func() plugin.API { return &loggingAPI{api, line} }, Logger: log}
}
