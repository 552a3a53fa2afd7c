package e2e

import (
	"slices"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/e2e/site"
)

func TestTheWebSocket(t *testing.T) {
	id := install(t, "testdata/plugins/websocket")
	enableRunning(t, id)
	channel := newChannel(t)
	event := func(name string) model.WebsocketEventType {
		return model.WebsocketEventType("custom_" + id + "_" + name)
	}
	admin, _, err := server.Admin.GetMe(testContext(t), "")
	require.NoError(t, err)
	mine, admins := listen(t, server.User), listen(t, server.Admin)

	t.Run("the plugin hears of connections", func(t *testing.T) {
		both := []string{server.Me.Id, admin.Id}
		slices.Sort(both)
		eventually(t, func() bool { return slices.Equal(both, ask[[]string](t, channel, "/ws connections")) }, "OnWebSocketConnect")
		third := listen(t, server.User)
		eventually(t, func() bool { return len(ask[[]string](t, channel, "/ws connections")) == 3 }, "OnWebSocketConnect")
		third.Close()
		eventually(t, func() bool { return slices.Equal(both, ask[[]string](t, channel, "/ws connections")) }, "OnWebSocketDisconnect")
	})
	t.Run("an event reaches a channel, whole", func(t *testing.T) {
		ask[*string](t, channel, "/ws channel")
		for _, screen := range []*site.Events{mine, admins} {
			got := waitEvent(t, screen, event("time"), nil)
			require.Equal(t, channel.Id, got.GetBroadcast().ChannelId)
			require.Equal(t, map[string]any{
				"text": "It is late", "nested": map[string]any{"list": []any{1.0, nil, "x"}}, "flag": true,
			}, got.GetData())
		}
	})
	t.Run("an event reaches one user", func(t *testing.T) {
		ask[*string](t, channel, "/ws user "+admin.Id+" secret")
		ask[*string](t, channel, "/ws user "+server.Me.Id+" public")
		require.Equal(t, "secret", waitEvent(t, admins, event("whisper"), nil).GetData()["text"])
		require.Equal(t, "public", waitEvent(t, mine, event("whisper"), nil).GetData()["text"], "the first that comes to me")
	})
	t.Run("an event leaves somebody out", func(t *testing.T) {
		ask[*string](t, channel, "/ws team_without "+server.Me.Id+" surprise")
		ask[*string](t, channel, "/ws user "+server.Me.Id+" hush")
		require.Equal(t, "surprise", waitEvent(t, admins, event("whisper"), nil).GetData()["text"])
		require.Equal(t, "hush", waitEvent(t, mine, event("whisper"), nil).GetData()["text"], "the first that comes to me")
	})
	t.Run("somebody is typing", func(t *testing.T) {
		ask[*string](t, channel, "/ws typing "+admin.Id)
		got := waitEvent(t, mine, model.WebsocketEventTyping, nil)
		require.Equal(t, admin.Id, got.GetData()["user_id"])
	})
	t.Run("the web app asks and is answered", func(t *testing.T) {
		mine.Send("custom_"+id+"_ping", map[string]any{"n": 1, "list": []string{"a"}, "none": nil})
		got := waitEvent(t, mine, event("pong"), nil)
		require.Equal(t, server.Me.Id, got.GetData()["from"])
		data, _ := got.GetData()["data"].(map[string]any)
		require.Equal(t, 1.0, data["n"])
		require.Equal(t, []any{"a"}, data["list"])
		require.Contains(t, data, "none")
		require.Nil(t, data["none"])
		require.Equal(t, "127.0.0.1", data["remote_addr"], "which the server adds")
	})
}
