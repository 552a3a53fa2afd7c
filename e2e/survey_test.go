package e2e

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

func TestButtonsAndDialogs(t *testing.T) {
	id := install(t, "testdata/plugins/survey")
	enableRunning(t, id)
	channel := newChannel(t)
	ctx := testContext(t)
	screen := listen(t, server.User)

	t.Run("a click on a button reaches the plugin, and its answer the post", func(t *testing.T) {
		question := ask[string](t, channel, "/survey")
		post, _, err := server.User.GetPost(ctx, question, "")
		require.NoError(t, err)
		actions := post.Attachments()[0].Actions
		require.Len(t, actions, 2)
		require.Equal(t, "No", actions[1].Name)

		_, err = server.User.DoPostAction(ctx, question, actions[1].Id)
		require.NoError(t, err)
		post, _, err = server.User.GetPost(ctx, question, "")
		require.NoError(t, err)
		require.Equal(t, "ada says No, which counts 0.5", post.Message)
		require.Empty(t, post.Attachments())
		waitEvent(t, screen, model.WebsocketEventEphemeralMessage, func(e *model.WebSocketEvent) bool {
			return strings.Contains(e.GetData()["post"].(string), "Thank you")
		})
	})
	t.Run("a dialog opens", func(t *testing.T) {
		ask[any](t, channel, "/survey dialog")
		var opened model.OpenDialogRequest
		event := waitEvent(t, screen, model.WebsocketEventOpenDialog, nil)
		require.NoError(t, json.Unmarshal([]byte(event.GetData()["dialog"].(string)), &opened))
		require.Equal(t, "/plugins/"+id+"/order", opened.URL)
		require.Equal(t, "Order", opened.Dialog.Title)
		require.Equal(t, channel.Id, opened.Dialog.State)
		require.Len(t, opened.Dialog.Elements, 3)
		require.Equal(t, "text", opened.Dialog.Elements[0].Type)
		require.True(t, opened.Dialog.Elements[0].Optional)
		require.Equal(t, []*model.PostActionOptions{{Text: "Small", Value: "s"}, {Text: "Large", Value: "l"}}, opened.Dialog.Elements[1].Options)
		require.Equal(t, "s", opened.Dialog.Elements[1].Default)
	})
	t.Run("what is entered reaches the plugin, and its objection the dialog", func(t *testing.T) {
		submit := func(what string) *model.SubmitDialogResponse {
			answer, _, err := server.User.SubmitInteractiveDialog(ctx, model.SubmitDialogRequest{
				URL: "/plugins/" + id + "/order", CallbackId: "order", State: channel.Id, ChannelId: channel.Id, TeamId: channel.TeamId,
				Submission: map[string]any{"what": what, "size": "l", "candles": true},
			})
			require.NoError(t, err)
			return answer
		}
		require.Equal(t, map[string]string{"what": "nobody bakes that"}, submit("moon").Errors)
		require.Empty(t, submit("cake").Errors)
		require.Equal(t, "One l cake with candles", messages(t, channel)[len(messages(t, channel))-1])
	})
}
