package e2e

import (
	"reflect"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

func TestConfiguration(t *testing.T) {
	id := install(t, "testdata/plugins/configuration")
	enableRunning(t, id)
	channel := newChannel(t)
	ctx := testContext(t)
	restoreConfig(t)
	set := func(settings map[string]any) error {
		_, _, err := server.Admin.PatchConfig(ctx, &model.Config{PluginSettings: model.PluginSettings{
			Plugins: map[string]map[string]any{id: settings},
		}})
		return err
	}
	shows := func(t *testing.T, want map[string]any) {
		t.Helper()
		var got map[string]any
		eventually(t, func() bool {
			got = ask[map[string]any](t, channel, "/settings show")
			return reflect.DeepEqual(want, got)
		}, "OnConfigurationChange")
	}

	t.Run("the configuration comes before the activation", func(t *testing.T) {
		require.Equal(t, []string{"OnConfigurationChange", "OnActivate"}, ask[[]string](t, channel, "/settings history"))
	})
	t.Run("what is not set has the default of the schema", func(t *testing.T) {
		shows(t, map[string]any{"greeting": "Hello", "times": 1.0, "shout": false, "token": ""})
	})
	t.Run("what an administrator sets reaches the plugin", func(t *testing.T) {
		require.NoError(t, set(map[string]any{"greeting": "Moin", "times": 3, "shout": true, "token": "swordfish"}))
		shows(t, map[string]any{"greeting": "Moin", "times": 3.0, "shout": true, "token": "swordfish"})
	})
	t.Run("the plugin refuses a configuration, with the reason", func(t *testing.T) {
		require.ErrorContains(t, set(map[string]any{"times": 11}), "nobody wants to be greeted that often")
		shows(t, map[string]any{"greeting": "Moin", "times": 3.0, "shout": true, "token": "swordfish"})
	})
	t.Run("the plugin changes a configuration", func(t *testing.T) {
		require.NoError(t, set(map[string]any{"greeting": "  Servus "}))
		config, _, err := server.Admin.GetConfig(ctx)
		require.NoError(t, err)
		require.Equal(t, "Servus", config.PluginSettings.Plugins[id]["greeting"])
	})
	t.Run("the plugin sets its settings itself", func(t *testing.T) {
		ask[any](t, channel, `/settings set greeting "Salut"`)
		ask[any](t, channel, `/settings set tried [1,{"two":null}]`)
		config, _, err := server.Admin.GetConfig(ctx)
		require.NoError(t, err)
		require.Equal(t, "Salut", config.PluginSettings.Plugins[id]["greeting"])
		require.Equal(t, []any{1.0, map[string]any{"two": nil}}, config.PluginSettings.Plugins[id]["tried"])
		given := ask[map[string]any](t, channel, "/settings given")
		require.Equal(t, "Salut", given["greeting"])
		require.Equal(t, []any{1.0, map[string]any{"two": nil}}, given["tried"])
	})
	t.Run("the server's own configuration", func(t *testing.T) {
		ask[any](t, channel, "/settings enlarge_teams 123")
		config, _, err := server.Admin.GetConfig(ctx)
		require.NoError(t, err)
		require.Equal(t, 123, *config.TeamSettings.MaxUsersPerTeam)
		require.Equal(t, map[string]any{"teams": 123.0, "masked": true}, ask[map[string]any](t, channel, "/settings server"))
	})
}
