package e2e

import (
	"bytes"
	"image/color"
	"image/png"
	"net/http"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

func TestUsers(t *testing.T) {
	enableRunning(t, install(t, "testdata/plugins/users"))
	channel := newChannel(t)
	ctx := testContext(t)
	password := model.NewId()
	grace := ask[string](t, channel, "/users create grace "+password)

	t.Run("a created user can log in", func(t *testing.T) {
		me, _, err := login(t, "grace", password).GetMe(ctx, "")
		require.NoError(t, err)
		require.Equal(t, grace, me.Id)
		require.Equal(t, "grace@example.com", me.Email)
		require.Equal(t, "Amazing", me.Nickname)
		require.Equal(t, "Rear Admiral", me.Position)
		require.Equal(t, "de", me.Locale)
		require.Equal(t, model.StringMap{"ship": "USS Hopper"}, me.Props)
	})
	t.Run("a user is found in every way", func(t *testing.T) {
		require.Equal(t, []string{grace, grace, grace, grace, grace, grace, grace}, ask[[]string](t, channel, "/users find grace"))
	})
	t.Run("a changed user keeps what was not changed", func(t *testing.T) {
		ask[any](t, channel, "/users change "+grace)
		user, _, err := server.Admin.GetUser(ctx, grace, "")
		require.NoError(t, err)
		require.Equal(t, "Grace Hopper", user.GetFullName())
		require.Equal(t, "Europe/Berlin", user.GetPreferredTimezone())
		require.Equal(t, "Amazing", user.Nickname)
		require.Equal(t, "de", user.Locale)
		login(t, "grace", password) // the password, above all
	})
	t.Run("status and custom status", func(t *testing.T) {
		require.Equal(t, "away", ask[string](t, channel, "/users away "+grace))
		status, _, err := server.User.GetUserStatus(ctx, grace, "")
		require.NoError(t, err)
		require.Equal(t, "away", status.Status)
		user, _, err := server.User.GetUser(ctx, grace, "")
		require.NoError(t, err)
		require.NotNil(t, user.GetCustomStatus())
		require.Equal(t, "pizza", user.GetCustomStatus().Emoji)
		require.Equal(t, "Lunch", user.GetCustomStatus().Text)
		require.InDelta(t, time.Hour, time.Until(user.GetCustomStatus().ExpiresAt), float64(5*time.Minute))

		ask[any](t, channel, "/users back "+grace)
		user, _, err = server.User.GetUser(ctx, grace, "")
		require.NoError(t, err)
		require.True(t, user.GetCustomStatus() == nil || user.GetCustomStatus().Emoji == "")
	})
	t.Run("the profile picture", func(t *testing.T) {
		size := ask[int](t, channel, "/users paint "+grace+" 200 30 30")
		data, _, err := server.User.GetProfileImage(ctx, grace, "")
		require.NoError(t, err)
		require.Len(t, data, size)
		picture, err := png.Decode(bytes.NewReader(data))
		require.NoError(t, err)
		require.Equal(t, color.RGBA{R: 200, G: 30, B: 30, A: 255}, color.RGBAModel.Convert(picture.At(64, 64)))
	})
	t.Run("a session that the plugin makes is the user's until it is revoked", func(t *testing.T) {
		session := ask[struct{ ID, Token, Read string }](t, channel, "/users impersonate "+grace)
		require.Equal(t, grace, session.Read)
		client := model.NewAPIv4Client(server.URL)
		client.SetToken(session.Token)
		me, _, err := client.GetMe(ctx, "")
		require.NoError(t, err)
		require.Equal(t, grace, me.Id)

		ask[any](t, channel, "/users revoke "+session.ID)
		_, response, err := client.GetMe(ctx, "")
		require.Error(t, err)
		require.Equal(t, http.StatusUnauthorized, response.StatusCode)
	})
	t.Run("roles bring permissions", func(t *testing.T) {
		require.Equal(t, []bool{false, true}, ask[[]bool](t, channel, "/users promote "+grace))
		_, _, err := login(t, "grace", password).GetConfig(ctx)
		require.NoError(t, err)
	})
	t.Run("a deactivated user cannot log in", func(t *testing.T) {
		ask[any](t, channel, "/users deactivate "+grace)
		_, response, err := model.NewAPIv4Client(server.URL).Login(ctx, "grace", password)
		require.Error(t, err)
		require.Equal(t, http.StatusUnauthorized, response.StatusCode)
		user, _, err := server.Admin.GetUser(ctx, grace, "")
		require.NoError(t, err)
		require.NotZero(t, user.DeleteAt)
	})
	t.Run("who is not there is not found", func(t *testing.T) {
		require.Equal(t, map[string]any{"id": "app.user.missing_account.const", "status": 404.0, "where": "GetUser"},
			ask[map[string]any](t, channel, "/users missing"))
	})
}
