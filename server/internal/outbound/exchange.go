package outbound

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/mmpy/mmpy/internal/grant"
)

// exchange is the time of one request and its answer, redirects included: the whole has an end, and nothing may move for
// only so long. What counts there is the time that the other server takes, and not that in which the plugin writes or does not read.
type exchange struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	total  *time.Timer
	stop   func() bool // the watch over the caller, who does not wait for the body
	free   func()      // gives its place to another one; once or more often

	mu       sync.Mutex
	idle     *time.Timer
	patience time.Duration
	answered bool // the head of the answer is there
	over     bool
}

func newExchange(caller context.Context, total, patience time.Duration, freed func()) *exchange {
	e := &exchange{patience: patience, free: sync.OnceFunc(freed)}
	if patience <= 0 || patience > total {
		e.patience = total
	}
	e.ctx, e.cancel = context.WithCancelCause(context.WithoutCancel(caller))
	e.total = time.AfterFunc(total, func() {
		e.cancel(reached(grant.LimitHTTPTime, "the request has taken longer than %s, which is the most", total))
		e.free() // though nobody may ever close it
	})
	idle := errorf(Timeout, "nothing has come for %s", e.patience)
	if e.patience == total {
		idle.Limit = new(grant.LimitHTTPTime)
	}
	e.idle = time.AfterFunc(e.patience, func() { e.cancel(idle) })
	e.stop = context.AfterFunc(caller, func() { e.cancel(context.Cause(caller)) })
	return e
}

// cause is why the exchange has been ended, if it has.
func (e *exchange) cause() error {
	if e.ctx.Err() == nil {
		return nil
	}
	return context.Cause(e.ctx)
}

// waits begins to wait for the other server, until rests. While the answer is not there it is waited for all the time.
func (e *exchange) waits() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.over {
		e.idle.Reset(e.patience)
	}
}

func (e *exchange) rests() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.idle.Stop()
}

// sends is rests and then waits, around what reads the plugin's body.
func (e *exchange) sends(read func() (int, error)) (int, error) {
	e.mu.Lock()
	if !e.answered {
		e.idle.Stop()
	}
	e.mu.Unlock()
	n, err := read()
	e.mu.Lock()
	if !e.answered && !e.over {
		e.idle.Reset(e.patience)
	}
	e.mu.Unlock()
	return n, err
}

// arrived says that the answer is there, and that its body may be read whenever.
func (e *exchange) arrived() {
	e.stop()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.answered = true
	e.idle.Stop()
}

// end frees everything; once or more often.
func (e *exchange) end() {
	e.mu.Lock()
	over := e.over
	e.over = true
	e.idle.Stop()
	e.mu.Unlock()
	if over {
		return
	}
	e.stop()
	e.total.Stop()
	e.cancel(errorf(Cancelled, "the answer is closed"))
	e.free()
}

// requestBody is a body that comes piece by piece.
type requestBody struct {
	io.Reader
	exchange   *exchange
	left, most int64
}

// Read reads what the plugin has written.
func (b *requestBody) Read(p []byte) (int, error) {
	n, err := b.exchange.sends(func() (int, error) { return b.Reader.Read(p) })
	if b.left -= int64(n); b.left < 0 {
		err := reached(grant.LimitHTTPRequest, "the request's body has more than %d bytes, which is the most", b.most)
		b.exchange.cancel(err)
		return 0, err
	}
	return n, err
}

// Close ends the plugin's writing.
func (b *requestBody) Close() error {
	if closer, ok := b.Reader.(io.Closer); ok {
		return closer.Close()
	}
	return nil
}

// Body is the body of an answer.
type Body struct {
	body     io.ReadCloser
	exchange *exchange
}

// Read reads what has come. Its error is io.EOF or an *Error.
func (b *Body) Read(p []byte) (int, error) {
	b.exchange.waits()
	n, err := b.body.Read(p)
	b.exchange.rests()
	if err == nil || err == io.EOF {
		return n, err
	}
	return n, explain("the rest of the answer", err, b.exchange.cause())
}

// Close ends the answer.
func (b *Body) Close() error {
	err := b.body.Close()
	b.exchange.end()
	return err
}
