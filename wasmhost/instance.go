package wasmhost

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tetratelabs/wazero/api"

	"github.com/mmpy/mmpy/abi"

	"github.com/mmpy/mmpy/wasmhost/internal/gate"
	"github.com/mmpy/mmpy/wasmhost/internal/guestfs"
	"github.com/mmpy/mmpy/wasmhost/internal/linearmem"
)

// Instance is a running program. It is safe for concurrent use. Once it has been retired, by Close or by a failure that
// leaves its memory in no defined state, every call returns Closed.
type Instance struct {
	runtime *Runtime
	program *Program
	config  InstanceConfig
	grace   time.Duration
	module  api.Module
	memory  *linearmem.Memory

	root   *guestfs.Root
	tmp    *guestfs.Memory
	stack  uint64 // where the stack pointer was in the beginning
	loaded []byte

	// Guarded by the turn that the gate gives.
	gate       *gate.Gate
	calls      []*call // by level
	current    *call   // the one that is inside
	alloc      api.Function
	buffer     uint32 // where the guest keeps requests that fit; 0: it has not said so yet
	interrupts interrupts
	output     []*lineWriter
	uncharged  time.Duration // CPU time that the host was not told of

	ticks atomic.Uint64 // how often the guest has let its host breathe

	submitted  *submitted
	deferred   deferred
	waking     waking
	background background

	closing     atomic.Bool           // no hooks are taken any more
	dead        atomic.Pointer[Error] // nobody may go on, for this reason
	died        chan struct{}         // closed then
	retired     chan struct{}         // closed when no call is taken any more
	retireOnce  sync.Once
	released    chan struct{} // closed when nothing is held any more
	releaseOnce sync.Once
}

// Loaded is what the entry module's load function has returned.
func (i *Instance) Loaded() []byte { return i.loaded }

// Hook calls the entry module's dispatch function with an id and a request, and gives its answer. It is safe to call it
// from many goroutines, and from a Caller that the instance is calling. A failure is an *Error.
//
// The guest may let it wait, for an answer of Mattermost or for time to pass, and do other things meanwhile. Hook returns
// when there is the answer.
func (i *Instance) Hook(ctx context.Context, id uint32, request []byte) ([]byte, error) {
	op := operation{name: opHook, id: id}
	if i.closing.Load() {
		return nil, i.closedBy(op, &Error{Code: Closed})
	}
	answer, later, err := i.fire(ctx, op, request)
	if later != nil {
		return i.await(ctx, later)
	}
	return answer, err
}

// fire runs a hook as far as it gets: to its answer, or to where it waits.
func (i *Instance) fire(ctx context.Context, op operation, request []byte) ([]byte, *deferredHook, error) {
	c, err := i.enter(ctx, op)
	if err != nil {
		return nil, nil, err
	}
	defer c.leave()
	if e := c.crowded(); e != nil {
		return nil, nil, e
	}
	if c.hook == nil {
		c.hook = i.module.ExportedFunction(exportHook)
	}
	if err := c.pass(1, request); err != nil {
		return nil, nil, err
	}
	c.stack[0] = api.EncodeU32(op.id)
	code, err := c.export(c.hook)
	switch {
	case err != nil:
		return nil, c.deferred, err // which has that error, unless the instance has died of something else
	case code == abi.HookPending && c.deferred == nil:
		e := badGuest("%s says that it answers later, and has not called defer", exportHook)
		i.fail(e)
		return nil, nil, e
	case code == abi.HookPending:
		return nil, c.deferred, nil
	case c.deferred != nil:
		i.deferred.drop(c.deferred)
	}
	answer, err := c.result(code)
	return answer, nil, err
}

// MemorySize is how much memory the guest has now, in bytes. It never shrinks.
func (i *Instance) MemorySize() uint64 { return i.memory.Size() }

// Stats are figures of an instance, to be watched.
type Stats struct {
	Memory     uint64 // bytes that the guest has now; what it grows by is never less again
	Ticks      uint64 // a measure of the CPU time that the guest has used: one every so many iterations of its loops
	Waiting    int    // calls that wait for their turn
	Depth      int    // calls that are under way, on top of each other
	Deepest    int    // the most that Depth has been
	Overloaded uint64 // calls that were turned away, because too many were waiting
}

// Stats tells how the instance is. It may be called at any time, from any goroutine.
func (i *Instance) Stats() Stats {
	gate := i.gate.Stats()
	return Stats{i.MemorySize(), i.ticks.Load(), gate.Waiting, gate.Depth, gate.Deepest, gate.TurnedAway}
}

// Retired is closed when the instance takes no more calls.
func (i *Instance) Retired() <-chan struct{} { return i.retired }

// Err says why the instance was retired by a failure; nil when it was not, or by Close.
func (i *Instance) Err() error {
	if e := i.dead.Load(); e != nil && e.Code != Closed {
		return e
	}
	return nil
}

// Close refuses new calls, tells the guest to end what it does between them, waits until those that run, those that were
// deferred and those that were submitted have ended, and frees what the instance holds. When ctx ends first, that is the
// error: the guest is stopped, and the rest is freed as soon as the Callers that are under way return.
func (i *Instance) Close(ctx context.Context) error {
	i.retire()
	i.closing.Store(true)
	settled := i.settle(ctx)
	idle := i.gate.Shut(&Error{Code: Closed, Op: "instance"})
	i.waking.end()
	if idle {
		i.release()
	}
	if settled {
		select {
		case <-i.released:
			return nil
		case <-ctx.Done():
		}
	}
	i.fail(&Error{Code: Closed, Op: "instance", Err: context.Cause(ctx)})
	return &Error{Code: Killed, Op: "close", Message: "calls were still running", Err: context.Cause(ctx)}
}

// fail stops the instance for good: calls that are under way end, the innermost at its next look at the host.
func (i *Instance) fail(reason *Error) {
	if i.dead.CompareAndSwap(nil, reason) {
		close(i.died)
		i.retire()
		i.submitted.stop()
		i.waking.end()
		i.failDeferred(reason)
		i.endStreams(reason)
		if i.gate.Cut(reason) {
			i.release()
		}
	}
}

func (i *Instance) retire() { i.retireOnce.Do(func() { close(i.retired) }) }

// release frees what the instance holds, when the gate says that no call is left.
func (i *Instance) release() {
	i.releaseOnce.Do(func() {
		i.waking.end()
		i.failDeferred(&Error{Code: Closed, Op: "instance"})
		i.flush()
		if i.module != nil {
			_ = i.module.Close(context.Background())
		}
		if i.memory != nil {
			i.memory.Release()
		}
		i.endStreams(&Error{Code: Closed, Op: "instance"})
		i.background.whenIdle(func() {
			i.runtime.remove(i)
			close(i.released)
		})
	})
}

func (i *Instance) endStreams(reason error) { i.config.Streams.end(reason, i.background.run) }

// asError is err as an *Error.
func asError(err error) *Error {
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{Code: BadGuest, Op: "instantiate", Err: err}
	}
	return e
}
