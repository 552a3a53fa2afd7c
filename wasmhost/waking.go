package wasmhost

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/mmpy/mmpy/abi"
)

// waking is when the guest is entered although nobody calls it: it has asked for that with alarm, a submitted call has
// ended that it wants to know of, or the time of a deferred hook is over. Each time has a goroutine of its own, which
// ends with it; where nothing is to come there is none, and no timer.
type waking struct {
	mu       sync.Mutex
	used     bool          // the guest has asked to be woken
	queued   bool          // a goroutine is on its way into the guest
	wakes    int           // goroutines, on their way or in the guest
	calls    int           // submitted calls under way whose end wakes
	timer    *time.Timer   // the alarm
	set      bool          // it is
	stopping bool          // the guest is to be told to come to an end
	ended    bool          // it is not woken any more
	idle     chan struct{} // closed when nothing is to come; nil when nobody waits for that
	busy     func() bool   // whether hooks are deferred
}

// poke has the guest entered, as soon as it is its turn.
func (i *Instance) poke() {
	w := &i.waking
	w.mu.Lock()
	defer w.mu.Unlock()
	i.pokeLocked()
}

// pokeLocked needs w.mu.
func (i *Instance) pokeLocked() {
	w := &i.waking
	if w.ended || w.queued {
		return
	}
	w.queued, w.used = true, true
	w.wakes++
	i.background.run(i.wakeSoon)
}

// wakeSoon enters the guest when it is its turn, and wakes it.
func (i *Instance) wakeSoon() {
	w := &i.waking
	defer func() {
		w.mu.Lock()
		w.wakes--
		w.mu.Unlock()
		w.settled()
	}()
	level, err := i.gate.EnterAnyway(context.Background())
	w.mu.Lock()
	w.queued = false
	w.mu.Unlock()
	if err == nil { // or it is closed
		i.wake(i.entered(context.Background(), level, operation{name: opWake}))
	}
}

// wake lets the guest go on with what it has to do between hooks.
func (i *Instance) wake(c *call) {
	defer c.leave()
	if c.wake == nil {
		c.wake = i.module.ExportedFunction(exportWake)
	}
	for {
		reason, more := i.wakeReason()
		c.stopMeter()
		c.startMeter()
		c.drive()
		c.stack[0] = uint64(reason)
		code, err := c.export(c.wake)
		if err == nil {
			_, err = c.result(code)
		}
		if err != nil {
			i.sayWhyNotWoken(err)
			return
		}
		if !more {
			return
		}
	}
}

// wakeReason is what mm_wake is told; more says that there is more to tell.
func (i *Instance) wakeReason() (reason int64, more bool) {
	w := &i.waking
	w.mu.Lock()
	stop := w.stopping
	w.stopping = false
	w.mu.Unlock()
	if stop {
		return abi.Stop, true
	}
	return i.nextExpired()
}

func (i *Instance) sayWhyNotWoken(err error) {
	var e *Error
	if errors.As(err, &e) && e.Code != Closed {
		text := "between hooks: " + e.Error()
		if e.Traceback != "" {
			text += "\n" + e.Traceback
		}
		i.say(slog.LevelError, text)
	}
}

// alarm has the guest woken after that time, and not when it had said before; never when it is below zero.
func (c *call) alarm(timeout time.Duration) {
	i := c.instance
	if delay := i.config.Delay; delay != nil && timeout >= 0 {
		timeout = max(timeout, delay())
	}
	w := &i.waking
	w.mu.Lock()
	if w.set {
		w.timer.Stop()
		w.set = false
	}
	switch {
	case w.ended || timeout < 0:
	case timeout == 0:
		i.pokeLocked()
	case w.timer == nil:
		w.used, w.set = true, true
		w.timer = time.AfterFunc(timeout, i.ring)
	default:
		w.set = true
		w.timer.Reset(timeout)
	}
	w.mu.Unlock()
	w.settled()
}

// ring is the alarm.
func (i *Instance) ring() {
	w := &i.waking
	w.mu.Lock()
	defer w.mu.Unlock()
	w.set = false
	i.pokeLocked()
}

// use says that the guest has something to do between hooks.
func (w *waking) use() {
	w.mu.Lock()
	w.used = true
	w.mu.Unlock()
}

// began says that a call is under way whose end wakes the guest, and returned that it has ended.
func (w *waking) began() {
	w.mu.Lock()
	w.used = true
	w.calls++
	w.mu.Unlock()
}

func (i *Instance) returned() {
	w := &i.waking
	w.mu.Lock()
	w.calls--
	i.pokeLocked()
	w.mu.Unlock()
	w.settled()
}

// settle tells the guest to come to an end, and waits until it has nothing more to do between hooks. It says whether it
// has come to that before ctx ends.
func (i *Instance) settle(ctx context.Context) bool {
	w := &i.waking
	w.mu.Lock()
	if !w.used {
		w.mu.Unlock()
		return true
	}
	if w.idle == nil {
		w.stopping = true
		w.idle = make(chan struct{})
		i.pokeLocked()
	}
	w.mu.Unlock()
	select {
	case <-w.idle:
	case <-i.died:
	case <-ctx.Done():
		return false
	}
	return true
}

// settled is called when something has ended that settle may wait for.
func (w *waking) settled() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.idle == nil || w.wakes > 0 || w.calls > 0 || w.set || w.busy() {
		return
	}
	select {
	case <-w.idle:
	default:
		close(w.idle)
	}
}

// end leaves the guest alone from now on.
func (w *waking) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
	if w.timer != nil {
		w.timer.Stop()
		w.set = false
	}
}
