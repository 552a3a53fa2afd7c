package memserver_test

import (
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"
)

// shouter makes drafts loud, and refuses empty threats.
type shouter struct{}

func (shouter) DraftWillBeUpserted(_ *plugin.Context, draft *model.Draft) (*model.Draft, string) {
	if draft.Message == "or else" {
		return nil, "do not threaten"
	}
	draft.Message = strings.ToUpper(draft.Message)
	return draft, ""
}

func (shouter) ScheduledPostWillBeCreated(_ *plugin.Context, post *model.ScheduledPost) (*model.ScheduledPost, string) {
	if post.Message == "or else" {
		return nil, "do not threaten"
	}
	post.Message = strings.ToUpper(post.Message)
	return post, ""
}

func TestDraftsAndScheduledPostsAreKept(t *testing.T) {
	server, api, clock := start(t)
	home := server.Home()
	api.Attach(shouter{})
	draft := &model.Draft{UserId: home.Bob.Id, ChannelId: home.Project.Id, Message: "or else"}
	_, err := server.SaveDraft(draft)
	requireFails(t, err, "app.draft.upsert.rejected_by_plugin", 400)
	for _, draft.Message = range []string{"first", "second"} {
		_, err = server.SaveDraft(draft)
		require.Nil(t, err)
	}
	drafts := server.Drafts(home.Bob.Id)
	require.Len(t, drafts, 1, "a channel has one")
	require.Equal(t, "SECOND", drafts[0].Message)
	_, err = server.SaveDraft(&model.Draft{UserId: "none", ChannelId: home.Project.Id})
	requireFails(t, err, "app.channel.get_member.missing.app_error", 404)

	schedule := func(message string, in time.Duration) *model.AppError {
		post := &model.ScheduledPost{ScheduledAt: clock.Now().Add(in).UnixMilli()}
		post.UserId, post.ChannelId, post.Message = home.Bob.Id, home.Project.Id, message
		_, err := server.SchedulePost(post)
		return err
	}
	requireFails(t, schedule("or else", time.Hour), "app.scheduled_post.save.rejected_by_plugin", 400)
	requireFails(t, schedule("", time.Hour), "model.scheduled_post.is_valid.empty_post.app_error", 400)
	requireFails(t, schedule("late", -time.Hour), "model.scheduled_post.is_valid.scheduled_at.app_error", 400)
	require.Nil(t, schedule("later", 2*time.Hour))
	require.Nil(t, schedule("soon", time.Hour))
	require.Empty(t, server.SendScheduledPosts())
	clock.pass(time.Hour)
	sent := server.SendScheduledPosts()
	require.Len(t, sent, 1)
	require.Equal(t, []string{"SOON", home.Bob.Id}, []string{sent[0].Message, sent[0].UserId})
	require.Empty(t, server.SendScheduledPosts())
	require.Nil(t, api.RegisterChannelGuard(home.Project.Id))
	api.Detach()
	requireFails(t, schedule("soon", time.Hour), "app.plugin.inactive_guard.app_error", 503)
}
