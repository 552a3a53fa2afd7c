package wasmhost

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tetratelabs/wazero/api"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/wasmhost/internal/guestmem"
)

// lateTick is how long a guest that is to die may take to its next tick, on a busy machine.
const lateTick = 5 * time.Second

// deferred are the hooks of one instance that the guest answers later, after mm_hook has returned: it waits for
// something, and their callers wait here, where they keep nobody from his turn.
type deferred struct {
	mu      sync.Mutex
	last    int64                   // number
	hooks   map[int64]*deferredHook // by number
	expired []int64                 // whose time is over, and the guest has not been told
	failure *Error                  // there are no more, for this reason

	overdue atomic.Int32 // how many of hooks have no time left
	waiting atomic.Int32 // how many hooks there are

	// What the guest has said of the code that was interrupted last, and is running still.
	running int64     // of which hook it is
	unheard time.Time // since when it has not said anything
}

// deferredHook is one of them. It belongs to the mutex of its instance's deferred until it has ended.
type deferredHook struct {
	number int64
	op     operation
	ctx    context.Context
	clock  clock

	over   bool      // its time
	hard   time.Time // then: when the instance dies if the guest is still at it
	next   time.Time // then: when what runs is interrupted the next time
	ended  chan struct{}
	done   bool
	answer []byte
	err    *Error
}

// deferHook makes a deferred hook of the one that the call is for, and gives its number. From there on the call is like
// one of wake: what runs in it may belong to any hook.
func (c *call) deferHook() int64 {
	d := &c.instance.deferred
	if c.op.name != opHook || c.deferred != nil {
		return int64(abi.StatusInvalid)
	}
	c.instance.waking.use()
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.failure != nil:
		return int64(abi.StatusCancelled)
	case len(d.hooks) >= abi.MaxDeferred:
		return int64(abi.StatusQuota)
	}
	d.last++
	c.deferred = &deferredHook{number: d.last, op: c.op, ctx: c.Context, clock: newClock(c.Context, c.grace)}
	if d.hooks == nil {
		d.hooks = map[int64]*deferredHook{}
	}
	d.hooks[d.last] = c.deferred
	d.waiting.Add(1)
	c.calm()
	c.drive()
	return d.last
}

// complete takes the answer of a deferred hook, or the exception that it ended with.
func (c *call) complete(memory api.Memory, number int64, failed bool, answer guestmem.Span) int64 {
	i := c.instance
	view, ok := answer.View(memory)
	if !ok {
		return int64(abi.StatusBadPointer)
	}
	d := &i.deferred
	d.mu.Lock()
	h := d.hooks[number]
	if h == nil {
		d.mu.Unlock()
		return int64(abi.StatusInvalid)
	}
	if h.err = i.tooLong(context.Background(), h.op, len(view)); h.err != nil {
		view = view[:min(len(view), keptOfTooLong)]
	}
	h.answer = append(make([]byte, 0, len(view)), view...)
	if failed {
		var over error
		if h.over {
			over = contextError(h.ctx)
		}
		h.err = exception(h.op, h.answer, over)
		h.answer = nil
	}
	if failure := h.err; failure != nil && failure.Code == Exited {
		d.mu.Unlock()
		i.fail(failure) // which ends the hook as well: whoever hears of it finds the instance dead
	} else {
		d.end(h)
		d.mu.Unlock()
	}
	i.waking.settled()
	return 0
}

// end takes a hook out of the table. It needs d.mu.
func (d *deferred) end(h *deferredHook) {
	delete(d.hooks, h.number)
	d.waiting.Add(-1)
	if h.over {
		d.overdue.Add(-1)
	}
	h.done = true
	if h.ended != nil {
		close(h.ended)
	}
}

// any says whether there are hooks that have not been answered.
func (d *deferred) any() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.hooks) > 0
}

// drop forgets a hook that has been answered at once after all.
func (d *deferred) drop(h *deferredHook) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !h.done {
		d.end(h)
	}
}

// await waits for the answer of a deferred hook, outside of the gate.
func (i *Instance) await(ctx context.Context, h *deferredHook) ([]byte, error) {
	d := &i.deferred
	d.mu.Lock()
	if !h.done {
		h.ended = make(chan struct{})
	}
	d.mu.Unlock()
	if h.ended != nil && !i.awaitEnd(ctx, h) {
		return nil, &Error{Code: Timeout, Op: h.op.String(), Message: "it did not end when it was cancelled", Err: contextError(ctx)}
	}
	if h.err != nil {
		return nil, h.err
	}
	return h.answer, nil
}

// awaitEnd says whether the hook has ended. One that does not do so when its time is over is given up: the guest may
// ignore that it is cancelled, but nobody waits for it any more.
func (i *Instance) awaitEnd(ctx context.Context, h *deferredHook) bool {
	select {
	case <-h.ended:
		return true
	case <-ctx.Done():
	}
	i.expire(h)
	d := &i.deferred
	d.mu.Lock()
	left := time.Until(h.hard) + i.grace/interruptsPerGrace // by then the instance is dead, if it has to die
	d.mu.Unlock()
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-h.ended:
		return true
	case <-timer.C:
	}
	if d.isBlamed(h) { // then it dies at its next tick, which may be late
		timer.Reset(lateTick)
		select {
		case <-h.ended:
			return true
		case <-timer.C:
		}
	}
	d.mu.Lock()
	if h.done {
		d.mu.Unlock()
		return true
	}
	d.end(h)
	d.expired = append(d.expired, h.number)
	d.mu.Unlock()
	i.waking.settled()
	i.poke()
	return false
}

// expire says that the time of a deferred hook is over.
func (i *Instance) expire(h *deferredHook) {
	d := &i.deferred
	d.mu.Lock()
	if h.done || h.over {
		d.mu.Unlock()
		return
	}
	h.over, h.next = true, time.Now()
	h.hard = h.next.Add(i.grace)
	d.overdue.Add(1)
	d.expired = append(d.expired, h.number)
	d.mu.Unlock()
	i.poke()
}

// nextExpired gives the number of a hook that the guest is to be told of, 0 when there is none, and whether there are
// more. The guest cancels it, and its code is not interrupted while it winds up.
func (i *Instance) nextExpired() (number int64, more bool) {
	d := &i.deferred
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.expired) > 0 {
		number = d.expired[0]
		d.expired = slices.Delete(d.expired, 0, 1)
		if h := d.hooks[number]; h != nil {
			h.next = time.Now().Add(i.grace / interruptsPerGrace)
		}
	}
	return number, len(d.expired) > 0
}

// chase interrupts what runs when the time of a deferred hook is over: the guest finds out whether it is code of that
// hook. It ends the instance when that has had its grace time too. It says whether it has interrupted.
func (c *call) chase(at moment) bool {
	i := c.instance
	d := &i.deferred
	if h := c.deferred; h != nil && !h.over && h.clock.isOver(at) { // nobody waits for it yet
		i.expire(h)
	}
	if d.overdue.Load() == 0 {
		return false
	}
	now := time.Now()
	d.mu.Lock()
	defer d.mu.Unlock()
	due := false
	for number, h := range d.hooks {
		if !h.over {
			continue
		}
		deaf := !d.unheard.IsZero() && now.Sub(d.unheard) >= c.grace/2
		if !now.Before(h.hard) && (d.running == number || deaf) {
			c.killed = &Error{Code: Killed, Op: h.op.String(), Err: contextError(h.ctx)}
			h.err = c.killed
			panic(c.killed)
		}
		if !now.Before(h.next) {
			due, h.next = true, now.Add(c.grace/interruptsPerGrace)
		}
	}
	if !due || !i.interrupts.known {
		return false
	}
	if d.unheard.IsZero() {
		d.unheard = now
	}
	i.interrupts.raise(i.module.Memory())
	c.armed = true
	return true
}

// What over says.
const (
	notOver   = 0
	isOver    = 1
	belowOver = 2
	cpuOver   = 3
)

// whyInterrupted tells the guest whether the code that runs has no time left. It belongs to the hook of that number, or
// to none that is deferred.
func (c *call) whyInterrupted(number int64) int32 {
	d := &c.instance.deferred
	d.mu.Lock()
	defer d.mu.Unlock()
	d.running, d.unheard = number, time.Time{}
	h := d.hooks[number]
	switch {
	case c.spent:
		return cpuOver
	case h != nil && h.over, c.over && !c.inherited:
		return isOver
	case c.over:
		return belowOver
	}
	return notOver
}

// isBlamed says whether it may be code of the hook that keeps the guest busy.
func (d *deferred) isBlamed(h *deferredHook) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.running == h.number || !d.unheard.IsZero()
}

// isUnheard says whether the guest has been interrupted and has not looked at it yet.
func (d *deferred) isUnheard() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return !d.unheard.IsZero()
}

// calmed says that what was interrupted does not run any more, or waits.
func (d *deferred) calmed() {
	d.mu.Lock()
	d.running, d.unheard = 0, time.Time{}
	d.mu.Unlock()
}

// failDeferred ends all deferred hooks, also those to come.
func (i *Instance) failDeferred(reason *Error) {
	d := &i.deferred
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.failure == nil {
		d.failure = reason
	}
	for _, h := range d.hooks {
		if h.err != reason { // which is its own when the instance has died of it
			h.err = i.closedBy(h.op, reason)
		}
		d.end(h)
	}
}
