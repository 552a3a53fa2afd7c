package server

import (
	"context"
	"sync"
	"time"
)

// hookContext is the context of a hook: it ends with the guest, at a deadline, or when the hook has ended. Its timer
// starts when somebody waits for that; most hooks are over before anybody does.
type hookContext struct {
	context.Context // the guest's
	deadline        time.Time

	mu     sync.Mutex
	timed  context.Context // nil: nobody has asked for Done
	cancel context.CancelFunc
	ended  bool

	running running // the hook; set before anybody else sees the context
}

func newHookContext(g *guest, deadline time.Time) *hookContext {
	return &hookContext{Context: g.ctx, deadline: deadline}
}

// Deadline is when the hook's time is over.
func (c *hookContext) Deadline() (deadline time.Time, ok bool) { return c.deadline, true }

// Done is closed when the context has ended.
func (c *hookContext) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.timed == nil {
		c.timed, c.cancel = context.WithDeadline(c.Context, c.deadline)
		if c.ended {
			c.cancel()
		}
	}
	return c.timed.Done()
}

// Err says why the context has ended; nil: it has not.
func (c *hookContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.timed != nil:
		return c.timed.Err()
	case c.Context.Err() != nil:
		return c.Context.Err()
	case c.ended:
		return context.Canceled
	case time.Until(c.deadline) <= 0:
		return context.DeadlineExceeded
	}
	return nil
}

// Value gives the hook, and what the guest's context holds.
func (c *hookContext) Value(key any) any {
	if key == (runningKey{}) {
		return &c.running
	}
	return c.Context.Value(key)
}

// end says that the hook has ended.
func (c *hookContext) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	if c.cancel != nil {
		c.cancel()
	}
}
