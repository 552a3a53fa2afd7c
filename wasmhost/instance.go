package wasmhost

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tetratelabs/wazero/api"

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
	root    *guestfs.Root
	tmp     *guestfs.Memory
	stack   uint64 // where the stack pointer was in the beginning
	loaded  []byte

	// Guarded by the turn that the gate gives.
	gate       *gate.Gate
	calls      []*call // by level
	current    *call   // the one that is inside
	alloc      api.Function
	interrupts interrupts
	output     []*lineWriter

	submitted  *submitted
	background background

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
func (i *Instance) Hook(ctx context.Context, id uint32, request []byte) ([]byte, error) {
	c, err := i.enter(ctx, operation{name: "hook", id: id})
	if err != nil {
		return nil, err
	}
	defer c.leave()
	if c.hook == nil {
		c.hook = i.module.ExportedFunction(exportHook)
	}
	if err := c.pass(1, request); err != nil {
		return nil, err
	}
	c.stack[0] = api.EncodeU32(id)
	code, err := c.export(c.hook)
	if err != nil {
		return nil, err
	}
	return c.result(code)
}

// MemorySize is how much memory the guest has now, in bytes. It never shrinks.
func (i *Instance) MemorySize() uint64 { return i.memory.Size() }

// Retired is closed when the instance takes no more calls.
func (i *Instance) Retired() <-chan struct{} { return i.retired }

// Err says why the instance was retired by a failure; nil when it was not, or by Close.
func (i *Instance) Err() error {
	if e := i.dead.Load(); e != nil && e.Code != Closed {
		return e
	}
	return nil
}

// Close refuses new calls, waits until those that run and those that were submitted have ended, and frees what the instance holds. When ctx ends first,
// that is the error: the guest is stopped, and the rest is freed as soon as the Callers that are under way return.
func (i *Instance) Close(ctx context.Context) error {
	idle := i.gate.Shut(&Error{Code: Closed, Op: "instance"})
	i.retire()
	if idle {
		i.release()
	}
	select {
	case <-i.released:
		return nil
	case <-ctx.Done():
		i.fail(&Error{Code: Closed, Op: "instance", Err: context.Cause(ctx)})
		return &Error{Code: Killed, Op: "close", Message: "calls were still running", Err: context.Cause(ctx)}
	}
}

// fail stops the instance for good: calls that are under way end, the innermost at its next look at the host.
func (i *Instance) fail(reason *Error) {
	if i.dead.CompareAndSwap(nil, reason) {
		close(i.died)
		i.retire()
		i.submitted.stop()
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
