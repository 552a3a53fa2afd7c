package server

import (
	"runtime"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

func TestTenThousandHooksLeaveNothingBehind(t *testing.T) {
	m := loadFrom(t, writeLimited(t, `
from mattermost_plugin import Plugin, hook, HookName

class Busy(Plugin):
    @hook(HookName.MessageWillBePosted)
    def check(self, context, post):
        self.api.kv_set("last", post.message.encode())
        post.props["seen"] = [self.api.kv_get("last").decode()]
        try:
            self.api.get_user("nobody")
        except Exception:
            pass
        return post, ""
`, `"api_calls_per_second": 1000000, "api_calls_at_once": 1000000, "kv_keys_per_minute": 1000000`), Config{})
	require.NoError(t, m.plugin.OnActivate())
	post := &model.Post{Id: "p", Message: "hello", ChannelId: m.Home().TownSquare.Id}
	hooks := func(count int) {
		for range count {
			changed, reason := m.plugin.MessageWillBePosted(nil, post)
			require.Empty(t, reason)
			require.Equal(t, []any{"hello"}, changed.GetProp("seen"))
		}
	}
	guest := m.plugin.guests.all()[0].instance
	host := func() uint64 {
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return stats.HeapAlloc
	}
	hooks(1_000)
	guestBefore, hostBefore := guest.Stats().Memory, host()
	hooks(10_000)
	require.Equal(t, guestBefore, guest.Stats().Memory)
	require.Less(t, int64(host())-int64(hostBefore), int64(1<<20))
}
