package server

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// closeTimeout is how long calls that still run in a guest may take to end when it is given up.
const closeTimeout = time.Second

// restartDelay is how long a plugin that could not be started is left alone; its hooks fail meanwhile.
const restartDelay = 5 * time.Second

// runner keeps a guest running: it starts one when it is first needed, and another when that died.
type runner struct {
	start    func(context.Context) (*guest, error)
	activate func(context.Context, *guest) error // what a guest in the place of a dead one goes through
	log      *slog.Logger
	now      func() time.Time

	lock    chan struct{} // holds one token while what follows is used; never while a guest's hook runs
	guest   *guest        // nil where none runs
	active  bool          // OnActivate succeeded: a new guest has to be activated too
	failure error         // why the last start failed
	retryAt time.Time     // when the next one may be tried

	closing sync.WaitGroup
}

func newRunner(start func(context.Context) (*guest, error), activate func(context.Context, *guest) error, log *slog.Logger) *runner {
	return &runner{start: start, activate: activate, log: log, now: time.Now, lock: make(chan struct{}, 1)}
}

// get gives the running guest, started if need be. It waits while a new guest is activated.
func (r *runner) get(ctx context.Context) (*guest, error) {
	select {
	case r.lock <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	g, again, err := r.current(ctx)
	<-r.lock
	if err != nil {
		return nil, err
	}
	if again {
		if err := r.reactivate(ctx, g); err != nil {
			return nil, err
		}
	}
	select {
	case <-g.ready:
		return g, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// current is get with the lock held. again says that the guest is a new one which this caller has to activate.
func (r *runner) current(ctx context.Context) (g *guest, again bool, err error) {
	if r.guest != nil {
		return r.guest, false, nil
	}
	if r.failure != nil && r.now().Before(r.retryAt) {
		return nil, false, r.failure
	}
	g, err = r.start(ctx)
	if err != nil {
		r.failed(err)
		return nil, false, err
	}
	r.guest, r.failure = g, nil
	if !r.active {
		g.open()
	}
	return g, r.active, nil
}

func (r *runner) failed(err error) {
	r.failure, r.retryAt = err, r.now().Add(restartDelay)
}

// reactivate activates a guest that took the place of a dead one, and lets hooks in.
func (r *runner) reactivate(ctx context.Context, g *guest) error {
	defer g.open()
	if err := r.activate(ctx, g); err != nil {
		err = fmt.Errorf("activate the restarted plugin: %w", err)
		r.lock <- struct{}{}
		r.failed(err)
		<-r.lock
		r.retire(g)
		return err
	}
	r.log.Info("the plugin was restarted")
	return nil
}

// running gives the guest that runs; nil where none does.
func (r *runner) running() *guest {
	r.lock <- struct{}{}
	defer func() { <-r.lock }()
	return r.guest
}

// activated says that OnActivate succeeded.
func (r *runner) activated() {
	r.lock <- struct{}{}
	r.active = true
	<-r.lock
}

// isActive says whether OnActivate succeeded.
func (r *runner) isActive() bool {
	r.lock <- struct{}{}
	defer func() { <-r.lock }()
	return r.active
}

// retire gives up a guest that is dead. The next get starts another.
func (r *runner) retire(g *guest) {
	r.lock <- struct{}{}
	if r.guest == g {
		r.guest = nil
		r.closing.Go(func() { _ = closeGuest(context.Background(), g) })
	}
	<-r.lock
}

// stop ends the guest and forgets what was; the runner can start anew.
func (r *runner) stop(ctx context.Context) error {
	r.lock <- struct{}{}
	g := r.guest
	r.guest, r.active, r.failure = nil, false, nil
	<-r.lock
	r.closing.Wait()
	if g == nil {
		return nil
	}
	return closeGuest(ctx, g)
}

func closeGuest(ctx context.Context, g *guest) error {
	ctx, cancel := context.WithTimeout(ctx, closeTimeout)
	defer cancel()
	return g.instance.Close(ctx)
}
