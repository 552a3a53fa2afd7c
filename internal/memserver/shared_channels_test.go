package memserver_test

import (
	"errors"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

// mirror takes what a shared channel sends, unless it is broken.
type mirror struct {
	broken bool
	got    [][]string
}

func (m *mirror) OnSharedChannelsSyncMsg(message *model.SyncMsg, remote *model.RemoteCluster) (model.SyncResponse, error) {
	if m.broken {
		return model.SyncResponse{}, errors.New("broken")
	}
	texts := []string{remote.DisplayName}
	for _, post := range message.Posts {
		texts = append(texts, message.Users[post.UserId].Username+": "+post.Message)
	}
	m.got = append(m.got, texts)
	return model.SyncResponse{}, nil
}

func TestSharedChannelsReachTheirRemotesOnce(t *testing.T) {
	server, api, clock := start(t)
	home := server.Home()
	m := &mirror{broken: true}
	api.Attach(m)
	remote, err := api.RegisterPluginForSharedChannels(model.RegisterPluginOpts{
		Displayname: "Mirror", PluginID: "com.example.test", CreatorID: home.Alice.Id,
	})
	require.NoError(t, err)
	again, err := api.RegisterPluginForSharedChannels(model.RegisterPluginOpts{Displayname: "Mirror 2", PluginID: "com.example.test"})
	require.NoError(t, err)
	require.Equal(t, remote, again)
	_, err = api.RegisterPluginForSharedChannels(model.RegisterPluginOpts{PluginID: "com.example.other", SiteURL: "plugin_com.example.test"})
	require.ErrorContains(t, err, "belongs to another remote")

	_, err = api.ShareChannel(&model.SharedChannel{ChannelId: home.Project.Id})
	requireWraps(t, err, "api.command_share.service_disabled", 400)
	config := api.GetUnsanitizedConfig()
	*config.ConnectedWorkspacesSettings.EnableSharedChannels = true
	require.Nil(t, api.SaveConfig(config))
	require.ErrorContains(t, api.InviteRemoteToChannel(home.Project.Id, remote, home.Alice.Id, false), "channel_not_shared")
	shared, err := api.ShareChannel(&model.SharedChannel{ChannelId: home.Project.Id, Home: true})
	require.NoError(t, err)
	require.Equal(t, []string{"project", "Project", home.Team.Id}, []string{shared.ShareName, shared.ShareDisplayName, shared.TeamId})
	channel, appErr := api.GetChannel(home.Project.Id)
	require.Nil(t, appErr)
	require.True(t, channel.IsShared())
	require.ErrorContains(t, api.InviteRemoteToChannel(home.Project.Id, "none", home.Alice.Id, false), "remote_id_invalid")
	require.ErrorContains(t, api.UpdateSharedChannelCursor(home.Project.Id, remote, model.GetPostsSinceForSyncCursor{}), "cannot fetch shared channel remote")
	require.NoError(t, api.InviteRemoteToChannel(home.Project.Id, remote, home.Alice.Id, false))

	post := func(message string, from *string) {
		clock.pass(time.Second)
		_, err := api.CreatePost(&model.Post{ChannelId: home.Project.Id, UserId: home.Bob.Id, Message: message, RemoteId: from})
		require.Nil(t, err)
	}
	sync := func() [][]string {
		m.got = nil
		require.NoError(t, api.SyncSharedChannel(home.Project.Id))
		settle(t, server)
		return m.got
	}
	post("one", nil)
	post("theirs", &remote)
	require.Empty(t, sync(), "it was broken")
	m.broken = false
	post("two", nil)
	require.Equal(t, [][]string{{"Mirror 2", "bob: one", "bob: two"}}, sync())
	require.Empty(t, sync(), "it has got them")
	post("three", nil)
	require.Equal(t, [][]string{{"Mirror 2", "bob: three"}}, sync())
	require.NoError(t, api.UpdateSharedChannelCursor(home.Project.Id, remote, model.GetPostsSinceForSyncCursor{}))
	require.Len(t, sync()[0], 4, "from the beginning")

	require.NoError(t, api.UninviteRemoteFromChannel(home.Project.Id, remote))
	require.ErrorContains(t, api.UninviteRemoteFromChannel(home.Project.Id, remote), "channel_remote_id_not_exists")
	channel, appErr = api.GetChannel(home.Project.Id)
	require.Nil(t, appErr)
	require.False(t, channel.IsShared(), "without remotes it is shared no more")
	was, err := api.UnshareChannel(home.Project.Id)
	require.NoError(t, err)
	require.False(t, was)
	_, err = api.UpdateSharedChannel(shared)
	require.ErrorContains(t, err, "not found")

	require.ErrorContains(t, server.Plugin(&model.Manifest{Id: "com.example.other"}).UnregisterPluginRemoteForSharedChannels(remote), "not found")
	require.NoError(t, api.UnregisterPluginRemoteForSharedChannels(remote))
	require.ErrorContains(t, api.UnregisterPluginRemoteForSharedChannels(remote), "not found")
	require.NoError(t, api.UnregisterPluginForSharedChannels("com.example.test"))
	require.ErrorContains(t, api.UnregisterPluginForSharedChannels("com.example.none"), "no rows")
}
