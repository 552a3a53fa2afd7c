package hostile

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/hostile"
	"github.com/mmpy/mmpy/server"
	"github.com/mmpy/mmpy/wasmhost"
)

// TestHostileNeighbours is what the other plugins of a server notice.
func TestHostileNeighbours(t *testing.T) {
	quietly(t)
	row := rows(t, "Neighbours")
	row("two plugins that post twice on every post", "api_calls_per_second", func(t *testing.T, m *mattermost) string {
		for _, id := range []string{"com.example.a", "com.example.b"} {
			p, err := m.tryToLoadAsking(t, id, `{"limits": {"api_calls_per_second": 5, "api_calls_at_once": 40}}`, head+`
class Tree(Plugin):
    @hook(HookName.MessageHasBeenPosted)
    def grow(self, context, post):
        for _ in range(2): self.api.create_post(Post(user_id=post.user_id, channel_id=post.channel_id, message=post.message + "x"))
run_plugin(Tree)
`, server.Config{})
			require.NoError(t, err)
			require.NoError(t, p.OnActivate())
		}
		before := len(m.Posts(m.Home().TownSquare.Id))
		began := time.Now()
		m.answers(t)
		for time.Since(began) < 3*time.Second {
			time.Sleep(50 * time.Millisecond)
		}
		posts, took := len(m.Posts(m.Home().TownSquare.Id))-before, time.Since(began).Seconds()
		require.Less(t, float64(posts), 2*(40+5*took)+5, "each may post 40 times at once, and 5 times a second")
		require.Greater(t, posts, 40)
		return fmt.Sprintf("%d posts in %.0f s", posts, took)
	})
	row("20 plugins that grow on one host", "memory of the host", func(t *testing.T, m *mattermost) string {
		pool := wasmhost.NewMemoryPool(400 << 20)
		r, err := wasmhost.NewRuntime(t.Context(), wasmhost.NewRuntimeConfig().WithMemoryPool(pool).WithLogger(slog.New(slog.DiscardHandler)))
		require.NoError(t, err)
		outcomes := map[string]int{}
		var plugins []*server.Plugin
		for n := range 20 {
			p, err := m.tryToLoadAsking(t, fmt.Sprintf("com.example.grow%d", n), `{}`, labSource, server.Config{Runtime: r})
			if err != nil {
				require.ErrorIs(t, err, wasmhost.OutOfMemory)
				outcomes["do not start"]++
				continue
			}
			plugins = append(plugins, p)
			l := &lab{m, p}
			l.do(attempt("sys.kept = []\nwhile True: sys.kept.append(bytearray(1 << 20))"))
			require.LessOrEqual(t, pool.Used(), uint64(400<<20))
			outcomes["run"]++
		}
		require.Positive(t, outcomes["run"])
		require.Positive(t, outcomes["do not start"], "20 have the memory of the host")
		for _, p := range plugins {
			require.NoError(t, p.Close(context.Background()))
		}
		require.NoError(t, r.Close(context.Background()))
		require.Zero(t, pool.Used())
		return fmt.Sprintf("%d run, %d do not start", outcomes["run"], outcomes["do not start"])
	})
}

// quietly compares what a neighbour notices with what it takes without any attack. It has one processor at least: an attacker
// computes on one at a time.
func quietly(t *testing.T) {
	hostile.Attack(t, "Neighbours", "all attackers at once, and a neighbour's answers", "all", func(t *testing.T) string {
		const long = 4 * time.Second
		alone := beside(t, func() { time.Sleep(long) })
		attackers := map[string]string{
			"computes": "while True:\n try:\n  while True: pass\n except BaseException: pass",
			"grows":    "while True:\n try:\n  x = []\n  while True: x.append(bytearray(1 << 20))\n except MemoryError: pass",
			"prints":   "while True: print('x' * 100_000)",
			"calls":    "while True:\n try: api.get_server_version()\n except Exception: pass",
		}
		labs := map[string]*lab{}
		for name := range attackers {
			labs[name] = newMattermost().lab(t, asks{limits: `"user_hook_seconds": 1, "hook_cpu_seconds": 1, "cpu_percent": 25`})
		}
		took := beside(t, func() {
			var all sync.WaitGroup
			for name, code := range attackers {
				all.Go(func() {
					for end := time.Now().Add(long); time.Now().Before(end); time.Sleep(time.Millisecond) {
						labs[name].do(code)
					}
				})
			}
			all.Wait()
		})
		slices.Sort(alone)
		hostile.Neighbour(t, took)
		quiet, loud := hostile.Percentile(alone, 99), hostile.Percentile(took, 99)
		require.Less(t, hostile.Percentile(took, 50), usual)
		require.Less(t, loud, 20*quiet+200*time.Millisecond, "beyond what a machine with much to do makes of it")
		for _, l := range labs {
			l.close(t)
		}
		return fmt.Sprintf("99 of 100 answers within %v, and %v alone", loud.Round(10*time.Microsecond), quiet.Round(10*time.Microsecond))
	})
}
