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

func TestAtTheLimitACallerWaitsUntilTheInnermostTurnIsBackOrStuck(t *testing.T) {
	for _, stuck := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			g := New(2, 1000)
			g.StepOut(enter(t, g)) // the second enters because it comes after that
			inner := enter(t, g)
			g.StepOut(inner)
			entered := -1
			go func() {
				entered = enter(t, g)
				g.Leave(entered)
			}()
			time.Sleep(Patience - 1)
			require.Equal(t, -1, entered)
			if stuck {
				time.Sleep(2 * time.Nanosecond)
				synctest.Wait()
				require.Equal(t, 2, entered)
				require.True(t, g.StepIn(inner))
				g.Leave(inner)
			} else {
				require.True(t, g.StepIn(inner))
				g.Leave(inner)
				synctest.Wait()
				require.Equal(t, 1, entered)
			}
			time.Sleep(2 * Patience) // for the timer
			require.Equal(t, 1, g.Depth())
		})
	}
}

func TestACrowdIsKeptOutByATurnThatItWasThereBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := New(8, 1000)
		enterLater := func(name string, entered *[]string) {
			go func() {
				level := enter(t, g)
				*entered = append(*entered, name)
				g.Leave(level)
			}()
			synctest.Wait()
		}
		var entered []string
		g.StepOut(enter(t, g))
		inner := enter(t, g) // two are a crowd
		enterLater("before", &entered)
		g.StepOut(inner)
		synctest.Wait()
		require.Empty(t, entered)
		enterLater("after", &entered)
		require.Equal(t, []string{"after"}, entered)
		require.True(t, g.StepIn(inner))
		g.Leave(inner)
		synctest.Wait()
		require.Equal(t, []string{"after", "before"}, entered)
	})
}

// Each of many callers causes another one while it is outside. In the order of arrival alone they would fill the gate,
// and wait for those that they have caused.
func TestACrowdDoesNotKeepOutWhatItWaitsFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := New(4, 1000)
		done := 0
		for range 100 {
			go func() {
				outer := enter(t, g)
				g.StepOut(outer)
				time.Sleep(time.Millisecond)
				g.Leave(enter(t, g))
				g.StepIn(outer)
				done++
				g.Leave(outer)
			}()
		}
		time.Sleep(time.Second)
		synctest.Wait()
		require.Equal(t, 100, done)
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

func TestAQueueThatIsFullTurnsCallersAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := New(8, 3)
		first := enter(t, g)
		for range 3 {
			go func() {
				level, err := g.Enter(context.Background())
				if err == nil {
					g.Leave(level)
				}
			}()
		}
		synctest.Wait()
		for range 2 {
			_, err := g.Enter(t.Context())
			require.ErrorIs(t, err, ErrFull)
		}
		require.Equal(t, Stats{Waiting: 3, Depth: 1, Deepest: 1, TurnedAway: 2}, g.Stats())

		g.StepOut(first) // a turn that is outside lets in who waits, and then whoever comes
		synctest.Wait()
		inner := enter(t, g)
		require.Equal(t, Stats{Depth: 2, Deepest: 2, TurnedAway: 2}, g.Stats())
		g.Leave(inner)
	})
}

// What a turn waits for enters on top of it, however many others wait.
func TestAFullQueueDoesNotKeepOutWhatTheInnermostTurnWaitsFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := New(8, 2)
		var levels []int
		for range 2 { // up to a quarter of the limit, where only who comes later may enter
			levels = append(levels, enter(t, g))
			g.StepOut(levels[len(levels)-1])
		}
		inner := enter(t, g)
		for range 2 {
			go func() { _, _ = g.Enter(t.Context()) }()
		}
		synctest.Wait()
		require.Equal(t, 2, g.Waiting())
		_, err := g.Enter(t.Context())
		require.ErrorIs(t, err, ErrFull)
		g.StepOut(inner)
		synctest.Wait()
		caused := enter(t, g)
		require.Equal(t, 3, caused)
		g.Leave(caused)
		g.Cut(errors.New("the end of the test"))
	})
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

func TestAtTheBoundWhoMayBeWaitedForIsRefusedInTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewBounded(2, 2, 100)
		enter := func() int {
			level, err := g.Enter(t.Context())
			require.NoError(t, err)
			return level
		}
		outcome := func(enter func(context.Context) (int, error)) (result chan error, level *int) {
			result, level = make(chan error, 1), new(int)
			go func() {
				at, err := enter(t.Context())
				*level = at
				result <- err
			}()
			synctest.Wait()
			return result, level
		}
		g.StepOut(enter())
		require.Equal(t, 1, enter())
		before, _ := outcome(g.Enter) // it was there before the innermost turn stepped out, so that cannot wait for it
		g.StepOut(1)
		after, _ := outcome(g.Enter)
		time.Sleep(LastPatience - time.Millisecond)
		require.Empty(t, after, "not before the time is over")
		require.Equal(t, 2, g.Depth())
		time.Sleep(2 * time.Millisecond)
		require.ErrorIs(t, <-after, ErrDeep)
		_, err := g.Enter(t.Context())
		require.ErrorIs(t, err, ErrDeep, "from then on at once")
		require.Empty(t, before)

		woken, level := outcome(g.EnterAnyway)
		require.NoError(t, <-woken)
		require.Equal(t, 2, *level, "one more, which the others may wait for")
		again, _ := outcome(g.EnterAnyway)
		require.Empty(t, again)
		g.Leave(2)
		require.NoError(t, <-again)
		g.Leave(2)

		require.True(t, g.StepIn(1))
		g.Leave(1)
		synctest.Wait()
		require.NoError(t, <-before)
		g.Leave(1)
		require.True(t, g.StepIn(0))
		g.Leave(0)
	})
}
