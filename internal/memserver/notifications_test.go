package memserver_test

import (
	"encoding/json"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/memserver"
)

// rewriter rewrites notifications, and holds back those that are secret.
type rewriter struct{}

func (rewriter) NotificationWillBePushed(push *model.PushNotification, userID string) (*model.PushNotification, string) {
	if push.Message == "secret" {
		return nil, "it is secret"
	}
	push.Message += " for " + userID
	return push, ""
}

func (rewriter) EmailNotificationWillBeSent(mail *model.EmailNotification) (*model.EmailNotificationContent, string) {
	if mail.Subject == "secret" {
		return nil, "it is secret"
	}
	return &model.EmailNotificationContent{Subject: "Re: " + mail.Subject, MessageHTML: mail.MessageHTML}, ""
}

func TestNotificationsAreRecordedAsPluginsLeaveThem(t *testing.T) {
	server, api, _ := start(t)
	bob := server.Home().Bob
	api.Attach(rewriter{})
	requireFails(t, api.SendPushNotification(nil, bob.Id), "api.push_notifications.message.parse.app_error", 400)
	require.Nil(t, api.SendPushNotification(&model.PushNotification{Message: "secret"}, bob.Id), "this is no error")
	require.Nil(t, api.SendPushNotification(&model.PushNotification{Message: "hi"}, bob.Id))
	pushes := server.Pushes()
	require.Len(t, pushes, 1)
	require.Equal(t, []string{bob.Id, "hi for " + bob.Id}, []string{pushes[0].UserID, pushes[0].Notification.Message})

	notification := func(subject string) *model.EmailNotification {
		return &model.EmailNotification{RecipientId: bob.Id, EmailNotificationContent: model.EmailNotificationContent{Subject: subject, MessageHTML: "<p>"}}
	}
	require.Nil(t, server.NotifyByEmail(notification("secret")))
	require.Nil(t, server.NotifyByEmail(notification("news")))
	require.Equal(t, []memserver.Mail{{To: "bob@example.com", Subject: "Re: news", HTMLBody: "<p>"}}, server.Mails())
	requireFails(t, server.NotifyByEmail(&model.EmailNotification{}), "app.user.missing_account.const", 404)

	requireFails(t, api.SendToastMessage("", "", "hi", model.SendToastMessageOptions{}), "app.toast.send_toast_message.user_id.app_error", 400)
	requireFails(t, api.SendToastMessage(bob.Id, "", "", model.SendToastMessageOptions{}), "app.toast.send_toast_message.message.app_error", 400)
	require.Nil(t, api.SendToastMessage(bob.Id, "c", "hi", model.SendToastMessageOptions{Position: "top-left"}))
	events := server.Events()
	require.Equal(t, memserver.Event{
		Name: "show_toast", Payload: map[string]any{"message": "hi", "position": "top-left"},
		Broadcast: &model.WebsocketBroadcast{UserId: bob.Id, ConnectionId: "c"},
	}, events[len(events)-1])
}

// commander keeps the trigger of a command.
type commander struct{ triggers chan string }

func (c commander) ExecuteCommand(_ *plugin.Context, args *model.CommandArgs) (*model.CommandResponse, *model.AppError) {
	c.triggers <- args.TriggerId
	return &model.CommandResponse{}, nil
}

func TestADialogAnswersATrigger(t *testing.T) {
	server, api, _ := start(t)
	home := server.Home()
	c := commander{make(chan string, 1)}
	api.Attach(c)
	require.NoError(t, api.RegisterCommand(&model.Command{Trigger: "form"}))
	_, err := server.ExecuteCommand(&model.CommandArgs{Command: "/form", UserId: home.Bob.Id, TeamId: home.Team.Id, ChannelId: home.Project.Id})
	require.Nil(t, err)
	dialog := model.OpenDialogRequest{TriggerId: <-c.triggers, URL: "/plugins/com.example.test/form", Dialog: model.Dialog{Title: "Form"}}
	require.Nil(t, api.OpenInteractiveDialog(dialog))
	dialogs := server.Dialogs()
	require.Len(t, dialogs, 1)
	require.Equal(t, []string{home.Bob.Id, "Form"}, []string{dialogs[0].UserID, dialogs[0].Request.Dialog.Title})
	events := server.Events()
	require.Equal(t, home.Bob.Id, events[len(events)-1].Broadcast.UserId)
	var shown model.OpenDialogRequest
	require.NoError(t, json.Unmarshal([]byte(events[len(events)-1].Payload["dialog"].(string)), &shown))
	require.Equal(t, dialogs[0].Request, shown)

	dialog.TriggerId = memserver.New(memserver.Config{}).NewTrigger(home.Bob.Id)
	requireFails(t, api.OpenInteractiveDialog(dialog), "interactive_message.decode_trigger_id.verify_signature_failed", 400)
	dialog.TriggerId = "made up"
	requireFails(t, api.OpenInteractiveDialog(dialog), "interactive_message.decode_trigger_id.base64_decode_failed", 400)
	require.Len(t, server.Dialogs(), 1)
}

// listener notes what reaches it.
type listener chan string

func (l listener) OnPluginClusterEvent(_ *plugin.Context, event model.PluginClusterEvent) {
	l <- "cluster " + event.Id + " " + string(event.Data)
}
func (l listener) OnWebSocketConnect(_, userID string)    { l <- "connect " + userID }
func (l listener) OnWebSocketDisconnect(_, userID string) { l <- "disconnect " + userID }
func (l listener) WebSocketMessageHasBeenPosted(_, userID string, request *model.WebSocketRequest) {
	l <- "message " + request.Action + " " + userID
}

func TestClusterAndWebsocketReachThePlugin(t *testing.T) {
	server, api, _ := start(t)
	l := make(listener, 1)
	api.Attach(l)
	require.NoError(t, api.PublishPluginClusterEvent(model.PluginClusterEvent{Id: "mine"}, model.PluginClusterEventSendOptions{}))
	settle(t, server)
	require.Empty(t, l, "no server sends an event to itself")
	server.ClusterEvent("com.example.other", model.PluginClusterEvent{Id: "theirs"})
	settle(t, server)
	require.Empty(t, l)
	server.ClusterEvent("com.example.test", model.PluginClusterEvent{Id: "e", Data: []byte("data")})
	require.Equal(t, "cluster e data", <-l)

	connection := server.Connect("bob")
	require.Equal(t, "connect bob", <-l)
	server.SendWebSocketMessage(connection, &model.WebSocketRequest{Action: "custom_com.example.test_ping"})
	require.Equal(t, "message custom_com.example.test_ping bob", <-l)
	server.Disconnect(connection)
	require.Equal(t, "disconnect bob", <-l)
	server.Disconnect(connection)
	server.SendWebSocketMessage(connection, &model.WebSocketRequest{})
	settle(t, server)
	require.Empty(t, l, "the connection is closed")
}
