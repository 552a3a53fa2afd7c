package gate

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

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
