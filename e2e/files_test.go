package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFiles(t *testing.T) {
	enableRunning(t, install(t, "testdata/plugins/files"))
	channel := newChannel(t)
	ctx := testContext(t)
	attached := ask[struct {
		Post, File     string
		Attached, Same bool
		Size           int
		Listed         []string
	}](t, channel, "/files attach")

	t.Run("a post with a file", func(t *testing.T) {
		require.True(t, attached.Attached)
		require.True(t, attached.Same)
		require.Equal(t, 1024, attached.Size)
		require.Equal(t, []string{attached.File}, attached.Listed)

		infos, _, err := server.User.GetFileInfosForPost(ctx, attached.Post, "")
		require.NoError(t, err)
		require.Len(t, infos, 1)
		require.Equal(t, attached.File, infos[0].Id)
		require.Equal(t, "bytes.bin", infos[0].Name)
		data, _, err := server.User.GetFile(ctx, attached.File)
		require.NoError(t, err)
		require.Equal(t, bytes.Repeat(allBytes(), 4), data)
	})
	t.Run("the same file in a second post", func(t *testing.T) {
		infos, _, err := server.User.GetFileInfosForPost(ctx, ask[string](t, channel, "/files repost "+attached.File), "")
		require.NoError(t, err)
		require.Len(t, infos, 1)
		require.NotEqual(t, attached.File, infos[0].Id)
		require.Equal(t, server.Me.Id, infos[0].CreatorId)
		data, _, err := server.User.GetFile(ctx, infos[0].Id)
		require.NoError(t, err)
		require.Equal(t, bytes.Repeat(allBytes(), 4), data)
	})
	t.Run("a file is found by what the plugin says is in it", func(t *testing.T) {
		ask[any](t, channel, "/files describe "+attached.File+" permutations of octets")
		found, _, err := server.User.SearchFiles(ctx, server.Team.Id, "permutations", false)
		require.NoError(t, err)
		require.Equal(t, []string{attached.File}, found.Order)
	})
	t.Run("a large file in two parts", func(t *testing.T) {
		uploaded := ask[struct {
			Incomplete   bool
			Offset, Size int
			File, SHA256 string
		}](t, channel, "/files upload")
		require.True(t, uploaded.Incomplete, "there is no file before all of it has come")
		require.Equal(t, 5<<20, uploaded.Offset)
		require.Equal(t, 6<<20, uploaded.Size)
		data, _, err := server.User.GetFile(ctx, uploaded.File)
		require.NoError(t, err)
		sum := sha256.Sum256(data)
		require.Equal(t, uploaded.SHA256, hex.EncodeToString(sum[:]))
		info, _, err := server.User.GetFileInfo(ctx, uploaded.File)
		require.NoError(t, err)
		require.Equal(t, "parts.txt", info.Name)
	})
}

func allBytes() []byte {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	return all
}
