package memserver

import (
	"maps"
	"net/http"
	"slices"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/shared/mlog"
)

// Event is a message to the web and mobile apps.
type Event struct {
	Name      string
	Payload   map[string]any
	Broadcast *model.WebsocketBroadcast
}

// Mail is an email that a real server would have sent.
type Mail struct{ To, Subject, HTMLBody string }

// Events returns the websocket events that plugins published, oldest first.
func (s *Server) Events() []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.events)
}

// Mails returns the emails that plugins sent, oldest first.
func (s *Server) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mails)
}

// PublishWebSocketEvent sends an event named custom_<plugin id>_<event> to the apps; see [Server.Events].
func (a *API) PublishWebSocketEvent(event string, payload map[string]any, broadcast *model.WebsocketBroadcast) {
	if broadcast != nil {
		broadcast = shallow(broadcast)
	}
	a.s.publish(Event{"custom_" + a.manifest.Id + "_" + event, maps.Clone(payload), broadcast})
}

// PublishUserTyping shows that a user is typing; see [Server.Events].
func (a *API) PublishUserTyping(userID, channelID, parentID string) *model.AppError {
	a.s.publish(Event{string(model.WebsocketEventTyping), map[string]any{"user_id": userID, "parent_id": parentID},
		&model.WebsocketBroadcast{ChannelId: channelID, OmitUsers: map[string]bool{userID: true}}})
	return nil
}

func (s *Server) publish(event Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.publishLocked(event)
}

// publishLocked needs s.mu.
func (s *Server) publishLocked(event Event) { s.events = append(s.events, event) }

// SendMail sends an email; see [Server.Mails].
func (a *API) SendMail(to, subject, htmlBody string) *model.AppError {
	for _, part := range []struct{ text, id string }{
		{to, "plugin_api.send_mail.missing_to"},
		{subject, "plugin_api.send_mail.missing_subject"},
		{htmlBody, "plugin_api.send_mail.missing_htmlbody"},
	} {
		if part.text == "" {
			return fail("SendMail", part.id, http.StatusBadRequest)
		}
	}
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	a.s.mails = append(a.s.mails, Mail{to, subject, htmlBody})
	return nil
}

// LogDebug writes to the server's log, with the plugin's id.
func (a *API) LogDebug(msg string, keyValuePairs ...any) { a.log().Debug(msg, keyValuePairs...) }

// LogInfo writes to the server's log, with the plugin's id.
func (a *API) LogInfo(msg string, keyValuePairs ...any) { a.log().Info(msg, keyValuePairs...) }

// LogWarn writes to the server's log, with the plugin's id.
func (a *API) LogWarn(msg string, keyValuePairs ...any) { a.log().Warn(msg, keyValuePairs...) }

// LogError writes to the server's log, with the plugin's id.
func (a *API) LogError(msg string, keyValuePairs ...any) { a.log().Error(msg, keyValuePairs...) }

// LogAuditRec writes to the server's log.
func (a *API) LogAuditRec(rec *model.AuditRecord) { a.LogAuditRecWithLevel(rec, mlog.LvlAuditCLI) }

// LogAuditRecWithLevel writes to the server's log; the level, which names an audit log, is an attribute.
func (a *API) LogAuditRecWithLevel(rec *model.AuditRecord, level mlog.Level) {
	if rec != nil {
		a.log().Debug("audit", "event", rec.EventName, "status", rec.Status, "level", level.Name)
	}
}

// GetPluginID returns the id in the manifest.
func (a *API) GetPluginID() string { return a.manifest.Id }

// GetBundlePath returns where a server in a container keeps the plugin's files; there are none at this place.
func (a *API) GetBundlePath() (string, error) { return "/mattermost/plugins/" + a.manifest.Id, nil }

// GetServerVersion returns the newest Mattermost version this server's model package knows.
func (a *API) GetServerVersion() string { return model.CurrentVersion }

// GetSystemInstallDate returns when the server was made, in milliseconds since 1970.
func (a *API) GetSystemInstallDate() (int64, *model.AppError) { return a.s.started, nil }

// GetDiagnosticId returns an id that is new with every server.
func (a *API) GetDiagnosticId() string { return a.s.id }

// GetTelemetryId is GetDiagnosticId.
func (a *API) GetTelemetryId() string { return a.s.id }
