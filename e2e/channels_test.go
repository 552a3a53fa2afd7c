package e2e

import (
	"slices"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

func TestChannels(t *testing.T) {
	enableRunning(t, install(t, "testdata/plugins/channels"))
	here := newChannel(t)
	ctx := testContext(t)
	barbara := newMember(t, "barbara")
	id := ask[string](t, here, "/channels create sandbox O")

	t.Run("a created channel is there", func(t *testing.T) {
		channel, _, err := server.User.GetChannel(ctx, id)
		require.NoError(t, err)
		require.Equal(t, "sandbox", channel.Name)
		require.Equal(t, "Sandbox talk", channel.DisplayName)
		require.Equal(t, model.ChannelTypeOpen, channel.Type)
		require.Equal(t, "Read the [manual](https://example.com)", channel.Header)
		require.Equal(t, "Where plugins play", channel.Purpose)
		require.Equal(t, server.Me.Id, channel.CreatorId)
	})
	t.Run("a private channel is private", func(t *testing.T) {
		secret := ask[string](t, here, "/channels create secret P")
		channel, _, err := server.Admin.GetChannel(ctx, secret)
		require.NoError(t, err)
		require.Equal(t, model.ChannelTypePrivate, channel.Type)
		_, _, err = server.User.GetChannel(ctx, secret)
		require.Error(t, err)
	})
	t.Run("a channel is found in every way", func(t *testing.T) {
		require.Equal(t, []string{id, id, id, id, id}, ask[[]string](t, here, "/channels find sandbox"))
	})
	t.Run("a changed channel keeps what was not changed", func(t *testing.T) {
		ask[any](t, here, "/channels rename "+id)
		channel, _, err := server.User.GetChannel(ctx, id)
		require.NoError(t, err)
		require.Equal(t, "Playground", channel.DisplayName)
		require.Empty(t, channel.Header)
		require.Equal(t, "Where plugins play", channel.Purpose)
		require.Equal(t, model.ChannelTypeOpen, channel.Type)
	})
	t.Run("people become members", func(t *testing.T) {
		require.Equal(t, server.Me.Id, ask[string](t, here, "/channels invite "+id+" "+server.Me.Id))
		require.Equal(t, barbara.Id, ask[string](t, here, "/channels invite_as_me "+id+" "+barbara.Id))
		want := []string{server.Me.Id, barbara.Id}
		slices.Sort(want)

		members, _, err := server.User.GetChannelMembers(ctx, id, 0, 10, "")
		require.NoError(t, err)
		var ids []string
		for _, member := range members {
			ids = append(ids, member.UserId)
		}
		require.ElementsMatch(t, want, ids)
		type listed struct {
			IDs   []string
			ByIDs []string `json:"by_ids"`
			Count int
			Names []string
		}
		require.Equal(t, listed{want, want, 2, []string{"ada", "barbara"}}, ask[listed](t, here, "/channels members "+id))
	})
	t.Run("the invitation stands in the channel", func(t *testing.T) {
		require.Eventually(t, func() bool { // the server writes it after it has answered
			posts, _, err := server.User.GetPostsForChannel(ctx, id, 0, 10, "", false, false)
			return err == nil && slices.ContainsFunc(posts.ToSlice(), func(p *model.Post) bool {
				return p.Type == model.PostTypeAddToChannel && p.UserId == server.Me.Id && p.Message == "barbara added to the channel by ada."
			})
		}, 20*time.Second, 50*time.Millisecond)
	})
	t.Run("a member's role and notifications", func(t *testing.T) {
		require.True(t, ask[bool](t, here, "/channels lead "+id+" "+barbara.Id))
		props := ask[map[string]string](t, here, "/channels mute "+id+" "+barbara.Id)
		member, _, err := server.Admin.GetChannelMember(ctx, id, barbara.Id, "")
		require.NoError(t, err)
		require.True(t, member.SchemeAdmin)
		require.Equal(t, "none", member.NotifyProps["desktop"])
		require.Equal(t, "mention", member.NotifyProps["mark_unread"])
		require.Equal(t, model.StringMap(props), member.NotifyProps)
	})
	t.Run("a sidebar category with channels in it", func(t *testing.T) {
		type sidebar struct {
			ID    string
			Order []string
			Names []string
		}
		sorted := ask[sidebar](t, here, "/channels sort "+id+" "+here.Id)
		category, _, err := server.User.GetSidebarCategoryForTeamForUser(ctx, server.Me.Id, server.Team.Id, sorted.ID, "")
		require.NoError(t, err)
		require.Equal(t, "My plugins", category.DisplayName)
		require.Equal(t, model.SidebarCategoryCustom, category.Type)
		require.True(t, category.Collapsed)
		require.Equal(t, []string{id, here.Id}, category.Channels)

		all, _, err := server.User.GetSidebarCategoriesForTeamForUser(ctx, server.Me.Id, server.Team.Id, "")
		require.NoError(t, err)
		require.Equal(t, []string(all.Order), sorted.Order)
		require.Contains(t, sorted.Names, "My plugins")
		require.Len(t, sorted.Names, len(all.Categories))
	})
	t.Run("direct and group channels", func(t *testing.T) {
		direct := ask[string](t, here, "/channels direct "+server.Me.Id+" "+barbara.Id)
		channel, _, err := server.User.GetChannel(ctx, direct)
		require.NoError(t, err)
		require.Equal(t, model.ChannelTypeDirect, channel.Type)
		require.Equal(t, model.GetDMNameFromIds(server.Me.Id, barbara.Id), channel.Name)

		group := ask[string](t, here, "/channels direct "+server.Me.Id+" "+barbara.Id+" "+newMember(t, "donald").Id)
		channel, _, err = server.User.GetChannel(ctx, group)
		require.NoError(t, err)
		require.Equal(t, model.ChannelTypeGroup, channel.Type)
	})
	t.Run("who leaves is out", func(t *testing.T) {
		ask[any](t, here, "/channels leave "+id+" "+barbara.Id)
		_, _, err := server.Admin.GetChannelMember(ctx, id, barbara.Id, "")
		require.Error(t, err)
		type belongs struct{ Channels, Members []string }
		of := ask[belongs](t, here, "/channels of "+barbara.Id)
		require.NotContains(t, of.Channels, id)
		require.NotContains(t, of.Members, id)
		of = ask[belongs](t, here, "/channels of "+server.Me.Id)
		require.Contains(t, of.Channels, id)
		require.Contains(t, of.Members, id)
	})
	t.Run("an archived channel", func(t *testing.T) {
		ask[any](t, here, "/channels archive "+id)
		channel, _, err := server.User.GetChannel(ctx, id)
		require.NoError(t, err)
		require.NotZero(t, channel.DeleteAt)
	})
}
