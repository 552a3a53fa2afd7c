package server

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// How a guest that has died is replaced.
const (
	loadDelay    = 5 * time.Second // after a first start that failed, until another one is tried
	firstDelay   = time.Second     // before the second restart in a row; the first one is at once
	longestDelay = time.Minute     // the delays double up to this
	healthyTime  = time.Minute     // a guest that has been active for so long ends the row
	maxFailures  = 10              // in a row; then the plugin stays down
	letInDelay   = time.Second     // after the first API call of an activation, until hooks are let in
)

// delayAfter is how long to wait before a guest is started after so many failures in a row.
func delayAfter(failures int) time.Duration {
	switch {
	case failures <= 1:
		return 0
	case failures > 8: // or the shift would be too much one day
		return longestDelay
	}
	return min(firstDelay<<(failures-2), longestDelay)
}

// lost says that a guest has died, or is of no more use, and why. Another one takes over: of a plugin with one guest at
// once, of one with more when there is need.
func (p *pool) lost(g *guest, cause error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if g.gone || p.phase == stopped {
		return
	}
	reported := g.hooks.Load() > 0 // by the hook that it has died of, or that fails because of that
	p.giveUp(g)
	p.withdraw(g)
	p.discard(g)
	if slices.Contains(p.activating, g) {
		return // its activation fails, and who waits for that does the rest
	}
	defer p.notify()
	others := len(p.all()) > 0
	switch {
	case p.phase != active:
		if !others {
			p.phase = unstarted
		}
		return
	case time.Since(g.since) >= healthyTime:
		p.failures = 0
	}
	p.restarts(cause)
	if !reported {
		p.log.Warn("the interpreter has ended, and another one takes over", "error", reason(cause))
	}
	p.failed(cause)
	p.letIn()
}

// failed notes one more failure, and sees to it that there is a guest again.
func (p *pool) failed(cause error) {
	p.failures++
	delay := delayAfter(p.failures)
	p.retryAt = time.Now().Add(delay)
	switch {
	case len(p.all()) > 0 || p.starting > 0:
	case p.failures >= p.patience:
		p.phase = down
		p.failure = fmt.Errorf("it has failed %d times in a row, and stays down: %w", p.failures, cause)
		p.log.Error("the plugin stays down", "error", reason(p.failure))
		if p.down != nil {
			go p.down(p.failure)
		}
	default:
		p.bring(delay, cause)
	}
}

// health says why there is no guest and will be none.
func (p *pool) health() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.phase == down {
		return p.failure
	}
	return nil
}

// bring starts a guest in the background, after a delay, in which hooks fail at once: cause is why there is none.
func (p *pool) bring(delay time.Duration, cause error) {
	p.starting++
	if delay > 0 {
		p.failure = fmt.Errorf("it is started again in %v, having failed %d times in a row: %w", delay, p.failures, cause)
		p.log.Warn("the plugin has failed repeatedly and is started again after a while", "failures", p.failures, "delay", delay)
	}
	life := p.life
	p.work.Go(func() {
		if delay > 0 {
			timer := time.NewTimer(delay)
			defer timer.Stop()
			select {
			case <-timer.C:
			case <-life.Done():
				return
			}
			p.mu.Lock()
			p.failure = nil
			p.mu.Unlock()
		}
		g, err := p.start(life)
		if err == nil {
			err = p.prepare(life, g)
		}
		p.arrived(life, g, err, cause != nil)
	})
}

// prepare activates a guest, which will know the settings as they are then.
func (p *pool) prepare(ctx context.Context, g *guest) error {
	p.mu.Lock()
	p.activating = append(p.activating, g)
	g.activating.Store(true)
	configured := p.configured
	p.mu.Unlock()
	p.settings(ctx, g)
	if err := p.activate(ctx, g); err != nil {
		return fmt.Errorf("activate the restarted plugin: %w", err)
	}
	for {
		p.mu.Lock()
		same := configured == p.configured
		configured = p.configured
		if same {
			g.since = time.Now()
			p.publishUnlessLost(ctx, g)
			p.mu.Unlock()
			return nil
		}
		p.mu.Unlock()
		p.settings(ctx, g)
	}
}

func (p *pool) publishUnlessLost(ctx context.Context, g *guest) {
	if !g.gone && ctx.Err() == nil {
		p.publish(g)
	}
}

// arrived ends what bring has begun. g is nil where it did not start.
func (p *pool) arrived(life context.Context, g *guest, err error, again bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if life.Err() != nil { // stopped meanwhile
		if g != nil && !g.gone {
			p.discard(g)
		}
		return
	}
	defer p.notify()
	p.starting--
	if g != nil {
		p.activating = slices.DeleteFunc(p.activating, func(other *guest) bool { return other == g })
		g.activating.Store(false)
		if err == nil && g.gone {
			err = errors.New("activate the restarted plugin: its interpreter has ended")
		}
	}
	if err == nil {
		p.failure = nil
		if again {
			p.log.Info("the plugin was restarted")
		}
		return
	}
	if g != nil && !g.gone {
		p.giveUp(g)
		p.withdraw(g)
		p.discard(g)
	}
	p.log.Error("an interpreter of the plugin cannot be started", "error", reason(err))
	p.failed(err)
}

// calls says that a guest that is being activated calls the API. If it is not done with its activation after a while, it
// takes hooks, unless others do: Mattermost may be waiting for one of them before it answers. Mostly it will be done, and
// what the hooks need is there.
func (p *pool) calls(g *guest) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if g.called {
		return
	}
	g.called = true
	time.AfterFunc(letInDelay, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		g.waited = true
		p.letIn()
		p.notify()
	})
}

// letIn publishes the guests that are being activated and have called the API a while ago, if there are no others.
func (p *pool) letIn() {
	if len(p.all()) > 0 {
		return
	}
	for _, g := range p.activating {
		if g.waited {
			p.publishUnlessLost(p.life, g)
		}
	}
}
