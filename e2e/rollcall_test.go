package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAPluginAsksForManyThingsAtOnce(t *testing.T) {
	enableRunning(t, install(t, "testdata/plugins/rollcall"))
	channel := newChannel(t)
	want := []string{"ada", "admin"}
	for _, name := range []string{"frances", "jean", "kay", "marlyn"} {
		member := newMember(t, name)
		_, _, err := server.Admin.AddChannelMember(testContext(t), channel.Id, member.Id)
		require.NoError(t, err)
		want = append(want, name)
	}
	type called struct {
		Names   []string
		Missing string
		Counted int
	}
	require.Equal(t, called{want, "app.user.missing_account.const", 50}, ask[called](t, channel, "/rollcall"))
	require.Equal(t, called{want, "app.user.missing_account.const", 100}, ask[called](t, channel, "/rollcall"))
}
