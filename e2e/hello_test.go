package e2e

import (
	"net/http"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/e2e/site"
)

func TestTheHelloPluginAtWork(t *testing.T) {
	id := install(t, "../examples/hello_python")
	from := server.Log.Len()
	enableRunning(t, id)
	channel := newChannel(t)

	t.Run("what it logs is in the server's log", func(t *testing.T) {
		_, err := server.Log.Wait(testContext(t), from, func(e site.Entry) bool {
			return e.Level == "info" && e.Contains(id) && e.Contains("hello from Python, on Mattermost 11.4.0")
		})
		require.NoError(t, err)
	})
	t.Run("a post is rewritten", func(t *testing.T) {
		created, err := post(t, channel, "teh cat adn the dog")
		require.NoError(t, err)
		require.Equal(t, "the cat and the dog", created.Message)
		stored, _, err := server.User.GetPost(testContext(t), created.Id, "")
		require.NoError(t, err)
		require.Equal(t, "the cat and the dog", stored.Message)
	})
	t.Run("a post is rejected, with the reason", func(t *testing.T) {
		before := messages(t, channel)
		_, err := post(t, channel, "what a badword")
		require.ErrorContains(t, err, "please say it without 'badword'")
		require.Equal(t, before, messages(t, channel))
	})
	t.Run("its command is offered while one types", func(t *testing.T) {
		commands, _, err := server.User.ListCommands(testContext(t), server.Team.Id, false)
		require.NoError(t, err)
		require.Contains(t, triggers(commands), "hello")
	})
	t.Run("the command answers, and counts on over a restart", func(t *testing.T) {
		require.Equal(t, "Hello, Ada! :wave: That was greeting number 1.", runCommand(t, channel, "/hello"))
		require.Equal(t, "Hello, Grace! :wave: That was greeting number 2.", runCommand(t, channel, "/hello Grace"))

		disable(t, id)
		_, response, err := server.User.ExecuteCommand(testContext(t), channel.Id, "/hello")
		require.Error(t, err, "the command is gone with the plugin")
		require.Equal(t, http.StatusNotFound, response.StatusCode)
		created, err := post(t, channel, "teh badword")
		require.NoError(t, err)
		require.Equal(t, "teh badword", created.Message)

		enableRunning(t, id)
		require.Equal(t, "Hello, Ada! :wave: That was greeting number 3.", runCommand(t, channel, "/hello"))
	})
}

// runCommand gives a slash command as the ordinary member, and returns the text of the answer.
func runCommand(t *testing.T, channel *model.Channel, command string) string {
	t.Helper()
	response, _, err := server.User.ExecuteCommand(testContext(t), channel.Id, command)
	require.NoError(t, err)
	return response.Text
}

func triggers(commands []*model.Command) []string {
	var names []string
	for _, command := range commands {
		names = append(names, command.Trigger)
	}
	return names
}
