package wasmhost

import (
	"context"
	"time"

	"github.com/tetratelabs/wazero/api"
)

// lookAround is how often a call that sleeps looks whether others' time is over.
const lookAround = 20 * time.Millisecond

// interruptsPerGrace is how often an exception is raised in a guest that goes on. Not much more often, or the guest
// would be hit again and again while it makes the traceback of the first.
const interruptsPerGrace = 4

// clock says when a call's time is over. The guest looks at it with every tick: a Go timer could not, since nothing but
// the guest itself may write into its memory, and a tick comes often enough.
type clock struct {
	ctx   context.Context // nil: it has no end but soft
	soft  time.Time       // the context's deadline, if it has one
	grace time.Duration

	below     *clock // of the call that this one runs on top of, and that cannot go on before
	inherited bool   // soft is that of a call below

	over   bool      // the time is over
	hard   time.Time // then: when the instance dies
	next   time.Time // then: when the next exception is raised
	raised bool      // one was
	armed  bool      // the one that was raised last may not have been noticed yet
}

func newClock(ctx context.Context, grace time.Duration) clock {
	k := clock{ctx: ctx, grace: grace}
	k.soft, _ = ctx.Deadline()
	return k
}

// inherit ends the time of a call when that of the one below is over, which waits for it.
func (k *clock) inherit(below *clock) {
	k.below = below
	k.until(below.soft)
}

// inheritLate leaves a call that runs for a moment, on behalf of others, a grace time more.
func (k *clock) inheritLate(below *clock) {
	if !below.soft.IsZero() {
		k.until(below.soft.Add(k.grace))
	}
}

func (k *clock) until(soft time.Time) {
	if !soft.IsZero() && (k.soft.IsZero() || soft.Before(k.soft)) {
		k.soft, k.inherited = soft, true
	}
}

// endless says that nothing ends the time.
func (k *clock) endless() bool {
	return k.soft.IsZero() && k.done() == nil && (k.below == nil || k.below.endless())
}

// done is closed when the context ends; nil: it does not.
func (k *clock) done() <-chan struct{} {
	if k.ctx == nil {
		return nil
	}
	return k.ctx.Done()
}

// isOver says whether the context has ended, or would have if its timer were on time; or that of a call below.
func (k *clock) isOver(at moment) bool {
	if k.ctx != nil && k.ctx.Err() != nil {
		return true
	}
	if k.below != nil && k.below.isOver(at) {
		k.inherited = true
		return true
	}
	return !k.soft.IsZero() && momentOf(k.soft) <= at
}

// watch ends the call when it has to end, by a panic, and raises an exception in the guest when its time is over. It says
// whether it has just done that.
func (c *call) watch() bool { return c.watchAt(now()) }

func (c *call) watchAt(at moment) bool {
	if reason := c.instance.dead.Load(); reason != nil {
		panic(reason)
	}
	if c.driving && c.chase(at) {
		return false
	}
	if !c.over && !c.overspent(at) && (c.endless() || !c.isOver(at)) {
		return false
	}
	now := time.Now()
	if !c.over {
		c.over, c.next, c.hard = true, now, now.Add(c.grace)
	}
	if !now.Before(c.hard) {
		c.killed = &Error{Code: Killed, Op: c.op.String(), Err: c.whyOver()}
		panic(c.killed)
	}
	if now.Before(c.next) || !c.instance.interrupts.known {
		return false
	}
	c.instance.interrupts.raise(c.instance.module.Memory())
	c.next, c.raised, c.armed = now.Add(c.grace/interruptsPerGrace), true, true
	return true
}

// calm takes back an exception that the guest has not noticed, so that it does not strike the next call.
func (c *call) calm() {
	if c.armed && c.instance.dead.Load() == nil {
		c.instance.interrupts.withdraw(c.instance.module.Memory())
	}
	c.armed = false
}

// sleep is the guest's nanosleep. It ends early when an exception was raised, so that the guest notices.
func (c *call) sleep(duration time.Duration) {
	end := time.Now().Add(duration)
	timer := time.NewTimer(duration)
	defer timer.Stop()
	for {
		raised := c.watch() || c.driving && c.instance.deferred.isUnheard()
		at := time.Now()
		left := end.Sub(at)
		if raised || left <= 0 {
			return
		}
		done := c.done()
		if c.over {
			done, left = nil, min(left, c.hard.Sub(at))
			if c.instance.interrupts.known {
				left = min(left, c.next.Sub(at))
			}
		} else if !c.soft.IsZero() {
			left = min(left, c.soft.Sub(at))
		}
		if c.driving || c.level > 0 {
			left = min(left, lookAround)
		}
		timer.Reset(max(left, 0))
		c.rest(now())
		select {
		case <-timer.C:
		case <-done:
		case <-c.instance.died:
		}
		c.resume(now())
	}
}

// contextError is why the context has ended, also when its timer is late.
func contextError(ctx context.Context) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return context.DeadlineExceeded
}

// interrupts says where in the guest's memory an exception is raised, see mm_interrupt_info in abi/ABI.md.
type interrupts struct {
	known                        bool
	breaker, bit, signal, sigint uint32
}

// find reads what mm_interrupt_info points to.
func (n *interrupts) find(memory api.Memory, info uint32) error {
	for offset, field := range []*uint32{&n.breaker, &n.bit, &n.signal, &n.sigint} {
		value, ok := memory.ReadUint32Le(info + uint32(4*offset))
		if !ok {
			return badGuest("%s gives an address outside of its memory", exportInterruptInfo)
		}
		*field = value
	}
	n.known = true
	return nil
}

func (n *interrupts) raise(memory api.Memory) {
	memory.WriteUint32Le(n.sigint, 1)
	memory.WriteUint32Le(n.signal, 1)
	if word, ok := memory.ReadUint32Le(n.breaker); ok {
		memory.WriteUint32Le(n.breaker, word|n.bit)
	}
}

// pending says whether the guest has not noticed an exception that was raised.
func (n *interrupts) pending(memory api.Memory) bool {
	word, ok := memory.ReadUint32Le(n.sigint)
	return ok && word != 0
}

func (n *interrupts) withdraw(memory api.Memory) {
	memory.WriteUint32Le(n.sigint, 0)
	memory.WriteUint32Le(n.signal, 0)
	if word, ok := memory.ReadUint32Le(n.breaker); ok {
		memory.WriteUint32Le(n.breaker, word&^n.bit)
	}
}
