// Package metrics counts what a plugin does, and tells it as Prometheus wants to hear it.
//
// Counting must cost next to nothing, since it is part of each hook and each API call: what belongs to a hook or a method
// is found by its number, and is made when the first one is counted. Prometheus' own types come in when somebody asks.
package metrics

import (
	"sync/atomic"
	"time"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/internal/grant"
)

// Recorder counts for one plugin. Its zero value is useful, and it is safe for any number of goroutines.
type Recorder struct {
	hooks    [len(abi.Hooks)]atomic.Pointer[operation]
	methods  [len(abi.Methods)]atomic.Pointer[operation]
	restarts [kinds]atomic.Uint64             // by why the interpreter before ended
	limits   [grant.CountLimits]atomic.Uint64 // how often each was reached
	http     outgoing
}

// operation is a hook, or a method of the API.
type operation struct {
	duration histogram
	errors   [kinds]atomic.Uint64
}

// Hook counts a hook that has ended.
func (r *Recorder) Hook(hook abi.Hook, took time.Duration, kind Kind) {
	count(&r.hooks[hook], took, kind)
}

// Method counts an API call that has ended.
func (r *Recorder) Method(method abi.Method, took time.Duration, kind Kind) {
	if int(method) < len(r.methods) {
		count(&r.methods[method], took, kind)
	}
}

// Restart counts an interpreter that has ended, and why.
func (r *Recorder) Restart(cause Kind) { r.restarts[cause].Add(1) }

// Limit counts a limit that was reached.
func (r *Recorder) Limit(limit grant.Limit) { r.limits[limit].Add(1) }

func count(of *atomic.Pointer[operation], took time.Duration, kind Kind) {
	o := of.Load()
	if o == nil {
		of.CompareAndSwap(nil, new(operation))
		o = of.Load()
	}
	o.duration.observe(took)
	if kind != OK {
		o.errors[kind].Add(1)
	}
}

// A Moment is a point in time of this process. To take one costs less than time.Now, which reads another clock as well.
type Moment time.Duration

var epoch = time.Now()

// Now is the present.
func Now() Moment { return Moment(time.Since(epoch)) }

// At is a point in time that time.Now has given.
func At(t time.Time) Moment { return Moment(t.Sub(epoch)) }

// Since is the time that has passed since then.
func Since(then Moment) time.Duration { return time.Duration(Now() - then) }
