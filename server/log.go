package server

import (
	"context"
	"fmt"
	"log/slog"
	"slices"

	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/mmpy/mmpy/internal/grant"
	"github.com/mmpy/mmpy/server/internal/logtext"
)

// apiLog is a slog.Handler that writes to the server's log through the plugin API; until there is an API, to fallback.
// Mattermost adds the plugin's id to each record, and drops the levels that the admin does not want. Whatever a plugin has
// put into them, records are one line each, but for tracebacks and stacks, and no longer than a line of a log may be.
type apiLog struct {
	api      func() plugin.API
	fallback slog.Handler
	line     int         // bytes of a text
	attrs    []slog.Attr // from WithAttrs, their groups' names before their keys
	group    string      // "" or "name."
}

// Enabled says yes: which levels are wanted is for Mattermost to say.
func (h *apiLog) Enabled(context.Context, slog.Level) bool { return true }

// Handle writes one record. An API that fails loses it to the fallback.
func (h *apiLog) Handle(ctx context.Context, given slog.Record) (err error) {
	record := h.clean(given)
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
		pairs = append(pairs, attr.Key, attr.Value.Any())
	}
	record.Attrs(func(attr slog.Attr) bool {
		pairs = append(pairs, h.group+attr.Key, attr.Value.Any())
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

// The attributes whose texts keep their lines.
const (
	tracebackKey = "traceback"
	stackKey     = "stack"
)

// clean gives a record that is fit for a log. A traceback in its message becomes an attribute.
func (h *apiLog) clean(record slog.Record) slog.Record {
	message, traceback := logtext.Split(record.Message)
	clean := slog.NewRecord(record.Time, record.Level, logtext.Line(message, h.line), record.PC)
	record.Attrs(func(attr slog.Attr) bool {
		clean.AddAttrs(h.cleanAttr(attr))
		return true
	})
	if traceback != "" {
		clean.AddAttrs(slog.String(tracebackKey, logtext.Block(traceback, h.line)))
	}
	return clean
}

func (h *apiLog) cleanAttr(attr slog.Attr) slog.Attr {
	value := plain(attr.Value)
	if text, ok := value.(string); ok {
		switch attr.Key {
		case tracebackKey, stackKey:
			return slog.String(attr.Key, logtext.Block(text, h.line))
		}
		return slog.String(attr.Key, logtext.Line(text, h.line))
	}
	return slog.Any(attr.Key, value)
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
	with.attrs = slices.Clone(h.attrs)
	var clean []slog.Attr
	for _, attr := range attrs {
		attr = h.cleanAttr(attr)
		clean = append(clean, attr)
		with.attrs = append(with.attrs, slog.Attr{Key: h.group + attr.Key, Value: attr.Value})
	}
	with.fallback = h.fallback.WithAttrs(clean)
	return &with
}

// WithGroup gives a handler that puts name before the keys of what is added from here on.
func (h *apiLog) WithGroup(name string) slog.Handler {
	with := *h
	with.fallback = h.fallback.WithGroup(name)
	with.group = h.group + name + "."
	return &with
}

// lineOf is how long a text in the log may be, in bytes.
func lineOf(granted *grant.Grant) int {
	if granted.Limits.LogLine > 0 {
		return int(granted.Limits.LogLine)
	}
	return int(grant.DefaultLimits().LogLine)
}
