package server

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// notes collects what happened, from any goroutine.
type notes struct {
	mu    sync.Mutex
	lines []string
}

func (n *notes) add(format string, args ...any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lines = append(n.lines, fmt.Sprintf(format, args...))
}

// take gives the notes and forgets them.
func (n *notes) take() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	lines := n.lines
	n.lines = nil
	return lines
}

// poolOf makes an active plugin with up to size guests. Its hooks note the number of their guest; MessageHasBeenPosted
// takes a second.
func poolOf(t *testing.T, size int) (*Plugin, *fakeEngine, *notes) {
	t.Helper()
	happened := &notes{}
	engine := &fakeEngine{script: script{}}
	for _, name := range []string{"OnConfigurationChange", "OnActivate", "OnDeactivate", "MessageHasBeenPosted"} {
		engine.script[name] = func(i *fakeInstance, _ proto.Message) (proto.Message, error) {
			happened.add("%s in %d", name, engine.number(i))
			if name == "MessageHasBeenPosted" {
				time.Sleep(time.Second)
			}
			return nil, nil
		}
	}
	p, _ := fake(t, engine)
	p.guests.size = size
	require.NoError(t, p.OnConfigurationChange())
	require.NoError(t, p.OnActivate())
	return p, engine, happened
}

// post runs hooks at the same time, and returns when all have ended.
func postAtOnce(p *Plugin, count int) {
	var all sync.WaitGroup
	for range count {
		all.Go(func() { p.MessageHasBeenPosted(nil, &model.Post{}) })
	}
	all.Wait()
}

func TestAPluginHasOneGuestUnlessItAsksForMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, engine, _ := poolOf(t, 1)
		postAtOnce(p, 10)
		require.Equal(t, 1, engine.starts())
	})
}

func TestAPoolGrowsWhileAllGuestsAreBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, engine, happened := poolOf(t, 3)
		require.Equal(t, 1, engine.starts(), "as long as one is enough")
		postAtOnce(p, 1)
		synctest.Wait()
		require.Equal(t, 1, engine.starts())
		require.Equal(t, []string{"OnConfigurationChange in 0", "OnActivate in 0", "MessageHasBeenPosted in 0"}, happened.take())

		postAtOnce(p, 2)
		synctest.Wait()
		require.Equal(t, 2, engine.starts())
		lines := happened.take()
		require.Less(t, index(lines, "OnConfigurationChange in 1"), index(lines, "OnActivate in 1"), lines)
		require.NotContains(t, lines, "OnActivate in 0")

		for range 5 {
			postAtOnce(p, 12)
		}
		require.Equal(t, 3, engine.starts(), "never more than it may")
		happened.take()
		postAtOnce(p, 3)
		require.ElementsMatch(t, []string{"MessageHasBeenPosted in 0", "MessageHasBeenPosted in 1", "MessageHasBeenPosted in 2"},
			happened.take(), "each goes to an idle one")
		postAtOnce(p, 9)
		counts := map[string]int{}
		for _, line := range happened.take() {
			counts[line]++
		}
		require.Equal(t, map[string]int{"MessageHasBeenPosted in 0": 3, "MessageHasBeenPosted in 1": 3, "MessageHasBeenPosted in 2": 3},
			counts, "or to the shortest queue")
	})
}

func index(lines []string, line string) int {
	for n := range lines {
		if lines[n] == line {
			return n
		}
	}
	return -1
}

func TestAPoolShrinksToOneGuestWhenItIsIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, engine, happened := poolOf(t, 3)
		for range 3 {
			postAtOnce(p, 3)
			synctest.Wait()
		}
		require.Equal(t, 3, engine.starts())
		for range 10 { // one hook at a time keeps one of them busy
			time.Sleep(idleTime / 4)
			postAtOnce(p, 1)
		}
		require.Len(t, p.guests.all(), 1)
		require.True(t, engine.started[1].isClosed())
		require.True(t, engine.started[2].isClosed())
		require.NotContains(t, happened.take(), "OnDeactivate in 1", "the plugin is still active")
		time.Sleep(10 * idleTime)
		require.Len(t, p.guests.all(), 1)

		for range 3 { // and grows again
			postAtOnce(p, 3)
			synctest.Wait()
		}
		require.Len(t, p.guests.all(), 3)
		require.Equal(t, 5, engine.starts())
	})
}

func TestConfigurationAndTheEndAreForAllGuests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, engine, happened := poolOf(t, 3)
		for range 3 {
			postAtOnce(p, 3)
			synctest.Wait()
		}
		happened.take()
		require.NoError(t, p.OnConfigurationChange())
		require.ElementsMatch(t, []string{"OnConfigurationChange in 0", "OnConfigurationChange in 1", "OnConfigurationChange in 2"}, happened.take())
		require.NoError(t, p.OnDeactivate())
		require.ElementsMatch(t, []string{"OnDeactivate in 0", "OnDeactivate in 1", "OnDeactivate in 2"}, happened.take())
		for _, i := range engine.started {
			require.True(t, i.isClosed())
		}
	})
}

func TestOneOfSeveralGuestsThatDiesLeavesTheOthersAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, engine, _ := poolOf(t, 2)
		for range 2 {
			postAtOnce(p, 2)
			synctest.Wait()
		}
		engine.started[0].end(killed())
		synctest.Wait()
		require.Len(t, p.guests.all(), 1)
		require.Equal(t, 2, engine.starts(), "another one is started when there is need")
		postAtOnce(p, 2)
		synctest.Wait()
		require.Equal(t, 3, engine.starts())
		require.Len(t, p.guests.all(), 2)
	})
}

// A second guest that cannot be activated is not tried again and again.
func TestAPoolThatCannotGrowGoesOnWithWhatItHas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, engine, _ := poolOf(t, 3)
		engine.set("OnActivate", func(*fakeInstance, proto.Message) (proto.Message, error) {
			return nil, raise("ValueError", "one is enough")
		})
		for range 20 { // seconds
			postAtOnce(p, 3)
		}
		require.LessOrEqual(t, engine.starts(), 8, "after 0, 1, 2, 4, 8 seconds")
		require.GreaterOrEqual(t, engine.starts(), 4)
		require.Len(t, p.guests.all(), 1)
		require.NoError(t, p.Health())
	})
}

// Hooks that arrive, guests that die, are given up and come again, settings that change: each hook is answered once.
func TestHammerOfThePool(t *testing.T) {
	var answered atomic.Int64
	engine := &fakeEngine{script: script{"OnConfigurationChange": nothing, "OnActivate": nothing}}
	engine.script["MessageWillBePosted"] = func(*fakeInstance, proto.Message) (proto.Message, error) {
		time.Sleep(100 * time.Microsecond)
		answered.Add(1)
		return nil, nil
	}
	p, _ := fake(t, engine)
	p.guests.size, p.guests.patience = 4, 1<<30
	require.NoError(t, p.OnActivate())
	ctx, cancel := context.WithTimeout(t.Context(), hammerTime(t))
	defer cancel()
	var asked, failed atomic.Int64
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for ctx.Err() == nil {
				asked.Add(1)
				if _, err := p.Invoke(t.Context(), abi.HookMessageWillBePosted, &pb.MessageWillBePostedRequest{}); err != nil {
					failed.Add(1)
				}
			}
		})
	}
	all.Go(func() {
		for ctx.Err() == nil {
			time.Sleep(3 * time.Millisecond)
			guests := p.guests.all()
			if len(guests) < 2 {
				continue
			}
			switch asked.Load() % 3 {
			case 0:
				guests[1].instance.(*fakeInstance).end(killed())
			case 1:
				p.guests.sweep()
			default:
				if err := p.OnConfigurationChange(); err != nil {
					t.Error(err)
				}
			}
		}
	})
	all.Wait()
	require.Equal(t, asked.Load(), answered.Load()+failed.Load())
	require.Zero(t, failed.Load(), "a hook that its guest has not begun goes to another one")
	for _, g := range p.guests.all() {
		require.Zero(t, g.hooks.Load())
	}
	t.Logf("%d hooks, %d guests", asked.Load(), engine.starts())
}

func nothing(*fakeInstance, proto.Message) (proto.Message, error) { return nil, nil }

// An interpreter may end the moment after it has loaded the plugin.
func TestAGuestThatEndsAsSoonAsItIsLoadedIsNotGivenHooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &fakeEngine{script: dying(), load: func(i *fakeInstance) error { i.end(killed()); return nil }}
		p, _ := fake(t, engine)
		for range 3 {
			_, err := p.Invoke(t.Context(), abi.HookMessageWillBePosted, &pb.MessageWillBePostedRequest{})
			if err == nil {
				t.Fatal("a hook of a dead guest succeeded")
			}
			synctest.Wait()
		}
		engine.setLoad(nil)
		time.Sleep(loadDelay)
		_, err := p.Invoke(t.Context(), abi.HookMessageWillBePosted, &pb.MessageWillBePostedRequest{})
		require.NoError(t, err)
	})
}

func TestAnEngineThatPanicsDoesNotKeepHooksWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &fakeEngine{script: dying(), load: func(*fakeInstance) error { panic("not what we thought") }}
		p, _ := fake(t, engine)
		for range 2 {
			_, err := p.Invoke(t.Context(), abi.HookMessageWillBePosted, &pb.MessageWillBePostedRequest{})
			require.ErrorContains(t, err, "panic: not what we thought")
		}
		engine.setLoad(nil)
		time.Sleep(loadDelay)
		require.NoError(t, p.OnActivate())
	})
}
