package e2e

import (
	"net/http"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

func TestBots(t *testing.T) {
	id := install(t, "testdata/plugins/bots")
	enableRunning(t, id)
	channel := newChannel(t)
	ctx := testContext(t)
	butler := ask[string](t, channel, "/bots butler")

	t.Run("the plugin's own bot", func(t *testing.T) {
		bot, _, err := server.Admin.GetBot(ctx, butler, "")
		require.NoError(t, err)
		require.Equal(t, "butler", bot.Username)
		require.Equal(t, "Butler", bot.DisplayName)
		require.Equal(t, "Serves tea", bot.Description)
		require.Equal(t, id, bot.OwnerId)

		disable(t, id)
		enableRunning(t, id)
		require.Equal(t, butler, ask[string](t, channel, "/bots butler"), "the same one after the next start")
	})
	t.Run("it speaks", func(t *testing.T) {
		ask[any](t, channel, "/bots tea")
		require.Equal(t, []string{"Tea is served"}, messages(t, channel))
		direct, _, err := server.User.CreateDirectChannel(ctx, butler, server.Me.Id) // the one that is there
		require.NoError(t, err)
		posts, _, err := server.User.GetPostsForChannel(ctx, direct.Id, 0, 10, "", false, false)
		require.NoError(t, err)
		require.Len(t, posts.Order, 1)
		said := posts.Posts[posts.Order[0]]
		require.Equal(t, butler, said.UserId)
		require.Equal(t, "Tea is served", said.Message)
		require.Equal(t, "true", said.GetProp(model.PostPropsFromBot), "the server marks what bots say")
	})
	t.Run("other bots are hired, changed, sent home and dismissed", func(t *testing.T) {
		cook := ask[string](t, channel, "/bots hire cook")
		require.Empty(t, ask[string](t, channel, "/bots rename "+cook))
		bot, _, err := server.Admin.GetBot(ctx, cook, "")
		require.NoError(t, err)
		require.Equal(t, "cook", bot.Username)
		require.Equal(t, "Chef", bot.DisplayName)
		require.Equal(t, server.Me.Id, bot.OwnerId)
		require.Equal(t, []string{"cook"}, ask[[]string](t, channel, "/bots list"))

		require.NotZero(t, ask[int64](t, channel, "/bots activate "+cook+" no"))
		_, response, err := server.Admin.GetBot(ctx, cook, "")
		require.Error(t, err)
		require.Equal(t, http.StatusNotFound, response.StatusCode)
		require.Zero(t, ask[int64](t, channel, "/bots activate "+cook+" yes"))

		require.Equal(t, http.StatusNotFound, ask[int](t, channel, "/bots dismiss "+cook))
		_, response, err = server.Admin.GetUser(ctx, cook, "")
		require.Error(t, err)
		require.Equal(t, http.StatusNotFound, response.StatusCode)
	})
	t.Run("a token lets a program be the bot until it is revoked", func(t *testing.T) {
		token := ask[struct{ ID, Token string }](t, channel, "/bots token "+butler)
		client := model.NewAPIv4Client(server.URL)
		client.SetToken(token.Token)
		me, _, err := client.GetMe(ctx, "")
		require.NoError(t, err)
		require.Equal(t, butler, me.Id)
		ask[any](t, channel, "/bots revoke "+token.ID)
		_, response, err := client.GetMe(ctx, "")
		require.Error(t, err)
		require.Equal(t, http.StatusUnauthorized, response.StatusCode)
	})
}
