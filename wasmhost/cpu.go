package wasmhost

import "time"

// A moment is a point in time of this process. To take one costs less than time.Now, which reads another clock as well.
type moment time.Duration

var epoch = time.Now()

func now() moment { return moment(time.Since(epoch)) }

// chargeAtOnce is how much computing is told of while it goes on; less is told of at its end.
const chargeAtOnce = 10 * time.Millisecond

// A meter measures how long a call computes: the time from when the guest has the turn until it ends or lets its host wait
// for something. It costs two looks at the clock for each.
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
	c.resume()
}

// resume says that the guest computes, until rest.
func (c *call) resume() {
	if c.instance.metered() {
		c.since = now()
	}
}

// rest says that the guest waits, or has ended.
func (c *call) rest() {
	if c.since != 0 {
		c.used += time.Duration(now() - c.since)
		c.since = 0
	}
}

// charge tells the host of what was used and not told before.
func (c *call) charge(used time.Duration) {
	if tell := c.instance.config.Charge; tell != nil && used > c.charged {
		tell(used - c.charged)
		c.charged = used
	}
}

// overspent says whether the call has computed for longer than it may. It is asked while the guest computes.
func (c *call) overspent() bool {
	i := c.instance
	if c.since == 0 {
		return false
	}
	used := c.used + time.Duration(now()-c.since)
	if used-c.charged >= chargeAtOnce {
		c.charge(used)
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
