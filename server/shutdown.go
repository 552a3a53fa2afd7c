package server

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ending says when, from its begin on, the steps of an end come. A guest that has nothing to do skips the first two.
type ending struct {
	interrupt  time.Duration // hooks that still run get an exception, as at their deadline
	deactivate time.Duration // so does OnDeactivate
	cut        time.Duration // guests that still run are stopped
}

// Mattermost ends the process 10 s after it has called OnDeactivate. With a little time left the plugin's author still
// gets to see what took so long.
var (
	deactivation = ending{interrupt: 3 * time.Second, deactivate: 8 * time.Second, cut: 9 * time.Second}
	closing      = ending{interrupt: time.Second, cut: 2 * time.Second}
)

// reset begins another life of the pool, with nothing in it.
func (p *pool) reset(phase phase) {
	p.phase, p.starting, p.activating = phase, 0, nil
	p.failures, p.failure, p.retryAt = 0, nil, time.Time{}
	p.changed = make(chan struct{})
	p.ready.Store(new([]*guest))
	p.life, p.end = context.WithCancel(context.Background())
	p.work = &sync.WaitGroup{}
}

// revive lets a pool that was stopped start again.
func (p *pool) revive() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.phase == stopped {
		p.phase = unstarted
	}
}

// stop ends the pool's life: no hooks are let in from here on, and the guests that there are get a farewell each. What
// the pool does in the background ends, too. It can be started again afterwards.
func (p *pool) stop(ctx context.Context, farewell func(*guest)) error {
	p.mu.Lock()
	guests, activating, work := p.all(), p.activating, p.work
	for _, g := range guests {
		p.giveUp(g)
	}
	p.end()
	p.notify()
	if p.sweeper != nil {
		p.sweeper.Stop()
		p.sweeper = nil
	}
	p.reset(stopped)
	p.mu.Unlock()

	for _, g := range activating {
		g.interrupt(ErrDeactivated)
	}
	var all sync.WaitGroup
	for _, g := range guests[min(1, len(guests)):] {
		all.Go(func() { farewell(g) })
	}
	if len(guests) > 0 {
		farewell(guests[0]) // on this goroutine, which is all that there is for most plugins
	}
	all.Wait()

	ended := make(chan struct{})
	go func() {
		work.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return errors.New("an interpreter that was being started or closed goes on for a while")
	}
}

// farewell ends one guest by the plan, which has begun at that time: it waits for the hooks that run, calls last unless
// that is nil, and closes the guest. ctx ends it all early.
func (e ending) farewell(ctx context.Context, g *guest, began time.Time, last func(ctx context.Context)) error {
	cut, stop := context.WithDeadline(ctx, began.Add(e.cut))
	defer stop()
	defer context.AfterFunc(cut, func() { _ = g.instance.Close(cut) })()

	patience := time.NewTimer(time.Until(began.Add(e.interrupt)))
	defer patience.Stop()
	select {
	case <-g.drained:
	case <-patience.C:
		g.interrupt(ErrDeactivated)
	case <-cut.Done():
		g.interrupt(ErrDeactivated)
	}
	if last != nil {
		limited, done := context.WithDeadline(cut, began.Add(e.deactivate))
		last(limited)
		done()
	}
	err := g.instance.Close(cut)
	g.interrupt(ErrDeactivated)
	return err
}
