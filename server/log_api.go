package server

import (
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/mattermost/mattermost/server/public/shared/mlog"

	"github.com/mmpy/mmpy/server/internal/audit"
	"github.com/mmpy/mmpy/server/internal/logtext"
)

// loggingAPI is Mattermost's API as the plugin's code reaches it: what it has written to the server's log, and to its
// audit log, is made fit for them, and does not look like mmpy's own records there.
type loggingAPI struct {
	plugin.API
	line int // bytes of a text
}

// LogDebug, LogInfo, LogWarn and LogError write to the server's log.
func (a *loggingAPI) LogDebug(message string, pairs ...any) {
	message, pairs = a.clean(message, pairs)
	a.API.LogDebug(message, pairs...)
}

func (a *loggingAPI) LogInfo(message string, pairs ...any) {
	message, pairs = a.clean(message, pairs)
	a.API.LogInfo(message, pairs...)
}

func (a *loggingAPI) LogWarn(message string, pairs ...any) {
	message, pairs = a.clean(message, pairs)
	a.API.LogWarn(message, pairs...)
}

func (a *loggingAPI) LogError(message string, pairs ...any) {
	message, pairs = a.clean(message, pairs)
	a.API.LogError(message, pairs...)
}

func (a *loggingAPI) clean(message string, pairs []any) (string, []any) {
	message, traceback := logtext.Split(message)
	var clean []any
	for n, value := range pairs {
		value = a.value(value)
		if text, ok := value.(string); ok && n%2 == 1 && pairs[n-1] == audit.EventKey {
			value = notOurs(text, audit.EventPrefix)
		}
		clean = append(clean, value)
	}
	if traceback != "" {
		clean = append(clean, tracebackKey, logtext.Block(traceback, a.line))
	}
	return notOurs(logtext.Line(message, a.line), audit.MessagePrefix), clean
}

// LogAuditRec and LogAuditRecWithLevel write to the server's audit log.
func (a *loggingAPI) LogAuditRec(record *model.AuditRecord) { a.API.LogAuditRec(a.record(record)) }

func (a *loggingAPI) LogAuditRecWithLevel(record *model.AuditRecord, level mlog.Level) {
	a.API.LogAuditRecWithLevel(a.record(record), level)
}

func (a *loggingAPI) record(given *model.AuditRecord) *model.AuditRecord {
	if given == nil {
		return nil
	}
	record := *given
	for _, text := range []*string{
		&record.EventName, &record.Status, &record.EventData.ObjectType, &record.Error.Description,
		&record.Actor.UserId, &record.Actor.SessionId, &record.Actor.Client, &record.Actor.IpAddress, &record.Actor.XForwardedFor,
	} {
		*text = logtext.Line(*text, a.line)
	}
	for _, values := range []*map[string]any{
		&record.EventData.Parameters, &record.EventData.PriorState, &record.EventData.ResultState, &record.Meta,
	} {
		*values, _ = a.value(*values).(map[string]any)
	}
	record.EventName = notOurs(record.EventName, audit.EventPrefix)
	return &record
}

// value makes the texts in a value fit for a log.
func (a *loggingAPI) value(value any) any {
	switch value := value.(type) {
	case string:
		return logtext.Line(value, a.line)
	case []any:
		if value == nil {
			return value
		}
		clean := make([]any, len(value))
		for n, item := range value {
			clean[n] = a.value(item)
		}
		return clean
	case map[string]any:
		if value == nil {
			return value
		}
		clean := make(map[string]any, len(value))
		for key, item := range value {
			clean[logtext.Line(key, a.line)] = a.value(item)
		}
		return clean
	}
	return value
}

// notOurs marks a text that begins as only those of mmpy's records do.
func notOurs(text, prefix string) string {
	if len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix) {
		return "plugin: " + text
	}
	return text
}
