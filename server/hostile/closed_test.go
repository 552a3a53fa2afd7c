package hostile

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/server"
)

// TestHostileClosed is somebody who wants a message to pass a filter that must not be evaded: by making the filter fail.
func TestHostileClosed(t *testing.T) {
	policy := filepath.Join(t.TempDir(), "policy.yaml")
	require.NoError(t, os.WriteFile(policy, []byte("default: {on_failure: closed}\n"), 0o600))
	const filter = head + `
import asyncio, os, sys, time
class Filter(Plugin):
    @hook(HookName.MessageWillBePosted)
    async def check(self, context, post):
        if "fine" in post.message: return post, ""
        exec(post.message)
        if "slow" in post.message: await asyncio.sleep(3)
        return post, ""
run_plugin(Filter)
`
	row := rows(t, "Failing closed")
	for _, a := range []struct{ name, message, limits string }{
		{"a message that the filter cannot take", "raise ValueError", ``},
		{"a message that takes too long", "while True: pass", `"user_hook_seconds": 0.5`},
		{"a message that is waited for", "0 # slow", `"user_hook_seconds": 0.5`},
		{"a message that computes too much", "while True: pass", `"hook_cpu_seconds": 0.3`},
		{"a message that takes all memory", "x = []\nwhile True: x.append(bytes(10**6))", `"memory_mib": 64`},
		{"a message that ends the interpreter", "os._exit(1)", ``},
		{"a message that crashes the interpreter", "os.abort()", ``},
		{"a message that recurs", "def f(): f()\nsys.setrecursionlimit(10**9)\nf()", ``},
	} {
		row(a.name, "on_failure: closed", func(t *testing.T, m *mattermost) string {
			p, err := m.tryToLoadAsking(t, "com.example.filter", `{"limits": {`+a.limits+`}}`, filter, server.Config{Policy: policy})
			require.NoError(t, err)
			require.NoError(t, p.OnActivate())
			before := len(m.Posts(m.Home().TownSquare.Id))
			reason := ""
			for range 3 {
				_, refused := m.post(a.message)
				require.NotNil(t, refused, "it came through")
				reason = refused.Error()
			}
			require.Contains(t, reason, "The plugin Hostile has to allow this")
			require.Len(t, m.Posts(m.Home().TownSquare.Id), before)
			require.Eventually(t, func() bool {
				_, refused := m.post("fine")
				return refused == nil
			}, 30*time.Second, 20*time.Millisecond, "%s", m.log)
			return "rejected"
		})
	}
	row("messages that overload the filter", "on_failure: closed", func(t *testing.T, m *mattermost) string {
		p, err := m.tryToLoadAsking(t, "com.example.filter", `{"limits": {"hooks_in_flight": 2}}`, filter, server.Config{Policy: policy})
		require.NoError(t, err)
		require.NoError(t, p.OnActivate())
		done := make(chan bool)
		for range 20 {
			go func() {
				_, refused := m.post("0 # slow")
				done <- refused == nil
			}()
		}
		passed := 0
		for range 20 {
			if <-done {
				passed++
			}
		}
		require.Equal(t, 2, passed, "those that it has looked at")
		return "rejected, but for those that it looked at"
	})
}
