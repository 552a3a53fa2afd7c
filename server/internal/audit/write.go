package audit

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/shared/mlog"

	"github.com/mmpy/mmpy/server/internal/logtext"
)

// What a plugin has called, or a client's name, may be of any length: these are the bounds.
const (
	maxText  = 256 // bytes of a text
	maxItems = 300 // of a list
)

// write writes a record that stands for count events.
func (l *Log) write(e entry, count int, last time.Time) {
	e.clean()
	l.writeLog(e, count)
	l.writeAudit(e, count, last)
}

// clean makes the texts of an entry fit to be written.
func (e *entry) clean() {
	for _, text := range []*string{
		&e.What, &e.Reason, &e.who.UserID, &e.who.SessionID, &e.who.RequestID, &e.who.IPAddress, &e.who.UserAgent,
	} {
		*text = logtext.Line(*text, maxText)
	}
	details := make(map[string]any, len(e.Details))
	for key, value := range e.Details {
		if text, ok := value.(string); ok {
			value = logtext.Line(text, maxText)
		}
		if list, ok := value.([]string); ok {
			value = cleanList(list)
		}
		details[key] = value
	}
	e.Details = details
}

// cleanList is clean for a list: a plugin may name its hooks as it likes.
func cleanList(list []string) []string {
	clean := make([]string, 0, min(len(list), maxItems))
	for _, text := range list {
		if len(clean) == maxItems {
			return append(clean, fmt.Sprintf("… (%d more)", len(list)-maxItems))
		}
		clean = append(clean, logtext.Line(text, maxText))
	}
	return clean
}

// writeLog writes to Mattermost's log.
func (l *Log) writeLog(e entry, count int) {
	kind := &kinds[e.Event]
	pairs := []any{EventKey, kind.name, kind.what, e.What}
	add := func(key string, value string) {
		if value != "" {
			pairs = append(pairs, key, value)
		}
	}
	add("reason", e.Reason)
	if e.Code != 0 {
		pairs = append(pairs, "status_code", e.Code)
	}
	add("hook", e.who.Hook)
	add("user_id", e.who.UserID)
	for _, key := range slices.Sorted(maps.Keys(e.Details)) {
		pairs = append(pairs, key, e.Details[key])
	}
	if count > 1 {
		pairs = append(pairs, "repeated", count-1, "since", e.at.UTC().Format(time.RFC3339Nano))
	}
	level := kind.level
	if e.Failed {
		level = slog.LevelWarn
	}
	l.log.Log(context.Background(), level, MessagePrefix+kind.text, pairs...)
}

// writeAudit writes to Mattermost's audit log, where there is an API. What fails there is said in the log.
func (l *Log) writeAudit(e entry, count int, last time.Time) {
	api := l.api()
	if api == nil {
		return
	}
	defer func() {
		if reason := recover(); reason != nil {
			l.log.Error("a record cannot be written to the audit log", "error", fmt.Sprint(reason))
		}
	}()
	level := mlog.LvlAuditAPI
	if kinds[e.Event].perms {
		level = mlog.LvlAuditPerms
	}
	api.LogAuditRecWithLevel(l.record(e, count, last), level)
}

// record makes a record as Mattermost makes its own: the particulars of the event are its parameters, and what lies
// around it, the hook among that, goes into Meta.
func (l *Log) record(e entry, count int, last time.Time) *model.AuditRecord {
	kind := &kinds[e.Event]
	record := &model.AuditRecord{
		EventName: kind.name,
		Status:    model.AuditStatusSuccess,
		EventData: model.AuditEventData{
			Parameters:  map[string]any{"plugin_id": l.plugin, kind.what: e.What},
			PriorState:  map[string]any{},
			ResultState: map[string]any{},
			ObjectType:  "plugin",
		},
		Actor: model.AuditEventActor{
			UserId:    e.who.UserID,
			SessionId: e.who.SessionID,
			Client:    e.who.UserAgent,
			IpAddress: e.who.IPAddress,
		},
		Meta: map[string]any{model.AuditKeyAPIPath: "", "at": e.at.UTC().Format(time.RFC3339Nano)},
	}
	maps.Copy(record.EventData.Parameters, e.Details)
	if e.who.Hook != "" {
		record.AddMeta("hook", e.who.Hook)
	}
	if e.who.RequestID != "" {
		record.AddMeta("request_id", e.who.RequestID)
	}
	if count > 1 {
		record.AddMeta("repeated", count-1)
		record.AddMeta("last_at", last.UTC().Format(time.RFC3339Nano))
	}
	if e.Failed {
		record.Fail()
		record.AddErrorDesc(e.Reason)
		record.AddErrorCode(e.Code)
	} else if e.Code != 0 {
		record.EventData.Parameters["status_code"] = e.Code
	}
	return record
}
