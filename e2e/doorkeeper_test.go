package e2e

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

// What only a real server fires, by what people do.
func TestHooks(t *testing.T) {
	enableRunning(t, install(t, "testdata/plugins/doorkeeper"))
	channel := newChannel(t)
	ctx := testContext(t)
	noted := func(t *testing.T, want ...string) {
		t.Helper()
		var diary []string
		eventually(t, func() bool {
			diary = ask[[]string](t, channel, "/diary")
			return !slices.ContainsFunc(want, func(line string) bool { return !slices.Contains(diary, line) })
		}, "want %q", want)
	}

	t.Run("people come and go", func(t *testing.T) {
		edsger, client := newUserClient(t, "edsger")
		noted(t, "created edsger edsger@example.com", "logged in edsger")
		_, _, err := server.Admin.AddTeamMembers(ctx, server.Team.Id, []string{edsger.Id})
		require.NoError(t, err)
		noted(t, "joined team edsger by admin")
		_, _, err = client.AddChannelMember(ctx, channel.Id, edsger.Id)
		require.NoError(t, err)
		noted(t, "joined channel edsger by edsger")
		_, err = server.Admin.RemoveUserFromChannel(ctx, channel.Id, edsger.Id)
		require.NoError(t, err)
		noted(t, "left channel edsger by admin")
		_, err = server.Admin.RemoveTeamMember(ctx, server.Team.Id, edsger.Id)
		require.NoError(t, err)
		noted(t, "left team edsger by admin")
		_, err = server.Admin.UpdateUserActive(ctx, edsger.Id, false)
		require.NoError(t, err)
		noted(t, "deactivated edsger")
	})
	t.Run("a user is not let in", func(t *testing.T) {
		password := model.NewId()
		_, _, err := server.Admin.CreateUser(ctx, &model.User{Username: "mallory", Email: "mallory@example.com", Password: password})
		require.NoError(t, err)
		_, response, err := model.NewAPIv4Client(server.URL).Login(ctx, "mallory", password)
		require.Error(t, err)
		require.Equal(t, http.StatusUnauthorized, response.StatusCode)
		noted(t, "stopped mallory") // the server does not tell the reason to who may not come in
		require.NotContains(t, ask[[]string](t, channel, "/diary"), "logged in mallory")
	})
	t.Run("a channel is made", func(t *testing.T) {
		made := newChannel(t)
		noted(t, "channel "+made.Name+" "+made.DisplayName)
	})
	t.Run("a message is stamped and keeps its props", func(t *testing.T) {
		props := model.StringInterface{"list": []any{1.0, "two", map[string]any{"three": nil}}, "flag": true}
		created, _, err := server.User.CreatePost(ctx, &model.Post{ChannelId: channel.Id, Message: "with props", Props: props})
		require.NoError(t, err)
		stored, _, err := server.User.GetPost(ctx, created.Id, "")
		require.NoError(t, err)
		require.Equal(t, "Go-http-client", stored.GetProp("stamp"))
		require.Equal(t, props["list"], stored.GetProp("list"))
		require.Equal(t, true, stored.GetProp("flag"))
	})
	t.Run("a message is changed and deleted", func(t *testing.T) {
		created, err := post(t, channel, "first")
		require.NoError(t, err)
		changed, _, err := server.User.PatchPost(ctx, created.Id, &model.PostPatch{Message: model.NewPointer("second")})
		require.NoError(t, err)
		require.Equal(t, "second (was: first)", changed.Message)
		noted(t, "updated first to second (was: first)")
		_, err = server.User.DeletePost(ctx, created.Id)
		require.NoError(t, err)
		noted(t, "deleted second (was: first)")

		final, err := post(t, channel, "final words")
		require.NoError(t, err)
		_, _, err = server.User.PatchPost(ctx, final.Id, &model.PostPatch{Message: model.NewPointer("more words")})
		require.ErrorContains(t, err, "what is final stays")
	})
	t.Run("readers see another text than the database has", func(t *testing.T) {
		created, err := post(t, channel, "the password is swordfish")
		require.NoError(t, err)
		read, _, err := server.User.GetPost(ctx, created.Id, "")
		require.NoError(t, err)
		require.Equal(t, "the password is *********", read.Message)
		stored, err := server.SQL(ctx, "SELECT message FROM posts WHERE id = '"+created.Id+"'")
		require.NoError(t, err)
		require.Equal(t, "the password is swordfish", stored)
	})
	t.Run("reactions", func(t *testing.T) {
		created, err := post(t, channel, "Cake is here")
		require.NoError(t, err)
		reaction, _, err := server.User.SaveReaction(ctx, &model.Reaction{UserId: server.Me.Id, PostId: created.Id, EmojiName: "cake"})
		require.NoError(t, err)
		noted(t, "reaction cake on Cake is here")
		_, err = server.User.DeleteReaction(ctx, reaction)
		require.NoError(t, err)
		noted(t, "no reaction cake")
	})
	t.Run("a file is replaced, rejected or left alone", func(t *testing.T) {
		upload := func(ctx context.Context, name string, data []byte) (*model.FileInfo, error) {
			uploaded, _, err := server.User.UploadFile(ctx, data, channel.Id, name)
			if err != nil {
				return nil, err
			}
			return uploaded.FileInfos[0], nil
		}
		info, err := upload(ctx, "notes.txt", []byte("one\r\ntwo\r\n"))
		require.NoError(t, err)
		require.Equal(t, "clean-notes.txt", info.Name)
		data, _, err := server.User.GetFile(ctx, info.Id)
		require.NoError(t, err)
		require.Equal(t, "one\ntwo\n", string(data))

		_, err = upload(ctx, "virus.exe", []byte("MZ"))
		require.ErrorContains(t, err, "no programs, please")

		info, err = upload(ctx, "raw.bin", []byte("one\r\ntwo\r\n"))
		require.NoError(t, err)
		require.Equal(t, "raw.bin", info.Name)
		data, _, err = server.User.GetFile(ctx, info.Id)
		require.NoError(t, err)
		require.Equal(t, "one\r\ntwo\r\n", string(data))
	})
}
