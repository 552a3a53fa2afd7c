package server

import (
	"context"
	"fmt"
	"log/slog"
	"slices"

	"github.com/mattermost/mattermost/server/public/plugin"
)

// apiLog is a slog.Handler that writes to the server's log through the plugin API; until there is an API, to fallback.
// Mattermost adds the plugin's id to each record, and drops the levels that the admin does not want.
type apiLog struct {
	api      func() plugin.API
	fallback slog.Handler
	attrs    []slog.Attr // from WithAttrs, their groups' names before their keys
	group    string      // "" or "name."
}

// Enabled says yes: which levels are wanted is for Mattermost to say.
func (h *apiLog) Enabled(context.Context, slog.Level) bool { return true }

// Handle writes one record. An API that fails loses it to the fallback.
func (h *apiLog) Handle(ctx context.Context, record slog.Record) (err error) {
	api := h.api()
	if api == nil {
		return h.fallback.Handle(ctx, record)
	}
	defer func() {
		if recover() != nil {
			err = h.fallback.Handle(ctx, record)
		}
	}()
	pairs := make([]any, 0, 2*(len(h.attrs)+record.NumAttrs()))
	for _, attr := range h.attrs {
		pairs = append(pairs, attr.Key, plain(attr.Value))
	}
	record.Attrs(func(attr slog.Attr) bool {
		pairs = append(pairs, h.group+attr.Key, plain(attr.Value))
		return true
	})
	switch level := record.Level; {
	case level < slog.LevelInfo:
		api.LogDebug(record.Message, pairs...)
	case level < slog.LevelWarn:
		api.LogInfo(record.Message, pairs...)
	case level < slog.LevelError:
		api.LogWarn(record.Message, pairs...)
	default:
		api.LogError(record.Message, pairs...)
	}
	return nil
}

// plain gives a value that any log writes as a person would: net/rpc makes text of it anyway.
func plain(value slog.Value) any {
	switch value = value.Resolve(); value.Kind() {
	case slog.KindBool, slog.KindInt64, slog.KindUint64, slog.KindFloat64, slog.KindString:
		return value.Any()
	case slog.KindAny:
		if err, ok := value.Any().(error); ok {
			return err.Error()
		}
		return fmt.Sprintf("%+v", value.Any())
	}
	return value.String()
}

// WithAttrs gives a handler that adds attrs to every record.
func (h *apiLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	with := *h
	with.fallback = h.fallback.WithAttrs(attrs)
	with.attrs = slices.Clone(h.attrs)
	for _, attr := range attrs {
		with.attrs = append(with.attrs, slog.Attr{Key: h.group + attr.Key, Value: attr.Value})
	}
	return &with
}

// WithGroup gives a handler that puts name before the keys of what is added from here on.
func (h *apiLog) WithGroup(name string) slog.Handler {
	with := *h
	with.fallback = h.fallback.WithGroup(name)
	with.group = h.group + name + "."
	return &with
}
