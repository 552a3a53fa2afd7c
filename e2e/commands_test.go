package e2e

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

func TestCommands(t *testing.T) {
	id := install(t, "testdata/plugins/commands")
	enableRunning(t, id)
	channel := newChannel(t)
	ctx := testContext(t)

	t.Run("a registered command is offered with its description", func(t *testing.T) {
		commands, _, err := server.User.ListCommands(ctx, server.Team.Id, false)
		require.NoError(t, err)
		at := slices.IndexFunc(commands, func(c *model.Command) bool { return c.Trigger == "order" })
		require.GreaterOrEqual(t, at, 0)
		require.Equal(t, "Orders a drink", commands[at].AutoCompleteDesc)
		require.Equal(t, "[drink]", commands[at].AutoCompleteHint)
		require.NotContains(t, triggers(commands), "commands", "no autocompletion was asked for")

		ask[any](t, channel, "/commands forget")
		after, _, err := server.User.ListCommands(ctx, server.Team.Id, false)
		require.NoError(t, err)
		require.Contains(t, triggers(commands), "short-lived")
		require.NotContains(t, triggers(after), "short-lived")
	})
	t.Run("its words are completed", func(t *testing.T) {
		require.Equal(t, []string{"order coffee", "order tea"}, completions(t, channel, "/order "))
		require.Equal(t, []string{"order coffee large"}, completions(t, channel, "/order coffee la"))
		require.Equal(t, []string{"order tea "}, completions(t, channel, "/order tea "))
	})
	t.Run("an answer into the channel has everything", func(t *testing.T) {
		response, _, err := server.User.ExecuteCommand(ctx, channel.Id, "/order coffee large")
		require.NoError(t, err)
		require.Equal(t, "https://example.com/menu", response.GotoLocation)
		require.Equal(t, []string{"One coffee large, please"}, messages(t, channel))
		posts, _, err := server.User.GetPostsForChannel(ctx, channel.Id, 0, 1, "", false, false)
		require.NoError(t, err)
		answer := posts.Posts[posts.Order[0]]
		require.Equal(t, server.Me.Id, answer.UserId)
		require.Equal(t, []any{"coffee large"}, answer.GetProp("order"))
		require.Len(t, answer.Attachments(), 1)
		require.Equal(t, "The bill", answer.Attachments()[0].Title)
	})
	t.Run("a command knows who gave it, where", func(t *testing.T) {
		require.Equal(t, map[string]any{"user": server.Me.Id, "channel": channel.Id, "team": server.Team.Id, "site": server.URL, "trigger": true},
			ask[map[string]any](t, channel, "/commands context"))
		mentioned := ask[struct{ Users, Channels map[string]string }](t, channel, "/commands mentions @ada ~"+channel.Name)
		require.Equal(t, map[string]string{"ada": server.Me.Id}, mentioned.Users)
		require.Equal(t, map[string]string{channel.Name: channel.Id}, mentioned.Channels)
	})
	t.Run("a plugin gives commands itself", func(t *testing.T) {
		ask[string](t, channel, "/commands give header Ask at the counter")
		changed, _, err := server.User.GetChannel(ctx, channel.Id)
		require.NoError(t, err)
		require.Equal(t, "Ask at the counter", changed.Header)
	})
	t.Run("a custom command of the team", func(t *testing.T) {
		shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte("We have " + r.FormValue("text")))
		}))
		defer shop.Close()
		allowConnections(t, "127.0.0.1")

		command := ask[string](t, channel, "/commands add shop "+shop.URL)
		require.Equal(t, "We have cake", runCommand(t, channel, "/shop cake"))

		type lists struct{ Plugin, Custom, Builtin, All []string }
		listed := ask[lists](t, channel, "/commands list")
		require.Contains(t, listed.Plugin, "order")
		require.Equal(t, []string{"shop"}, listed.Custom)
		require.Contains(t, listed.Builtin, "header")
		require.Subset(t, listed.All, []string{"order", "shop", "header"})

		ask[any](t, channel, "/commands change "+command+" store")
		changed, _, err := server.Admin.GetCommandById(ctx, command)
		require.NoError(t, err)
		require.Equal(t, "store", changed.Trigger)
		require.Equal(t, "Changed", changed.Description)
		require.Equal(t, "Custom", changed.DisplayName)
		require.Equal(t, id, changed.PluginId)
		require.Equal(t, "We have tea", runCommand(t, channel, "/store tea"))

		ask[any](t, channel, "/commands remove "+command)
		_, response, err := server.User.ExecuteCommand(ctx, channel.Id, "/store tea")
		require.Error(t, err)
		require.Equal(t, http.StatusNotFound, response.StatusCode)
	})
}

// completions are what the web app offers when somebody has typed that far.
func completions(t *testing.T, channel *model.Channel, typed string) []string {
	t.Helper()
	suggestions, _, err := server.User.ListCommandAutocompleteSuggestions(testContext(t), typed, channel.TeamId)
	require.NoError(t, err)
	var texts []string
	for _, suggestion := range suggestions {
		texts = append(texts, suggestion.Complete)
	}
	return texts
}

// allowConnections lets the server itself ask those addresses, for the length of the test.
func allowConnections(t *testing.T, addresses string) {
	t.Helper()
	restoreConfig(t)
	config := &model.Config{ServiceSettings: model.ServiceSettings{AllowedUntrustedInternalConnections: &addresses}}
	_, _, err := server.Admin.PatchConfig(testContext(t), config)
	require.NoError(t, err)
}
