package server

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTheContextOfAHookEnds(t *testing.T) {
	stopped := errors.New("stopped")
	for name, way := range map[string]struct {
		end        func(*hookContext, *guest)
		err, cause error
	}{
		"at the deadline":   {func(*hookContext, *guest) { time.Sleep(time.Minute) }, context.DeadlineExceeded, context.DeadlineExceeded},
		"with the guest":    {func(_ *hookContext, g *guest) { g.interrupt(stopped) }, context.Canceled, stopped},
		"when the hook has": {func(c *hookContext, _ *guest) { c.end() }, context.Canceled, context.Canceled},
	} {
		for asked, ask := range map[string]func(*hookContext){
			"and nobody waits": func(*hookContext) {},
			"while one waits":  func(c *hookContext) { c.Done() },
		} {
			t.Run(name+" "+asked, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					g := newGuest()
					defer g.interrupt(nil)
					c := newHookContext(g, time.Now().Add(time.Minute))
					defer c.end()
					ask(c)
					child, cancel := context.WithCancel(context.WithoutCancel(c))
					defer cancel()
					require.NoError(t, c.Err())

					way.end(c, g)
					synctest.Wait()
					require.ErrorIs(t, c.Err(), way.err)
					require.Equal(t, way.cause, context.Cause(c))
					<-c.Done()
					require.ErrorIs(t, c.Err(), way.err)
					require.NoError(t, child.Err())
				})
			})
		}
	}
}

func TestAHookThatNobodyWaitsForHasNoTimer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGuest()
		defer g.interrupt(nil)
		c := newHookContext(g, time.Now().Add(time.Minute))
		deadline, ok := c.Deadline()
		require.True(t, ok)
		require.Equal(t, time.Now().Add(time.Minute), deadline)
		require.NoError(t, c.Err())
		c.end()
		require.Nil(t, c.timed)
	})
}
