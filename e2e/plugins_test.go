package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

func TestAPluginSeesToOthers(t *testing.T) {
	id := install(t, "testdata/plugins/storekeeper")
	enableRunning(t, id)
	channel := newChannel(t)
	ctx := testContext(t)
	const other = "org.mmpy.command-only"
	_, path := pack(t, "testdata/plugins/command_only")

	t.Run("who and where it is", func(t *testing.T) {
		me := ask[[]string](t, channel, "/store me")
		require.Equal(t, id, me[0])
		require.Equal(t, id, filepath.Base(me[1]))
		require.Equal(t, "11.4.0", me[2])
	})
	t.Run("what server it is on", func(t *testing.T) {
		config, _, err := server.User.GetClientConfig(ctx, "")
		require.NoError(t, err)
		installed, err := strconv.ParseFloat(config["InstallationDate"], 64)
		require.NoError(t, err)
		require.Equal(t, map[string]any{"license": nil, "enterprise": false, "since": installed,
			"telemetry": config["TelemetryId"], "diagnostic": config["DiagnosticId"]}, ask[map[string]any](t, channel, "/store server"))
	})
	t.Run("a bundle goes through it into the server", func(t *testing.T) {
		for _, who := range []struct {
			client *model.Client4
			status int
		}{{server.User, http.StatusForbidden}, {server.Admin, http.StatusCreated}} {
			bundle, err := os.Open(path)
			require.NoError(t, err)
			defer func() { _ = bundle.Close() }()
			response := do(t, pluginRequest(t, who.client, http.MethodPost, id, "/", bundle))
			require.Equal(t, who.status, response.StatusCode)
			if who.status == http.StatusCreated {
				require.Equal(t, map[string]string{"id": other, "version": "0.1.0"}, decode[map[string]string](t, response.Body))
			}
		}
		require.Equal(t, "Command only", ask[map[string]string](t, channel, "/store list")[other])
	})
	t.Run("it enables, disables and removes it", func(t *testing.T) {
		ask[any](t, channel, "/store enable "+other)
		waitState(t, other, model.PluginStateRunning)
		require.Equal(t, model.PluginStateRunning, ask[int](t, channel, "/store state "+other))
		require.Equal(t, "alive: /alive", runCommand(t, channel, "/alive"))

		ask[any](t, channel, "/store disable "+other)
		waitState(t, other, model.PluginStateNotRunning)
		ask[any](t, channel, "/store remove "+other)
		installed, _, err := server.Admin.GetPlugins(ctx)
		require.NoError(t, err)
		for _, plugin := range installed.Inactive {
			require.NotEqual(t, other, plugin.Id)
		}
		require.Equal(t, "app.plugin.not_installed.app_error", ask[string](t, channel, "/store state "+other))
	})
}
