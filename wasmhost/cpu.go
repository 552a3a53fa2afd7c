package wasmhost

import "time"

// A moment is a point in time of this process. To take one costs less than time.Now, which reads another clock as well.
type moment time.Duration

var epoch = time.Now()

func now() moment { return moment(time.Since(epoch)) }

func momentOf(t time.Time) moment { return moment(t.Sub(epoch)) }

// How much computing is told of: while it goes on, and at the end of a call, where less is told of with a later one.
const (
	chargeAtOnce = 10 * time.Millisecond
	chargeAtEnd  = time.Millisecond
)

// A meter measures how long a call computes: the time from when the guest has the turn until it ends or lets its host wait
// for something. It costs a look at the clock for each.
type meter struct {
	since   moment        // when it went inside; 0: it is not, or nobody wants to know
	used    time.Duration // before that
	charged time.Duration // of that, what the host was told of
	spent   bool          // it has used more than it may
}

// metered says whether anybody wants to know.
func (i *Instance) metered() bool { return i.config.Limits.CPU > 0 || i.config.Charge != nil }

// startMeter begins anew.
func (c *call) startMeter() {
	c.meter = meter{}
	c.resume(now())
}

// stopMeter ends it.
func (c *call) stopMeter() {
	c.rest(now())
	i := c.instance
	i.uncharged += c.used - c.charged
	if tell := i.config.Charge; tell != nil && i.uncharged >= chargeAtEnd {
		tell(i.uncharged)
		i.uncharged = 0
	}
}

// resume says that the guest computes, until rest.
func (c *call) resume(at moment) {
	if c.instance.metered() {
		c.since = at
	}
}

// rest says that the guest waits, or has ended.
func (c *call) rest(at moment) {
	if c.since != 0 {
		c.used += time.Duration(at - c.since)
		c.since = 0
	}
}

// overspent says whether the call has computed for longer than it may. It is asked while the guest computes.
func (c *call) overspent(at moment) bool {
	i := c.instance
	if c.since == 0 {
		return false
	}
	used := c.used + time.Duration(at-c.since)
	if tell := i.config.Charge; tell != nil && used-c.charged >= chargeAtOnce {
		tell(used - c.charged)
		c.charged = used
	}
	limit := i.config.Limits.CPU
	if limit == 0 || used <= limit || c.op.name != opHook && c.op.name != opWake { // loading is no hook
		return false
	}
	if !c.spent {
		c.spent = true
		i.limited(c.callContext(), CPULimit, "%s has computed for more than %v", c.op, limit)
	}
	return true
}

// whyOver is why the call's time is over.
func (c *call) whyOver() error {
	if c.spent {
		return ErrCPU
	}
	return contextError(c.Context)
}
