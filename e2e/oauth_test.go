package e2e

import (
	"slices"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

func TestOAuthApps(t *testing.T) {
	enableRunning(t, install(t, "testdata/plugins/oauth"))
	channel := newChannel(t)
	ctx := testContext(t)
	grantOAuth(t)
	registered := ask[struct{ ID, Secret, Callback string }](t, channel, "/oauth register")

	t.Run("a registered application is there for an administrator", func(t *testing.T) {
		app, _, err := server.Admin.GetOAuthApp(ctx, registered.ID)
		require.NoError(t, err)
		require.Equal(t, "Calendar", app.Name)
		require.Equal(t, "Shows who is away", app.Description)
		require.Equal(t, "https://calendar.example.com", app.Homepage)
		require.Equal(t, model.StringArray{"https://calendar.example.com/callback"}, app.CallbackUrls)
		require.Equal(t, server.Me.Id, app.CreatorId)
		require.True(t, app.IsTrusted)
		require.Equal(t, app.ClientSecret, registered.Secret)
		require.Len(t, registered.Secret, 26)
	})
	t.Run("it lets a user in", func(t *testing.T) {
		redirect, _, err := server.User.AuthorizeOAuthApp(ctx, &model.AuthorizeRequest{
			ResponseType: model.AuthCodeResponseType, ClientId: registered.ID, RedirectURI: registered.Callback, State: "42",
		})
		require.NoError(t, err)
		require.Regexp(t, `^https://calendar\.example\.com/callback\?code=\w{26,}.*&state=42$`, redirect)
	})
	t.Run("with two callback addresses", func(t *testing.T) {
		app, _, err := server.Admin.GetOAuthApp(ctx, ask[string](t, channel, "/oauth register_more"))
		require.NoError(t, err)
		require.Equal(t, model.StringArray{"https://one.example.com/callback", "https://two.example.com/callback"}, app.CallbackUrls)
	})
	t.Run("a renamed one keeps its secret", func(t *testing.T) {
		require.Equal(t, "Planner", ask[string](t, channel, "/oauth rename "+registered.ID))
		app, _, err := server.Admin.GetOAuthApp(ctx, registered.ID)
		require.NoError(t, err)
		require.Equal(t, "Planner", app.Name)
		require.Equal(t, registered.Secret, app.ClientSecret)
		require.Equal(t, "Shows who is away", app.Description)
	})
	t.Run("a removed one is gone", func(t *testing.T) {
		require.Equal(t, "app.oauth.get_app.find.app_error", ask[string](t, channel, "/oauth remove "+registered.ID))
		_, _, err := server.Admin.GetOAuthApp(ctx, registered.ID)
		require.Error(t, err)
	})
}

// grantOAuth lets administrators see OAuth apps, which a new server does not.
func grantOAuth(t *testing.T) {
	t.Helper()
	ctx := testContext(t)
	role, _, err := server.Admin.GetRoleByName(ctx, model.SystemAdminRoleId)
	require.NoError(t, err)
	permissions := append(slices.Clone(role.Permissions), "manage_oauth")
	_, _, err = server.Admin.PatchRole(ctx, role.Id, &model.RolePatch{Permissions: &permissions})
	require.NoError(t, err)
}
