package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

const curious = "org.mmpy.curious"

// answer is what the plugin curious says of what it was asked to do.
type answer struct {
	Came        any
	Error, Text string
}

// installUnder is install with an administrator's policy in the bundle.
func installUnder(t *testing.T, dir, policy string) string {
	t.Helper()
	showLog(t)
	bundle := filepath.Join(t.TempDir(), "bundle.tar.gz")
	output, err := exec.Command(mmpy, "pack", dir, "--policy", policyFile(t, policy), "-o", bundle).CombinedOutput()
	require.NoError(t, err, "%s", output)
	id := readManifest(t, dir).Id
	upload(t, id, bundle)
	return id
}

// policyFile writes a policy to a file, and returns its path.
func policyFile(t *testing.T, policy string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "policy.yaml")
	require.NoError(t, os.WriteFile(path, []byte(policy), 0o644))
	return path
}

// restartWith has the server run with some environment variables until the end of the test.
func restartWith(t *testing.T, environment ...string) {
	t.Helper()
	t.Cleanup(func() { require.NoError(t, server.Restart(context.Background())) }) // the test's own has ended
	require.NoError(t, server.Restart(testContext(t), environment...))
}

const (
	noSessions = "plugins: {" + curious + ": {deny: {api: [sessions]}}}"
	noKV       = "default: {deny: {api: [kv]}}"
)

func TestAPolicyNarrowsAPlugin(t *testing.T) {
	can := func(t *testing.T, channel *model.Channel) any {
		t.Helper()
		return ask[answer](t, channel, "/curious can GetSession KVSet GetUnsanitizedConfig").Came
	}
	t.Run("with none it may do what its manifest asks for", func(t *testing.T) {
		enableRunning(t, install(t, "testdata/plugins/curious"))
		channel := newChannel(t)
		require.Equal(t, []any{"GetSession", "KVSet"}, can(t, channel))
		require.Equal(t, answer{Came: server.Me.Id}, ask[answer](t, channel, "/curious session"))
		require.Equal(t, answer{Came: "0"}, ask[answer](t, channel, "/curious write 1"))
	})
	channel, id := newChannel(t), installUnder(t, "testdata/plugins/curious", noSessions)
	t.Run("one in the bundle holds, and the plugin does not see it", func(t *testing.T) {
		enableRunning(t, id)
		require.Equal(t, []any{"KVSet"}, can(t, channel))
		require.Equal(t, answer{
			Error: "PermissionDeniedError",
			Text:  "GetSession is not granted: the policy mmpy/policy.yaml denies it to this plugin [mmpy.denied] (HTTP 403)",
		}, ask[answer](t, channel, "/curious session"))
		require.Equal(t, answer{Came: "0"}, ask[answer](t, channel, "/curious write 1"))
		require.Equal(t, answer{Came: []any{"/plugin/plugin.json", "/plugin/plugin.py"}}, ask[answer](t, channel, "/curious files"))
	})
	t.Run("one on the server takes its place", func(t *testing.T) {
		file := policyFile(t, noKV)
		restartWith(t, "MMPY_POLICY="+file)
		waitState(t, id, model.PluginStateRunning)
		require.Equal(t, []any{"GetSession"}, can(t, channel))
		require.Equal(t, answer{Came: server.Me.Id}, ask[answer](t, channel, "/curious session"))
		require.Equal(t, answer{
			Error: "PermissionDeniedError",
			Text:  "KVSet is not granted: the policy " + file + " denies it to all plugins [mmpy.denied] (HTTP 403)",
		}, ask[answer](t, channel, "/curious write 1"))

		disable(t, id)
		require.NoError(t, os.WriteFile(file, []byte("default:\n  deny: {api: [kvs]}\n"), 0o644))
		from := server.Log.Len()
		require.Equal(t, model.PluginStateFailedToStart, enable(t, id).State)
		waitLog(t, from, id, file+`:2: default.deny.api[0]: "kvs" is no method or group of methods: do you mean "kv"?`)

		disable(t, id)
		require.NoError(t, os.WriteFile(file, []byte("{}"), 0o644))
		enableRunning(t, id)
		require.Equal(t, []any{"GetSession", "KVSet"}, can(t, channel), "a changed policy holds when the plugin starts")
	})
}
