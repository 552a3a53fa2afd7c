package server

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mmpy/mmpy/server/internal/metrics"
)

// ErrDeactivated says that the plugin takes no hooks, because it is being deactivated or closed, or was.
var ErrDeactivated = errors.New("the plugin is deactivated")

// idleTime is how often the guests that have had nothing to do since are given up, except for one.
const idleTime = time.Minute

// pool keeps the guests of a plugin: one, or up to as many as its manifest asks for. A hook goes to a guest that has
// nothing to do, or else to the one with the fewest hooks; where all are busy another guest is started, one at a time.
//
// Which guests take hooks is a list that is replaced and never changed, so that a hook finds its guest without a lock.
// Everything else happens rarely, with the lock.
type pool struct {
	size     int
	start    func(context.Context) (*guest, error)
	settings func(context.Context, *guest)       // has a guest read the plugin's settings
	activate func(context.Context, *guest) error // has a guest that is not the first do what the first one did
	down     func(error)                         // told when the pool gives up; may be nil
	patience int                                 // failures in a row until then
	log      *slog.Logger
	restarts func(cause error) // counts

	ready atomic.Pointer[[]*guest] // the guests that take hooks, the oldest first

	mu         sync.Mutex
	phase      phase
	changed    chan struct{} // closed, and another one made, when something of all this changes
	starting   int           // guests that are being started
	activating []*guest      // guests that are being activated
	configured int           // how often the settings have changed
	failures   int           // guests that died or did not start, in a row
	failure    error         // why there is none; with retryAt
	retryAt    time.Time     // when another start may be tried
	sweeper    *time.Timer   // runs while there is more than one guest
	past       metrics.State // what remains of the guests that are gone

	life context.Context // of what the pool does in the background: from one stop to the next
	end  context.CancelFunc
	work *sync.WaitGroup // what does not outlive it
}

// phase is where a plugin is in its life.
type phase int

const (
	unstarted phase = iota // whoever needs a guest starts one
	loaded                 // a guest runs; Mattermost has not activated the plugin yet
	active                 // OnActivate has succeeded: there is always to be a guest, activated
	down                   // guests have failed too often
	stopped                // no hooks are taken until the plugin is started again
)

func newPool(size int, log *slog.Logger) *pool {
	p := &pool{size: max(size, 1), log: log, patience: maxFailures, restarts: func(error) {}}
	p.ready.Store(new([]*guest))
	p.reset(unstarted)
	return p
}

// acquire gives the guest that a hook is to run in; its end method is to be called afterwards. Where there is none, it
// waits for the one that is being started, until the deadline at most, or starts the first one, which ctx bounds.
func (p *pool) acquire(ctx context.Context, deadline time.Time) (*guest, error) {
	for {
		if g := p.pick(); g != nil {
			return g, nil
		}
		if err := p.await(ctx, deadline); err != nil {
			return nil, err
		}
	}
}

// pick is acquire where there is a guest; nil where there is none.
func (p *pool) pick() *guest {
	for {
		guests := *p.ready.Load()
		if len(guests) == 0 {
			return nil
		}
		var least *guest
		fewest := int64(math.MaxInt64)
		for _, g := range guests {
			n := g.hooks.Load()
			if n == 0 && g.beginIf(0) {
				return g
			}
			if n >= 0 && n < fewest {
				least, fewest = g, n
			}
		}
		if least != nil && least.begin() {
			if len(guests) < p.size {
				p.grow()
			}
			return least
		}
		runtime.Gosched() // a guest is being given up, and will not be on the list for long
	}
}

// await waits until there may be a guest, and starts the first one.
func (p *pool) await(ctx context.Context, deadline time.Time) error {
	p.mu.Lock()
	switch {
	case len(*p.ready.Load()) > 0:
		p.mu.Unlock()
		return nil
	case p.phase == stopped:
		p.mu.Unlock()
		return ErrDeactivated
	case p.phase == down, p.failure != nil && time.Now().Before(p.retryAt):
		defer p.mu.Unlock()
		return p.failure
	case p.phase == unstarted && p.starting == 0:
		p.starting++
		life := p.life
		p.mu.Unlock()
		return p.load(ctx, life)
	}
	changed := p.changed
	p.mu.Unlock()

	var late <-chan time.Time
	if !deadline.IsZero() {
		timer := time.NewTimer(time.Until(deadline))
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-changed:
		return nil
	case <-late:
		return context.DeadlineExceeded
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// load starts the first guest, on behalf of whoever needs it.
func (p *pool) load(ctx, life context.Context) error {
	g, err := p.start(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	if life.Err() != nil { // stopped meanwhile
		if g != nil {
			p.discard(g)
		}
		return ErrDeactivated
	}
	p.starting--
	defer p.notify()
	if err == nil && g.gone {
		err = g.cause()
	}
	if err != nil {
		p.failure, p.retryAt = err, time.Now().Add(loadDelay)
		return err
	}
	p.phase, p.failure = loaded, nil
	p.publish(g)
	return nil
}

// activated says that OnActivate has succeeded.
func (p *pool) activated() {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch p.phase {
	case loaded:
		p.phase = active
		for _, g := range p.all() {
			g.since = time.Now()
		}
	case unstarted: // it died the moment after
		p.phase = active
		p.failed(errors.New("its interpreter ended as soon as the plugin was activated"))
	}
}

// configure says that the settings have changed, and gives the guests that are to be told: all of an active plugin's,
// those excepted that are being activated, which will notice; otherwise the first one, which is started if need be.
func (p *pool) configure(ctx context.Context) ([]*guest, error) {
	p.mu.Lock()
	p.configured++
	isActive := p.phase == active || p.phase == down
	p.mu.Unlock()
	if !isActive {
		p.revive()
		g, err := p.acquire(ctx, time.Time{})
		if err != nil {
			return nil, err
		}
		return []*guest{g}, nil
	}
	var guests []*guest
	for _, g := range *p.ready.Load() {
		if g.begin() {
			guests = append(guests, g)
		}
	}
	return guests, nil
}

// grow starts another guest, where one may be started.
func (p *pool) grow() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.phase == active && p.starting == 0 && len(*p.ready.Load()) < p.size && !time.Now().Before(p.retryAt) {
		p.bring(0, nil)
	}
}

// sweep gives up the guests that have had nothing to do since the last time, except for the oldest.
func (p *pool) sweep() {
	p.mu.Lock()
	defer p.mu.Unlock()
	guests := *p.ready.Load()
	for n, g := range guests {
		if used := g.used.Swap(false); n > 0 && !used && g.beginIf(0) {
			p.giveUp(g)
			g.end()
			p.withdraw(g)
			p.discard(g)
		}
	}
	p.sweepLater()
}

// all lists the guests that take hooks.
func (p *pool) all() []*guest { return *p.ready.Load() }

// What follows needs p.mu.

// publish lets hooks in.
func (p *pool) publish(g *guest) {
	guests := *p.ready.Load()
	if slices.Contains(guests, g) {
		return
	}
	g.used.Store(true)
	guests = append(slices.Clone(guests), g)
	p.ready.Store(&guests)
	p.sweepLater()
}

// giveUp ends the use of a guest.
func (p *pool) giveUp(g *guest) {
	g.gone = true
	g.refuse()
	p.past.AddPast(g.instance.Stats())
}

// withdraw lets no more hooks in.
func (p *pool) withdraw(g *guest) {
	guests := slices.DeleteFunc(slices.Clone(*p.ready.Load()), func(other *guest) bool { return other == g })
	p.ready.Store(&guests)
	p.sweepLater()
}

// sweepLater keeps the sweeper running while there is something for it to do.
func (p *pool) sweepLater() {
	several := len(*p.ready.Load()) > 1
	switch {
	case several && p.sweeper == nil:
		p.sweeper = time.AfterFunc(idleTime, p.sweep)
	case several:
		p.sweeper.Reset(idleTime)
	case p.sweeper != nil:
		p.sweeper.Stop()
		p.sweeper = nil
	}
}

// discard closes a guest in the background.
func (p *pool) discard(g *guest) { p.work.Go(func() { _ = g.close(context.Background()) }) }

func (p *pool) notify() {
	close(p.changed)
	p.changed = make(chan struct{})
}
