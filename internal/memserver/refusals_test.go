package memserver_test

import (
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"
)

// warden refuses everything for which it has a reason, and else marks it.
type warden struct{ reason string }

func (w *warden) ChannelWillBeUpdated(_ *plugin.Context, channel, old *model.Channel) (*model.Channel, string) {
	channel.Header = "was: " + old.Header
	return channel, w.reason
}

func (w *warden) ChannelWillBeArchived(*plugin.Context, *model.Channel) string { return w.reason }

func (w *warden) ChannelWillBeRestored(*plugin.Context, *model.Channel) string { return w.reason }

func (w *warden) ChannelMemberWillBeAdded(_ *plugin.Context, member *model.ChannelMember) (*model.ChannelMember, string) {
	member.SchemeAdmin = true
	return member, w.reason
}

func (w *warden) TeamMemberWillBeAdded(_ *plugin.Context, member *model.TeamMember) (*model.TeamMember, string) {
	return &model.TeamMember{SchemeUser: true, SchemeAdmin: true}, w.reason
}

func TestPluginsRefuseOrChangeWhatWillBe(t *testing.T) {
	server, api, _ := start(t)
	home := server.Home()
	carol, err := api.CreateUser(&model.User{Username: "carol", Email: "c@example.com", Password: "Password1!"})
	require.Nil(t, err)
	w := &warden{reason: "not on Mondays"}
	api.Attach(w)
	steps := []struct {
		name, id string
		do       func() *model.AppError
		changed  func() bool
	}{
		{"join a team", "app.team.join_user_to_team.rejected_by_plugin", func() *model.AppError {
			_, err := api.CreateTeamMember(home.Team.Id, carol.Id)
			return err
		}, func() bool {
			member, err := api.GetTeamMember(home.Team.Id, carol.Id)
			return err == nil && member.Roles == "team_user team_admin"
		}},
		{"join a channel", "app.channel.add_user.to.channel.rejected_by_plugin", func() *model.AppError {
			_, err := api.AddChannelMember(home.Project.Id, carol.Id)
			return err
		}, func() bool {
			member, err := api.GetChannelMember(home.Project.Id, carol.Id)
			return err == nil && member.Roles == "channel_user channel_admin"
		}},
		{"change a channel", "app.channel.update_channel.rejected_by_plugin", func() *model.AppError {
			channel := *home.Project
			channel.Header = "new"
			_, err := api.UpdateChannel(&channel)
			return err
		}, func() bool {
			channel, err := api.GetChannel(home.Project.Id)
			return err == nil && channel.Header == "was: "
		}},
		{"archive a channel", "app.channel.delete_channel.rejected_by_plugin", func() *model.AppError {
			return api.DeleteChannel(home.Project.Id)
		}, func() bool {
			channel, err := api.GetChannel(home.Project.Id)
			return err == nil && channel.DeleteAt != 0
		}},
		{"restore a channel", "app.channel.restore_channel.rejected_by_plugin", func() *model.AppError {
			return api.RestoreChannel(home.Project.Id)
		}, func() bool {
			channel, err := api.GetChannel(home.Project.Id)
			return err == nil && channel.DeleteAt == 0
		}},
	}
	for _, step := range steps {
		w.reason = "not on Mondays"
		before := step.changed()
		require.False(t, before, step.name)
		err := step.do()
		requireFails(t, err, step.id, 400)
		require.ErrorContains(t, err, "not on Mondays")
		require.False(t, step.changed(), step.name)
		w.reason = ""
		require.Nil(t, step.do(), step.name)
		require.True(t, step.changed(), step.name)
	}
}

// stamp adds its letter to posts, and refuses those that say no to it.
type stamp string

func (s stamp) MessageWillBePosted(_ *plugin.Context, post *model.Post) (*model.Post, string) {
	if post.Message == "not "+string(s) {
		return nil, "refused by " + string(s)
	}
	post.Message += string(s)
	return post, ""
}

// silent has no opinion on edits.
type silent struct{ stamp }

func (silent) MessageWillBeUpdated(*plugin.Context, *model.Post, *model.Post) (*model.Post, string) {
	return nil, ""
}

func TestGuardsOfAChannelComeLastAndCloseItWhenTheyAreOff(t *testing.T) {
	server, api, _ := start(t)
	home := server.Home()
	guard := server.Plugin(&model.Manifest{Id: "com.example.aguard"})
	guard.Attach(silent{"g"})
	api.Attach(stamp("p"))
	post := func(message string) (string, *model.AppError) {
		posted, err := server.CreatePost(&model.Post{ChannelId: home.Project.Id, UserId: home.Bob.Id, Message: message})
		if err != nil {
			return "", err
		}
		return posted.Message, nil
	}
	message, err := post("m")
	require.Nil(t, err)
	require.Equal(t, "mgp", message, "in the order they were attached")
	requireFails(t, guard.RegisterChannelGuard(""), "app.channel_guard.register.empty_channel.app_error", 400)
	requireFails(t, guard.RegisterChannelGuard("x"), "app.channel_guard.invalid_channel.app_error", 400)
	require.Nil(t, guard.RegisterChannelGuard(home.Project.Id))
	require.Nil(t, guard.RegisterChannelGuard(home.Project.Id))
	message, err = post("m")
	require.Nil(t, err)
	require.Equal(t, "mpg", message)
	_, err = post("not p")
	requireFails(t, err, "Post rejected by plugin. refused by p", 400)

	mine, err := api.CreatePost(&model.Post{ChannelId: home.Project.Id, UserId: home.Bob.Id, Message: "m"})
	require.Nil(t, err)
	mine.Message = "edited"
	mine, err = api.UpdatePost(mine)
	require.Nil(t, err, "a guard without an opinion does not reject")
	require.Equal(t, "edited", mine.Message)

	guard.Detach()
	_, err = post("m")
	requireFails(t, err, "app.plugin.inactive_guard.app_error", 503)
	_, err = api.UpdatePost(mine)
	requireFails(t, err, "app.plugin.inactive_guard.app_error", 503)
	_, err = api.UpdateChannel(home.Project)
	requireFails(t, err, "app.plugin.inactive_guard.app_error", 503)
	require.Nil(t, guard.UnregisterChannelGuard(home.Project.Id))
	require.Nil(t, guard.UnregisterChannelGuard(home.Project.Id), "that it is no guard is no error")
	_, err = post("m")
	require.Nil(t, err)
}

// converter makes channels private.
type converter struct{}

func (converter) ChannelWillBeUpdated(_ *plugin.Context, channel, _ *model.Channel) (*model.Channel, string) {
	channel.Type = model.ChannelTypePrivate
	return channel, ""
}

func TestNobodyChangesTheTypeOfAGuardedChannel(t *testing.T) {
	server, api, _ := start(t)
	home := server.Home()
	api.Attach(converter{})
	updated, err := api.UpdateChannel(home.OffTopic)
	require.Nil(t, err)
	require.Equal(t, model.ChannelTypePrivate, updated.Type)
	require.Nil(t, api.RegisterChannelGuard(home.Project.Id))
	_, err = api.UpdateChannel(home.Project)
	requireFails(t, err, "app.channel.update_channel.plugin_type_mutation.app_error", 400)
	channel, err := api.GetChannelOfType(home.Project.Id, model.ChannelTypeOpen)
	require.Nil(t, err)
	require.Equal(t, home.Project.Id, channel.Id)
	_, err = api.GetChannelOfType(home.Project.Id, model.ChannelTypePrivate)
	requireFails(t, err, "app.channel.get.existing.app_error", 404)
}
