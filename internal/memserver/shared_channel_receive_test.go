package memserver_test

import (
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

func TestWhatARemoteSendsIsTaken(t *testing.T) {
	server, api, clock := start(t)
	home := server.Home()
	config := api.GetUnsanitizedConfig()
	*config.ConnectedWorkspacesSettings.EnableSharedChannels = true
	require.Nil(t, api.SaveConfig(config))
	remote, err := api.RegisterPluginForSharedChannels(model.RegisterPluginOpts{Displayname: "far", PluginID: "com.example.test", CreatorID: home.Alice.Id})
	require.NoError(t, err)
	ann := &model.User{Id: model.NewId(), Username: "ann", Email: "ann@far.example.com", CreateAt: 1, UpdateAt: 5}
	fileID := model.NewId()
	post := &model.Post{Id: model.NewId(), ChannelId: home.Project.Id, UserId: ann.Id, Message: "from afar", CreateAt: 7, UpdateAt: 7, FileIds: []string{fileID}}
	stolen := &model.Post{Id: model.NewId(), ChannelId: home.Project.Id, UserId: home.Bob.Id, Message: "I am Bob", CreateAt: 8, UpdateAt: 8}
	message := &model.SyncMsg{
		ChannelId: home.Project.Id, Users: map[string]*model.User{ann.Id: ann, home.Bob.Id: home.Bob}, Posts: []*model.Post{post, stolen},
		Reactions:        []*model.Reaction{{UserId: ann.Id, PostId: post.Id, EmojiName: "smile"}},
		Statuses:         []*model.Status{{UserId: ann.Id, Status: model.StatusAway}, {UserId: home.Bob.Id, Status: model.StatusAway}},
		Acknowledgements: []*model.PostAcknowledgement{{PostId: post.Id}},
	}
	_, err = api.ReceiveSharedChannelSyncMsg("none", message)
	require.ErrorContains(t, err, "not found")
	_, err = server.Plugin(&model.Manifest{Id: "com.example.other"}).ReceiveSharedChannelSyncMsg(remote, message)
	require.ErrorContains(t, err, "not found", "it is another plugin's")
	_, err = api.ReceiveSharedChannelSyncMsg(remote, message)
	require.ErrorIs(t, err, model.ErrChannelNotShared)
	require.NoError(t, api.InviteRemoteToChannel(home.Project.Id, remote, home.Alice.Id, true))

	response, err := api.ReceiveSharedChannelSyncMsg(remote, message)
	require.NoError(t, err)
	require.Equal(t, model.SyncResponse{
		UsersSyncd: []string{ann.Id}, UserErrors: []string{home.Bob.Id}, UsersLastUpdateAt: 5,
		PostErrors: []string{stolen.Id}, PostsLastUpdateAt: response.PostsLastUpdateAt, ReactionErrors: []string{},
		StatusErrors: []string{home.Bob.Id}, AcknowledgementErrors: []string{post.Id},
	}, response)
	user, appErr := api.GetUser(ann.Id)
	require.Nil(t, appErr)
	require.Equal(t, []string{"ann:far", "ann", remote}, []string{user.Username, user.Props[model.UserPropsKeyRemoteUsername], user.GetRemoteID()})
	_, appErr = api.GetChannelMember(home.Project.Id, ann.Id)
	require.Nil(t, appErr)
	stored, appErr := api.GetPost(post.Id)
	require.Nil(t, appErr)
	require.Equal(t, []any{"from afar", remote, model.StringArray{fileID}, true}, []any{stored.Message, stored.GetRemoteID(), stored.FileIds, stored.HasReactions})

	info := &model.FileInfo{Id: fileID, CreatorId: ann.Id, Name: "notes.txt"}
	received, err := api.ReceiveSharedChannelAttachmentSyncMsg(remote, home.Project.Id, info, strings.NewReader("notes"))
	require.NoError(t, err)
	require.Equal(t, []any{post.Id, int64(5)}, []any{received.PostId, received.Size})
	again, err := api.ReceiveSharedChannelAttachmentSyncMsg(remote, home.Project.Id, info, strings.NewReader("other notes"))
	require.NoError(t, err)
	require.Equal(t, received, again)
	info.CreatorId = home.Bob.Id
	_, err = api.ReceiveSharedChannelAttachmentSyncMsg(remote, home.Project.Id, info, nil)
	require.ErrorContains(t, err, "belongs to another channel or user")

	require.NoError(t, api.ReceiveSharedChannelProfileImageSyncMsg(remote, ann.Id, picture(t, 9, 9)))
	require.ErrorContains(t, api.ReceiveSharedChannelProfileImageSyncMsg(remote, home.Bob.Id, picture(t, 9, 9)), "mismatch")

	clock.pass(time.Minute)
	post.Message, post.EditAt, post.UpdateAt = "edited afar", 9, 9
	_, err = api.ReceiveSharedChannelSyncMsg(remote, &model.SyncMsg{ChannelId: home.Project.Id, Posts: []*model.Post{post}})
	require.NoError(t, err)
	stored, appErr = api.GetPost(post.Id)
	require.Nil(t, appErr)
	require.Equal(t, "edited afar", stored.Message)
	post.DeleteAt = 10
	response, err = api.ReceiveSharedChannelSyncMsg(remote, &model.SyncMsg{
		ChannelId: home.Project.Id, Posts: []*model.Post{post},
		MembershipChanges: []*model.MembershipChangeMsg{{ChannelId: home.Project.Id, UserId: ann.Id}, {ChannelId: home.Project.Id, UserId: home.Bob.Id}},
	})
	require.NoError(t, err)
	require.Equal(t, []string{home.Bob.Id}, response.MembershipErrors)
	_, appErr = api.GetPost(post.Id)
	requireFails(t, appErr, "app.post.get.app_error", 404)
	_, appErr = api.GetChannelMember(home.Project.Id, ann.Id)
	requireFails(t, appErr, "app.channel.get_member.missing.app_error", 404)
}
