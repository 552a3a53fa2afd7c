package e2e

import (
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

// A plugin without message hooks is frozen while somebody posts. Had it told the server that it implements them, the
// server would wait for its answer.
func TestTheServerCallsOnlyTheHooksThatAPluginDefines(t *testing.T) {
	id := install(t, "testdata/plugins/command_only")
	enableRunning(t, id)
	channel := newChannel(t)
	plugin := pluginProcess(t, id)

	require.NoError(t, syscall.Kill(plugin, syscall.SIGSTOP))
	ctx, cancel := context.WithTimeout(testContext(t), 10*time.Second)
	defer cancel()
	created, _, err := server.User.CreatePost(ctx, &model.Post{ChannelId: channel.Id, Message: "nobody listens"})
	require.NoError(t, syscall.Kill(plugin, syscall.SIGCONT))

	require.NoError(t, err, "the server waits for a hook that the plugin does not define")
	require.Equal(t, "nobody listens", created.Message)
	response, _, err := server.User.ExecuteCommand(testContext(t), channel.Id, "/alive after all")
	require.NoError(t, err)
	require.Equal(t, "alive: /alive after all", response.Text)
}
