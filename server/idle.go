package server

import (
	"context"
	"time"
)

// idleTimer is the deadline of a hook that reads or writes a stream: its time begins anew with each chunk that moves, so
// that a body may be as large as it likes, but nothing may stand still.
type idleTimer struct {
	timeout time.Duration
	timer   *time.Timer
	cancel  context.CancelCauseFunc
}

// withIdleTimeout gives a context that ends when nothing has moved for that long.
func withIdleTimeout(parent context.Context, timeout time.Duration) (context.Context, *idleTimer) {
	ctx, cancel := context.WithCancelCause(parent)
	return ctx, &idleTimer{timeout, time.AfterFunc(timeout, func() { cancel(context.DeadlineExceeded) }), cancel}
}

// moved says that a chunk has moved.
func (t *idleTimer) moved() { t.timer.Reset(t.timeout) }

// stop ends the context.
func (t *idleTimer) stop() {
	t.timer.Stop()
	t.cancel(nil)
}
