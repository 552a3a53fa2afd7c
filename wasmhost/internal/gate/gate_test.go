package gate

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func enter(t *testing.T, g *Gate) int {
	t.Helper()
	level, err := g.Enter(t.Context())
	require.NoError(t, err)
	return level
}

func TestCallersEnterInTheOrderOfTheirArrival(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := New(8, 1000)
		first := enter(t, g)
		var order []int
		for i := range 5 {
			go func() {
				level, err := g.Enter(t.Context())
				if err == nil {
					order = append(order, i)
					g.Leave(level)
				}
			}()
			synctest.Wait()
		}
		require.Equal(t, 5, g.Waiting())
		g.Leave(first)
		synctest.Wait()
		require.Equal(t, []int{0, 1, 2, 3, 4}, order)
		require.Zero(t, g.Depth())
	})
}

func TestOthersEnterOnTopOfATurnThatIsOutside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := New(8, 1000)
		outer := enter(t, g)
		g.StepOut(outer)
		inner := enter(t, g)
		require.Equal(t, []int{0, 1}, []int{outer, inner})

		back := false
		go func() { back = g.StepIn(outer) }()
		synctest.Wait()
		require.False(t, back, "came back under a turn that has not left")

		g.Leave(inner)
		synctest.Wait()
		require.True(t, back)
		g.Leave(outer)
	})
}

func TestWhoComesBackGoesBeforeWhoEnters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := New(8, 1000)
		outer := enter(t, g)
		g.StepOut(outer)
		inner := enter(t, g)

		var order []string
		go func() {
			level, err := g.Enter(t.Context())
			if err == nil {
				order = append(order, "newcomer")
				g.Leave(level)
			}
		}()
		synctest.Wait()
		go func() {
			g.StepIn(outer)
			order = append(order, "outer")
			g.Leave(outer)
		}()
		synctest.Wait()
		g.Leave(inner)
		synctest.Wait()
		require.Equal(t, []string{"outer", "newcomer"}, order)
	})
}

func TestACallerLeavesTheQueueWhenItsContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := New(8, 1000)
		first := enter(t, g)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := g.Enter(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Zero(t, g.Waiting())
		g.Leave(first)
		g.Leave(enter(t, g))
	})
}

func TestAShutGateLetsNobodyInAndEverybodyOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, closed := New(8, 1000), errors.New("closed")
		outer := enter(t, g)
		var refusal error
		go func() { _, refusal = g.Enter(t.Context()) }()
		synctest.Wait()

		require.False(t, g.Shut(closed))
		synctest.Wait()
		require.Equal(t, closed, refusal)
		_, err := g.Enter(t.Context())
		require.Equal(t, closed, err)

		g.StepOut(outer)
		require.True(t, g.StepIn(outer), "who has entered goes on")
		require.True(t, g.Leave(outer), "the last turn")
	})
}

func TestACutGateLetsNobodyComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := New(8, 1000)
		a := enter(t, g)
		g.StepOut(a)
		b := enter(t, g)
		g.StepOut(b)
		c := enter(t, g)
		back := true
		go func() { back = g.StepIn(a) }()
		synctest.Wait()

		require.False(t, g.Cut(errors.New("killed")))
		synctest.Wait()
		require.False(t, back)
		require.False(t, g.StepIn(b))
		require.False(t, g.Leave(a), "in any order")
		require.False(t, g.Leave(c))
		require.Equal(t, 1, g.Depth())
		require.True(t, g.Leave(b), "the last turn")
	})
}

// Turns of many goroutines, each of which steps out, enters again on top of itself, and gives up waiting at random: at
// most one is ever inside, and inner turns end before outer ones go on.
func TestHammer(t *testing.T) {
	g := New(6, 1000)
	var inside atomic.Int32
	var stack []int // guarded by the turn alone, which is what the race detector checks
	check := func(level int) {
		if inside.Add(1) != 1 {
			t.Error("two turns are inside")
		}
		if len(stack) != level+1 {
			t.Errorf("level %d came back under others: %v", level, stack)
		}
	}
	var turns atomic.Int32
	var turn func(ctx context.Context, depth int)
	turn = func(ctx context.Context, depth int) {
		wait, cancel := context.WithTimeout(ctx, time.Duration(rand.IntN(3000))*time.Microsecond)
		defer cancel()
		level, err := g.Enter(wait)
		if err != nil {
			return
		}
		turns.Add(1)
		stack = append(stack, level)
		check(level)
		for range rand.IntN(3) {
			inside.Add(-1)
			g.StepOut(level)
			if depth < 3 && rand.IntN(2) == 0 {
				turn(ctx, depth+1)
			} else if rand.IntN(4) == 0 {
				time.Sleep(time.Duration(rand.IntN(100)) * time.Microsecond)
			}
			if !g.StepIn(level) {
				t.Error("not let back")
			}
			check(level)
		}
		inside.Add(-1)
		stack = stack[:level]
		g.Leave(level)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	var all sync.WaitGroup
	for range 24 {
		all.Go(func() {
			for ctx.Err() == nil {
				turn(context.WithoutCancel(ctx), 0)
			}
		})
	}
	all.Wait()
	require.Zero(t, g.Depth())
	require.Zero(t, g.Waiting())
	t.Log(turns.Load(), "turns")
}

func BenchmarkTurn(b *testing.B) {
	g, ctx := New(32, 1000), b.Context()
	for b.Loop() {
		level, _ := g.Enter(ctx)
		g.StepOut(level)
		g.StepIn(level)
		g.Leave(level)
	}
}

func TestWhoEntersAnywayMayHaveArrivedBeforeTheInnermostTurnSteppedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := New(2, 100)
		g.StepOut(enter(t, g))
		inner := enter(t, g)
		var entered atomic.Bool
		go func() {
			level, err := g.EnterAnyway(t.Context())
			entered.Store(err == nil)
			g.Leave(level)
		}()
		synctest.Wait()
		require.False(t, entered.Load())
		g.StepOut(inner)
		synctest.Wait()
		require.False(t, entered.Load(), "the limit counts")
		time.Sleep(2 * Patience)
		require.True(t, entered.Load())
		require.True(t, g.StepIn(inner))
		g.Leave(inner)
	})
}

func TestWhatATurnHasCausedBeforeItSteppedOutEntersOnTopOfIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := New(8, 100)
		g.StepOut(enter(t, g))
		inner := enter(t, g)
		entered := 0
		come := func() {
			go func() {
				g.Leave(enter(t, g))
				entered++
			}()
			synctest.Wait()
		}
		come()
		began := g.Event()
		come()
		g.StepOutSince(inner, began)
		synctest.Wait()
		require.Equal(t, 1, entered, "who came after that moment")
		require.True(t, g.StepIn(inner))
		g.Leave(inner)
		synctest.Wait()
		require.Equal(t, 2, entered)
		time.Sleep(2 * Patience) // for the timers
	})
}
