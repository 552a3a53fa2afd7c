package memserver

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

// Push is a notification that a real server would have sent to a user's mobile apps.
type Push struct {
	UserID       string
	Notification *model.PushNotification
}

// Pushes returns the push notifications that plugins sent, oldest first.
func (s *Server) Pushes() []Push {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.pushes)
}

// SendPushNotification notifies a user's mobile apps; see [Server.Pushes]. NotificationWillBePushed may change it, or
// hold it back, which is no error.
func (a *API) SendPushNotification(notification *model.PushNotification, userID string) *model.AppError {
	type hooks interface {
		NotificationWillBePushed(*model.PushNotification, string) (*model.PushNotification, string)
	}
	if notification == nil {
		return fail("pushNotification", "api.push_notifications.message.parse.app_error", http.StatusBadRequest)
	}
	s := a.s
	notification = notification.DeepCopy()
	for _, p := range hooked[hooks](s, "NotificationWillBePushed") {
		replacement, reason := p.hooks.NotificationWillBePushed(notification.DeepCopy(), userID)
		if reason != "" {
			s.log.Info("a plugin held a push notification back", "plugin_id", p.id, "user_id", userID, "reason", reason)
			return nil
		}
		if replacement != nil {
			notification = replacement.DeepCopy()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pushes = append(s.pushes, Push{userID, notification})
	return nil
}

// NotifyByEmail sends a notification about a post to a user, as a server does for users who are away; see
// [Server.Mails]. EmailNotificationWillBeSent may change what it says, or hold it back.
func (s *Server) NotifyByEmail(notification *model.EmailNotification) *model.AppError {
	type hooks interface {
		EmailNotificationWillBeSent(*model.EmailNotification) (*model.EmailNotificationContent, string)
	}
	s.mu.Lock()
	recipient, err := s.user("GetUser", notification.RecipientId)
	s.mu.Unlock()
	if err != nil {
		return err
	}
	notification = shallow(notification)
	for _, p := range hooked[hooks](s, "EmailNotificationWillBeSent") {
		content, reason := p.hooks.EmailNotificationWillBeSent(shallow(notification))
		if reason != "" {
			s.log.Info("a plugin held a notification by email back", "plugin_id", p.id, "user_id", recipient.Id, "reason", reason)
			return nil
		}
		if content != nil {
			notification.EmailNotificationContent = *content
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = append(s.mails, Mail{recipient.Email, notification.Subject, notification.MessageHTML})
	return nil
}

// SendToastMessage shows a short message in a user's apps; see [Server.Events].
func (a *API) SendToastMessage(userID, connectionID, message string, options model.SendToastMessageOptions) *model.AppError {
	const where = "SendToastMessage"
	switch {
	case userID == "":
		return fail(where, "app.toast.send_toast_message.user_id.app_error", http.StatusBadRequest)
	case message == "":
		return fail(where, "app.toast.send_toast_message.message.app_error", http.StatusBadRequest)
	}
	a.s.publish(Event{string(model.WebsocketEventShowToast), map[string]any{"message": message, "position": options.Position},
		&model.WebsocketBroadcast{UserId: userID, ConnectionId: connectionID}})
	return nil
}

// Dialog is a form that a plugin opened in a user's apps.
type Dialog struct {
	UserID  string
	Request model.OpenDialogRequest
}

// Dialogs returns the dialogs that plugins opened, oldest first.
func (s *Server) Dialogs() []Dialog {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.dialogs)
}

// OpenInteractiveDialog shows a form to the user who caused the trigger, which [Server.NewTrigger] and every command
// give; see [Server.Dialogs]. A trigger is good for the time the configuration gives integrations to answer.
func (a *API) OpenInteractiveDialog(request model.OpenDialogRequest) *model.AppError {
	s := a.s
	timeout := time.Duration(*s.configuration().ServiceSettings.OutgoingIntegrationRequestsTimeout) * time.Second
	trigger, userID, err := request.DecodeAndVerifyTriggerId(s.signingKey(), timeout)
	if err != nil {
		return explain(err)
	}
	if err := request.IsValid(); err != nil {
		a.log().Warn("the dialog is invalid", "error", err)
	}
	request.TriggerId = trigger
	data, jsonErr := json.Marshal(request)
	if jsonErr != nil {
		a.log().Warn("the dialog is invalid", "error", jsonErr)
	}
	s.publish(Event{string(model.WebsocketEventOpenDialog), map[string]any{"dialog": string(data)},
		&model.WebsocketBroadcast{UserId: userID}})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dialogs = append(s.dialogs, Dialog{userID, request})
	return nil
}

// NewTrigger is what an app gets when a user does something to which a plugin may answer with a dialog.
func (s *Server) NewTrigger(userID string) string {
	_, trigger, err := model.GenerateTriggerId(userID, s.signingKey())
	if err != nil {
		panic("memserver: sign a trigger: " + err.Error()) // the key is good, and signing cannot fail otherwise
	}
	return trigger
}

// PublishPluginClusterEvent reaches the plugin on the other servers of a cluster: there are none, and no server sends
// an event to itself. [Server.ClusterEvent] is how one arrives.
func (a *API) PublishPluginClusterEvent(model.PluginClusterEvent, model.PluginClusterEventSendOptions) error {
	return nil
}

// ClusterEvent brings a plugin an event that it published on another server of a cluster.
func (s *Server) ClusterEvent(pluginID string, event model.PluginClusterEvent) {
	type hooks interface {
		OnPluginClusterEvent(*plugin.Context, model.PluginClusterEvent)
	}
	for _, p := range hooked[hooks](s, "OnPluginClusterEvent") {
		if p.id == pluginID {
			s.background.start(func() { p.hooks.OnPluginClusterEvent(hookContext(), event) })
		}
	}
}
