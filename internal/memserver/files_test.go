package memserver_test

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"
)

func picture(t *testing.T, width, height int) []byte {
	t.Helper()
	var buffer bytes.Buffer
	require.NoError(t, png.Encode(&buffer, image.NewGray(image.Rect(0, 0, width, height))))
	return buffer.Bytes()
}

func TestFilesAreStoredDescribedAndAttached(t *testing.T) {
	server, api, clock := start(t)
	home := server.Home()
	_, err := api.UploadFile([]byte("x"), "none", "x.txt")
	requireFails(t, err, "api.file.upload_file.incorrect_channelId.app_error", 400)

	info, err := api.UploadFile(picture(t, 30, 20), home.Project.Id, "some/where/cat.PNG")
	require.Nil(t, err)
	require.Equal(t, []any{"cat.PNG", "png", "image/png", 30, 20, "nouser", true},
		[]any{info.Name, info.Extension, info.MimeType, info.Width, info.Height, info.CreatorId, info.HasPreviewImage})
	require.Equal(t, "20260102/teams/noteam/channels/"+home.Project.Id+"/users/nouser/"+info.Id+"/cat.PNG", info.Path)
	data, err := api.ReadFile(info.Path)
	require.Nil(t, err)
	require.Equal(t, picture(t, 30, 20), data)

	post, err := api.CreatePost(&model.Post{ChannelId: home.Project.Id, UserId: home.Bob.Id, FileIds: []string{info.Id, model.NewId()}})
	require.Nil(t, err)
	require.Equal(t, model.StringArray{info.Id}, post.FileIds, "what isn't there is left out")
	info, err = api.GetFileInfo(info.Id)
	require.Nil(t, err)
	require.Equal(t, []string{post.Id, home.Project.Id}, []string{info.PostId, info.ChannelId})
	again, err := api.CreatePost(&model.Post{ChannelId: home.Project.Id, UserId: home.Bob.Id, Message: "again", FileIds: []string{info.Id}})
	require.Nil(t, err)
	require.Empty(t, again.FileIds, "it is attached to another post")

	clock.pass(time.Second)
	copies, err := api.CopyFileInfos(home.Bob.Id, []string{info.Id})
	require.Nil(t, err)
	copied, err := api.GetFileInfo(copies[0])
	require.Nil(t, err)
	require.Equal(t, []any{home.Bob.Id, "", info.Path}, []any{copied.CreatorId, copied.PostId, copied.Path})
	theirs, err := api.CreatePost(&model.Post{ChannelId: home.Project.Id, UserId: home.Alice.Id, Message: "mine", FileIds: copies})
	require.Nil(t, err)
	require.Empty(t, theirs.FileIds, "Bob's file is not Alice's")

	require.Nil(t, api.SetFileSearchableContent(copied.Id, "a cat"))
	infos, err := api.GetFileInfos(0, 10, &model.GetFileInfosOptions{OnlyEmptyContent: true})
	require.Nil(t, err)
	require.Len(t, infos, 1)
	infos, err = api.GetFileInfos(0, 10, &model.GetFileInfosOptions{SortDescending: true})
	require.Nil(t, err)
	require.Equal(t, copied.Id, infos[0].Id)
	_, err = api.GetFileInfos(0, 10, &model.GetFileInfosOptions{SortBy: "name"})
	requireFails(t, err, "app.file_info.get_with_options.app_error", 400)

	require.Nil(t, api.DeletePost(post.Id))
	_, err = api.GetFileInfo(info.Id)
	requireFails(t, err, "app.file_info.get.app_error", 404)
	_, err = api.GetFile(copied.Id)
	require.Nil(t, err, "the copy has the content still")
	_, err = api.ReadFile("none")
	requireFails(t, err, "api.file.read_file.app_error", 500)
}

func TestEditingAPostChangesItsFiles(t *testing.T) {
	server, api, _ := start(t)
	home := server.Home()
	var ids []string
	for _, name := range []string{"a.txt", "b.txt"} {
		info, err := api.UploadFile([]byte(name), home.Project.Id, name)
		require.Nil(t, err)
		ids = append(ids, info.Id)
	}
	post, err := api.CreatePost(&model.Post{ChannelId: home.Project.Id, UserId: home.Bob.Id, Message: "hi", FileIds: ids[:1]})
	require.Nil(t, err)
	post.FileIds = ids[1:]
	post, err = api.UpdatePost(post)
	require.Nil(t, err)
	require.Equal(t, model.StringArray(ids[1:]), post.FileIds)
	_, err = api.GetFileInfo(ids[0])
	requireFails(t, err, "app.file_info.get.app_error", 404)
	info, err := api.GetFileInfo(ids[1])
	require.Nil(t, err)
	require.Equal(t, post.Id, info.PostId)
}

func TestLinksToFilesNeedTheConfigurationAndAPost(t *testing.T) {
	server, api, _ := start(t)
	info, err := api.UploadFile([]byte("x"), "", "x.txt")
	require.Nil(t, err)
	_, err = api.GetFileLink(info.Id)
	requireFails(t, err, "plugin_api.get_file_link.disabled.app_error", 501)
	config := api.GetUnsanitizedConfig()
	*config.FileSettings.EnablePublicLink = true
	require.Nil(t, api.SaveConfig(config))
	_, err = api.GetFileLink(info.Id)
	requireFails(t, err, "plugin_api.get_file_link.no_post.app_error", 400)
	_, err = api.CreatePost(&model.Post{ChannelId: server.Home().Project.Id, UserId: server.Home().Bob.Id, FileIds: []string{info.Id}})
	require.Nil(t, err)
	link, err := api.GetFileLink(info.Id)
	require.Nil(t, err)
	require.Regexp(t, "^http://localhost:8065/files/"+info.Id+`/public\?h=[\w-]{43}$`, link)
}

// censor rejects, replaces or leaves uploads by their names, and refuses downloads if it has a reason.
type censor struct{ secret string }

func (c censor) FileWillBeUploaded(_ *plugin.Context, info *model.FileInfo, file io.Reader, output io.Writer) (*model.FileInfo, string) {
	data, _ := io.ReadAll(file)
	switch {
	case bytes.Contains(data, []byte("virus")):
		return nil, "it is ill"
	case info.Name == "loud.txt":
		_, _ = output.Write(bytes.ToUpper(data))
		info.Name = "LOUD.txt"
		return info, ""
	}
	return nil, ""
}

func (c censor) FileWillBeDownloaded(*plugin.Context, *model.FileInfo, string, model.FileDownloadType) string {
	return c.secret
}

func TestPluginsDecideAboutFiles(t *testing.T) {
	server, api, _ := start(t)
	home := server.Home()
	api.Attach(censor{})
	_, err := api.UploadFile([]byte("a virus"), home.Project.Id, "a.txt")
	requireFails(t, err, "File rejected by plugin. it is ill", 400)
	info, err := api.UploadFile([]byte("hello you"), home.Project.Id, "loud.txt")
	require.Nil(t, err)
	require.Equal(t, "LOUD.txt", info.Name)
	data, err := api.GetFile(info.Id)
	require.Nil(t, err)
	require.Equal(t, "HELLO YOU", string(data))

	_, err = server.DownloadFile(home.Bob.Id, info.Id)
	requireFails(t, err, "api.context.permissions.app_error", 403)
	_, err = api.CreatePost(&model.Post{ChannelId: home.Project.Id, UserId: home.Alice.Id, FileIds: []string{info.Id}})
	require.Nil(t, err)
	data, err = server.DownloadFile(home.Bob.Id, info.Id)
	require.Nil(t, err)
	require.Equal(t, "HELLO YOU", string(data))
	api.Attach(censor{secret: "not for Bob"})
	_, err = server.DownloadFile(home.Bob.Id, info.Id)
	requireFails(t, err, "api.file.get_file.rejected_by_plugin", 403)
	require.ErrorContains(t, err, "not for Bob")
}

func TestUploadsArriveInParts(t *testing.T) {
	server, api, _ := start(t)
	home := server.Home()
	api.Attach(censor{})
	_, err := api.CreateUploadSession(&model.UploadSession{Type: model.UploadTypeAttachment})
	require.ErrorContains(t, err, "model.upload_session.is_valid.id.app_error")
	begin := func(content string) *model.UploadSession {
		session, err := api.CreateUploadSession(&model.UploadSession{
			Id: model.NewId(), Type: model.UploadTypeAttachment, UserId: home.Bob.Id, ChannelId: home.Project.Id,
			Filename: "loud.txt", FileSize: int64(len(content)),
		})
		require.NoError(t, err)
		return session
	}
	session := begin("hello you")
	stale := *session
	info, err := api.UploadData(session, strings.NewReader("hello"))
	require.NoError(t, err)
	require.Nil(t, info, "it is not complete")
	require.EqualValues(t, 5, session.FileOffset)
	_, err = api.UploadData(&stale, strings.NewReader("again"))
	require.ErrorContains(t, err, "app.upload.upload_data.concurrent.app_error")
	_, err = api.UploadData(session, iotest.ErrReader(errors.New("line cut")))
	require.ErrorContains(t, err, "line cut")
	stored, err := api.GetUploadSession(session.Id)
	require.NoError(t, err)
	require.EqualValues(t, 5, stored.FileOffset)
	info, err = api.UploadData(session, strings.NewReader(" you and too much"))
	require.NoError(t, err)
	data, appErr := api.GetFile(info.Id)
	require.Nil(t, appErr)
	require.Equal(t, "HELLO YOU", string(data))
	_, err = api.GetUploadSession(session.Id)
	requireWraps(t, err, "app.upload.get.app_error", 404)

	ill := begin("virus")
	_, err = api.UploadData(ill, strings.NewReader("virus"))
	require.ErrorContains(t, err, "it is ill")
}

func TestPicturesBecomeSquareIcons(t *testing.T) {
	server, api, _ := start(t)
	home := server.Home()
	size := func(data []byte) image.Point {
		config, err := png.DecodeConfig(bytes.NewReader(data))
		require.NoError(t, err)
		return image.Pt(config.Width, config.Height)
	}
	drawn, err := api.GetProfileImage(home.Bob.Id)
	require.Nil(t, err)
	require.Equal(t, image.Pt(128, 128), size(drawn))
	requireFails(t, api.SetProfileImage(home.Bob.Id, []byte("no picture")), "api.user.upload_profile_user.decode.app_error", 400)
	require.Nil(t, api.SetProfileImage(home.Bob.Id, picture(t, 300, 200)))
	set, err := api.GetProfileImage(home.Bob.Id)
	require.Nil(t, err)
	require.Equal(t, image.Pt(128, 128), size(set))
	require.NotEqual(t, drawn, set)
	bob, err := api.GetUser(home.Bob.Id)
	require.Nil(t, err)
	require.NotZero(t, bob.LastPictureUpdate)
	requireFails(t, api.SetProfileImage("none", picture(t, 1, 1)), "app.user.missing_account.const", 404)

	_, err = api.GetTeamIcon(home.Team.Id)
	requireFails(t, err, "api.team.get_team_icon.read_file.app_error", 404)
	require.Nil(t, api.SetTeamIcon(home.Team.Id, picture(t, 128, 256)))
	icon, err := api.GetTeamIcon(home.Team.Id)
	require.Nil(t, err)
	require.Equal(t, image.Pt(128, 128), size(icon))
	require.Nil(t, api.RemoveTeamIcon(home.Team.Id))
	team, err := api.GetTeam(home.Team.Id)
	require.Nil(t, err)
	require.Zero(t, team.LastTeamIconUpdate)
}

func TestCustomEmojiAreReactionsToo(t *testing.T) {
	server, api, _ := start(t)
	home := server.Home()
	post, err := api.CreatePost(&model.Post{ChannelId: home.Project.Id, UserId: home.Bob.Id, Message: "hi"})
	require.Nil(t, err)
	react := func() *model.AppError {
		_, err := api.AddReaction(&model.Reaction{PostId: post.Id, UserId: home.Bob.Id, EmojiName: "gopher"})
		return err
	}
	requireFails(t, react(), "app.emoji.get_by_name.no_result", 404)
	emoji, err := server.AddEmoji(&model.Emoji{Name: "gopher", CreatorId: home.Alice.Id}, picture(t, 3, 3))
	require.Nil(t, err)
	_, err = server.AddEmoji(&model.Emoji{Name: "gopher", CreatorId: home.Alice.Id}, nil)
	requireFails(t, err, "api.emoji.create.duplicate.app_error", 400)
	_, err = server.AddEmoji(&model.Emoji{Name: "smile", CreatorId: home.Alice.Id}, nil)
	requireFails(t, err, "model.emoji.system_emoji_name.app_error", 400)
	require.Nil(t, react())
	require.Nil(t, api.UpdateUserCustomStatus(home.Bob.Id, &model.CustomStatus{Emoji: "gopher", Text: "digs"}))

	found, err := api.GetEmojiByName("gopher")
	require.Nil(t, err)
	require.Equal(t, emoji, found)
	list, err := api.GetEmojiList("name", 0, 10)
	require.Nil(t, err)
	require.Equal(t, []*model.Emoji{emoji}, list)
	data, format, err := api.GetEmojiImage(emoji.Id)
	require.Nil(t, err)
	require.Equal(t, []any{picture(t, 3, 3), "png"}, []any{data, format})
	_, err = api.GetEmoji("none")
	requireFails(t, err, "app.emoji.get.no_result", 404)
}
