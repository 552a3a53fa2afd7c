package e2e

import (
	"slices"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

func TestPreferences(t *testing.T) {
	enableRunning(t, install(t, "testdata/plugins/preferences"))
	channel := newChannel(t)
	ctx := testContext(t)

	t.Run("what the plugin sets is the user's", func(t *testing.T) {
		ask[any](t, channel, "/preferences set colour blue size large")
		preferences, _, err := server.User.GetPreferencesByCategory(ctx, server.Me.Id, "plugin")
		require.NoError(t, err)
		require.ElementsMatch(t, model.Preferences{
			{UserId: server.Me.Id, Category: "plugin", Name: "colour", Value: "blue"},
			{UserId: server.Me.Id, Category: "plugin", Name: "size", Value: "large"},
		}, preferences)
	})
	t.Run("what the user sets the plugin sees, and hears of", func(t *testing.T) {
		_, err := server.User.UpdatePreferences(ctx, server.Me.Id, model.Preferences{
			{UserId: server.Me.Id, Category: "display_settings", Name: "use_military_time", Value: "true"},
		})
		require.NoError(t, err)
		require.Equal(t, "true", ask[string](t, channel, "/preferences get display_settings use_military_time"))
		all := ask[map[string]string](t, channel, "/preferences all")
		require.Equal(t, "true", all["display_settings/use_military_time"])
		require.Equal(t, "blue", all["plugin/colour"])

		change := []string{server.Me.Id, "display_settings", "use_military_time", "true"}
		eventually(t, func() bool {
			changes := ask[[][]string](t, channel, "/preferences changes")
			return slices.ContainsFunc(changes, func(c []string) bool { return slices.Equal(c, change) })
		}, "PreferencesHaveChanged")
	})
	t.Run("what the plugin forgets is gone", func(t *testing.T) {
		ask[any](t, channel, "/preferences forget size")
		preferences, _, err := server.User.GetPreferencesByCategory(ctx, server.Me.Id, "plugin")
		require.NoError(t, err)
		require.Len(t, preferences, 1)
		require.Equal(t, "app.preference.get.app_error", ask[string](t, channel, "/preferences get plugin size"))
	})
}
