package hostile

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/grant"
	"github.com/mmpy/mmpy/server"
)

// TestHostileHooks are hooks that do not end, and hooks that cause each other.
func TestHostileHooks(t *testing.T) {
	run(t, "Hooks", []attack{
		{"a hook that computes without end", grant.LimitHookCPU, asks{limits: `"hook_cpu_seconds": 0.3`}, "while True: pass", "computed for more than 0.3 s"},
		{"a hook that computes without end, in C", grant.LimitHookCPU, asks{limits: `"hook_cpu_seconds": 0.3`},
			"sorted(range(2000), key=lambda n: sum(range(10 ** 6)))", "computed for more than 0.3 s"},
		{"a hook that waits without end", grant.LimitUserHookTime, asks{limits: `"user_hook_seconds": 0.3`}, "time.sleep(1e9)", "took longer than 0.3 s"},
	})
	rows(t, "Hooks")("a filter that posts what it filters", grant.LimitNesting.String(), func(t *testing.T, m *mattermost) string {
		p, err := m.tryToLoadAsking(t, labID, `{"limits": {"hooks_nested": 4}}`, head+`
class Again(Plugin):
    @hook(HookName.MessageWillBePosted)
    def filter(self, context, post):
        self.api.create_post(Post(user_id=post.user_id, channel_id=post.channel_id, message="again"))
        return post, ""
run_plugin(Again)
`, server.Config{})
		require.NoError(t, err)
		require.NoError(t, p.OnActivate())
		before := len(m.Posts(m.Home().TownSquare.Id))
		_, failure := m.post("hello")
		require.Nil(t, failure)
		require.NotZero(t, (&lab{m, p}).fired(t, grant.LimitNesting), m.log)
		posts := len(m.Posts(m.Home().TownSquare.Id)) - before
		require.Less(t, posts, 10)
		return fmt.Sprintf("%d posts", posts)
	})
}
