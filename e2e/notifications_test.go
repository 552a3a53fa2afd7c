package e2e

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/e2e/site"
)

func TestAPushNotificationIsChangedOrStopped(t *testing.T) {
	pushed := make(chan model.PushNotification, 10)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var notification model.PushNotification
		if json.NewDecoder(r.Body).Decode(&notification) == nil && notification.Type == model.PushTypeMessage {
			pushed <- notification
		}
		_, _ = w.Write([]byte(`{"status":"OK"}`))
	}))
	defer proxy.Close()
	restoreConfig(t)
	ctx := testContext(t)
	_, _, err := server.Admin.PatchConfig(ctx, &model.Config{EmailSettings: model.EmailSettings{
		SendPushNotifications: model.NewPointer(true), PushNotificationServer: &proxy.URL,
		PushNotificationContents: model.NewPointer(model.FullNotification),
	}})
	require.NoError(t, err)

	enableRunning(t, install(t, "testdata/plugins/discreet"))
	password := model.NewId()
	hedy, _, err := server.Admin.CreateUser(ctx, &model.User{Username: "hedy", Email: "hedy@example.com", Password: password})
	require.NoError(t, err)
	_, _, err = model.NewAPIv4Client(server.URL).LoginWithDevice(ctx, "hedy", password, "android_rn-v2:hedys-phone")
	require.NoError(t, err)
	direct, _, err := server.User.CreateDirectChannel(ctx, server.Me.Id, hedy.Id)
	require.NoError(t, err)

	from := server.Log.Len()
	for _, message := range []string{"this is top secret", "the code is 1234"} {
		_, err := post(t, direct, message)
		require.NoError(t, err)
	}
	select {
	case got := <-pushed:
		require.Equal(t, "the code is ****", got.Message)
		require.Equal(t, "hedys-phone", got.DeviceId)
		require.Equal(t, direct.Id, got.ChannelId)
		require.Equal(t, server.Me.Id, got.SenderId)
		require.NotEmpty(t, got.AckId)
	case <-time.After(time.Minute):
		require.FailNow(t, "no notification in a minute")
	}
	_, err = server.Log.Wait(ctx, from, func(e site.Entry) bool {
		return e.Message == "Notification cancelled by plugin." && e.Contains("top secret, and hedy's phone may be on a table")
	})
	require.NoError(t, err)
	require.Empty(t, pushed, "the other message is not sent")
}

func TestAnEmailNotificationIsRewrittenOrStopped(t *testing.T) {
	enableRunning(t, install(t, "testdata/plugins/discreet"))
	ctx := testContext(t)
	joan := newUser(t, "joan")
	direct, _, err := server.User.CreateDirectChannel(ctx, server.Me.Id, joan.Id)
	require.NoError(t, err)
	_, _, err = server.Admin.UpdateUserStatus(ctx, joan.Id, &model.Status{UserId: joan.Id, Status: model.StatusOffline})
	require.NoError(t, err)

	from := server.Log.Len()
	for _, message := range []string{"this is top secret", "the code is 1234"} {
		_, err := post(t, direct, message)
		require.NoError(t, err)
	}
	got, err := server.Mail.Wait(ctx, func(m site.Mail) bool { return m.To == joan.Email && m.Subject == "A message from @ada" })
	require.NoError(t, err)
	require.NotContains(t, got.Body, "1234")
	require.Contains(t, got.Body, "Read")
	_, err = server.Log.Wait(ctx, from, func(e site.Entry) bool {
		return e.Message == "Email notification cancelled by plugin." && e.Contains("top secret, and mail is read by many")
	})
	require.NoError(t, err)
	for _, one := range server.Mail.To(joan.Email) {
		require.NotContains(t, one.Body, "top secret")
	}

	require.Equal(t, "sent", runCommand(t, newChannel(t), "/mail grace@example.com Greetings from the sandbox"))
	got, err = server.Mail.Wait(ctx, func(m site.Mail) bool { return strings.Contains(m.Subject, "Greetings from the sandbox") })
	require.NoError(t, err)
	require.Equal(t, "grace@example.com", got.To)
	require.Contains(t, got.Body, "<b>Python</b>")
}
