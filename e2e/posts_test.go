package e2e

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

func TestPosts(t *testing.T) {
	enableRunning(t, install(t, "testdata/plugins/posts"))
	channel := newChannel(t)
	ctx := testContext(t)
	screen := listen(t, server.User)

	t.Run("props keep their types", func(t *testing.T) {
		created := ask[struct {
			ID    string
			Equal bool
		}](t, channel, "/posts props")
		require.True(t, created.Equal, "what create_post gives back has the props that were given")

		event := waitEvent(t, screen, model.WebsocketEventPosted, posted(created.ID))
		require.Contains(t, event.GetData()["post"], `"large":9007199254740993`, "no double on the way to the server")

		post, _, err := server.User.GetPost(ctx, created.ID, "")
		require.NoError(t, err)
		forecast, err := json.Marshal(post.GetProp("forecast"))
		require.NoError(t, err)
		// Mattermost reads its own database with doubles.
		require.JSONEq(t, `{"nested": {"list": [1, 2.5, "three", null, true, [4, {"five": 5}]], "empty": {}},
			"count": 7, "nothing": null, "large": 9007199254740992}`, string(forecast))
		read := ask[map[string]any](t, channel, "/posts read "+created.ID)
		require.Equal(t, map[string]any(post.GetProps()), read)
	})
	t.Run("a message attachment", func(t *testing.T) {
		post, _, err := server.User.GetPost(ctx, ask[string](t, channel, "/posts attachment"), "")
		require.NoError(t, err)
		require.Len(t, post.Attachments(), 1)
		attachment := post.Attachments()[0]
		require.Equal(t, "Build 42", attachment.Title)
		require.Equal(t, "CI says:", attachment.Pretext)
		require.Equal(t, "#d24b4e", attachment.Color)
		require.Equal(t, "2 of 300 tests **failed**", attachment.Text)
		require.Equal(t, &model.MessageAttachmentField{Title: "Branch", Value: "main", Short: true}, attachment.Fields[0])
		require.Equal(t, "300", attachment.Fields[1].Value)
		require.Len(t, attachment.Actions, 1)
		require.Equal(t, "Run again", attachment.Actions[0].Name)
		require.Nil(t, attachment.Actions[0].Integration, "the server keeps that to itself")
	})
	t.Run("threads and pages", func(t *testing.T) {
		got := ask[struct {
			IDs                                   []string
			Thread, Channel, After, Before, Since []string
		}](t, channel, "/posts thread")
		require.Equal(t, []string{"I do", "Not me", "Who brings cake?"}, got.Thread)
		require.Equal(t, []string{"I do", "Not me", "Who brings cake?"}, got.Channel)
		require.Equal(t, []string{"I do"}, got.After)
		require.Equal(t, []string{"Not me", "Who brings cake?"}, got.Before)
		require.Equal(t, []string{"I do", "Not me", "Who brings cake?"}, got.Since)

		thread, _, err := server.User.GetPostThread(ctx, got.IDs[0], "", false)
		require.NoError(t, err)
		require.Len(t, thread.Posts, 3)
		require.Equal(t, got.IDs[0], thread.Posts[got.IDs[2]].RootId)
		pinned, _, err := server.User.GetPinnedPosts(ctx, channel.Id, "")
		require.NoError(t, err)
		require.Equal(t, []string{got.IDs[2]}, pinned.Order)
	})
	t.Run("a post is edited, found and deleted", func(t *testing.T) {
		created, err := post(t, channel, "quasiperiodic tilings")
		require.NoError(t, err)
		require.NotZero(t, ask[int64](t, channel, "/posts edit "+created.Id))
		edited, _, err := server.User.GetPost(ctx, created.Id, "")
		require.NoError(t, err)
		require.Equal(t, "QUASIPERIODIC TILINGS", edited.Message)

		want := []string{"QUASIPERIODIC TILINGS"}
		require.Equal(t, [][]string{want, want}, ask[[][]string](t, channel, "/posts find quasiperiodic"))

		ask[any](t, channel, "/posts delete "+created.Id)
		require.NotContains(t, messages(t, channel), "QUASIPERIODIC TILINGS")
	})
	t.Run("an ephemeral post is on the screen and nowhere else", func(t *testing.T) {
		id := ask[string](t, channel, "/posts whisper")
		shown := eventPost(t, waitEvent(t, screen, model.WebsocketEventEphemeralMessage, posted(id)))
		require.Equal(t, "psst", shown.Message)
		require.Equal(t, []any{"low", 1.0}, shown.GetProp("tone"))
		changed := eventPost(t, waitEvent(t, screen, model.WebsocketEventPostEdited, posted(id)))
		require.Equal(t, "psst!", changed.Message)
		waitEvent(t, screen, model.WebsocketEventPostDeleted, posted(id))
		require.False(t, slices.ContainsFunc(messages(t, channel), func(m string) bool { return strings.HasPrefix(m, "psst") }))
	})
	t.Run("reactions", func(t *testing.T) {
		created, err := post(t, channel, "We shipped")
		require.NoError(t, err)
		require.Equal(t, []string{"rocket", "tada"}, ask[[]string](t, channel, "/posts react "+created.Id))
		reactions, _, err := server.User.GetReactions(ctx, created.Id)
		require.NoError(t, err)
		var names []string
		for _, reaction := range reactions {
			require.Equal(t, server.Me.Id, reaction.UserId)
			names = append(names, reaction.EmojiName)
		}
		require.ElementsMatch(t, []string{"rocket", "tada"}, names)
		waitEvent(t, screen, model.WebsocketEventReactionAdded, func(e *model.WebSocketEvent) bool {
			return strings.Contains(e.GetData()["reaction"].(string), `"rocket"`)
		})
	})
}

// posted matches the events about a post, which carry it as JSON.
func posted(id string) func(*model.WebSocketEvent) bool {
	return func(event *model.WebSocketEvent) bool {
		text, _ := event.GetData()["post"].(string)
		return strings.Contains(text, `"id":"`+id+`"`)
	}
}

func eventPost(t *testing.T, event *model.WebSocketEvent) *model.Post {
	t.Helper()
	var post model.Post
	require.NoError(t, json.Unmarshal([]byte(event.GetData()["post"].(string)), &post))
	return &post
}
