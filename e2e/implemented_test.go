package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

// A plugin without message hooks is frozen while somebody posts. Had it told the server that it implements them, the
// server would wait for its answer.
func TestTheServerCallsOnlyTheHooksThatAPluginDefines(t *testing.T) {
	enableRunning(t, install(t, "testdata/plugins/command_only"))
	channel := newChannel(t)
	plugin := pluginProcess(t)

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

// pluginProcess is the process id of the one plugin that runs: the server's only child.
func pluginProcess(t *testing.T) int {
	t.Helper()
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", server.PID()))
	require.NoError(t, err)
	var children []string
	for _, list := range lists {
		text, err := os.ReadFile(list)
		if err == nil { // a thread may have ended meanwhile
			children = append(children, strings.Fields(string(text))...)
		}
	}
	require.Len(t, children, 1, "the server's child processes")
	pid, err := strconv.Atoi(children[0])
	require.NoError(t, err)
	return pid
}
