package server

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// OnConfigurationChange tells the plugin, in each of its interpreters, that its settings may have changed. Mattermost
// calls it once before OnActivate; a plugin that cannot be started says so there.
func (p *Plugin) OnConfigurationChange() (err error) {
	defer recovered(&err)
	ctx := context.Background()
	guests, err := p.guests.configure(ctx)
	if err != nil {
		return nil //nolint:nilerr // OnActivate says it
	}
	errs := make([]error, len(guests))
	each(guests, func(n int, g *guest) {
		defer g.end()
		errs[n] = p.configureIn(ctx, g)
	})
	return errors.Join(errs...)
}

// OnActivate starts the plugin. Its error says why the plugin does not want to, or cannot, run; what Python had to say
// about that is in the log.
func (p *Plugin) OnActivate() (err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, p.endGuests(context.Background(), p.closing, nil))
		}
	}()
	defer recovered(&err)
	ctx := context.Background()
	p.guests.revive()
	g, err := p.guests.acquire(ctx, time.Time{})
	if err != nil {
		p.logFailure("the plugin cannot be started", err)
		return fmt.Errorf("start plugin %q: %s", p.bundle.ID(), reason(err))
	}
	defer g.end()
	p.recordGrants()
	if err := p.activateIn(ctx, g); err != nil {
		return fmt.Errorf("plugin %q: %w", p.bundle.ID(), err)
	}
	p.guests.activated()
	if p.remote {
		if err := p.shut(); err != nil {
			return fmt.Errorf("plugin %q: %w", p.bundle.ID(), err)
		}
		limitProcessors(p.guests.size)
		trimLater()
	}
	return nil
}

// OnDeactivate tells the plugin, in each of its interpreters, that it is to end, and ends it. Hooks that run may end
// before that; no others are taken meanwhile. All of it takes less than the 10 s that Mattermost gives it, whatever the
// plugin does.
func (p *Plugin) OnDeactivate() (err error) {
	var mu sync.Mutex
	var outcome error
	err = p.endGuests(context.Background(), p.deactivation, func(ctx context.Context, g *guest) {
		err := p.deactivateIn(ctx, g)
		mu.Lock()
		defer mu.Unlock()
		outcome = errors.Join(outcome, err)
	})
	p.flushAudit()
	if p.remote { // Mattermost may kill the process before it has ended by itself
		p.walls.Close()
	}
	return errors.Join(outcome, err)
}

// endGuests ends all guests by a plan. last is called in each of them when its hooks have ended; may be nil.
func (p *Plugin) endGuests(ctx context.Context, plan ending, last func(context.Context, *guest)) error {
	began := time.Now()
	ctx, cancel := context.WithDeadline(ctx, began.Add(plan.cut))
	defer cancel()
	var mu sync.Mutex
	var errs error
	err := p.guests.stop(ctx, func(g *guest) {
		var ofGuest func(context.Context)
		if last != nil {
			ofGuest = func(ctx context.Context) { last(ctx, g) }
		}
		err := plan.farewell(ctx, g, began, ofGuest)
		mu.Lock()
		defer mu.Unlock()
		errs = errors.Join(errs, err)
	})
	return errors.Join(errs, err)
}

// each calls f for each guest at the same time, and returns when all calls have.
func each(guests []*guest, f func(n int, g *guest)) {
	var all sync.WaitGroup
	for n := 1; n < len(guests); n++ {
		all.Go(func() { f(n, guests[n]) })
	}
	if len(guests) > 0 {
		f(0, guests[0])
	}
	all.Wait()
}

// readSettings has a guest that takes the place of another, or joins others, read the plugin's settings. That it does
// not is no reason to do without it: Mattermost would go on, too.
func (p *Plugin) readSettings(ctx context.Context, g *guest) {
	if err := p.configureIn(ctx, g); err != nil {
		p.log.Warn("the restarted plugin did not take its configuration", "error", err)
	}
}

func (p *Plugin) configureIn(ctx context.Context, g *guest) error {
	var response pb.OnConfigurationChangeResponse
	err := p.fireLifecycle(ctx, g, abi.HookOnConfigurationChange, &pb.OnConfigurationChangeRequest{}, &response)
	return p.outcome(abi.HookOnConfigurationChange, err, response.Error)
}

func (p *Plugin) activateIn(ctx context.Context, g *guest) error {
	var response pb.OnActivateResponse
	err := p.fireLifecycle(ctx, g, abi.HookOnActivate, &pb.OnActivateRequest{}, &response)
	return p.outcome(abi.HookOnActivate, err, response.Error)
}

func (p *Plugin) deactivateIn(ctx context.Context, g *guest) error {
	var response pb.OnDeactivateResponse
	err := p.fireLifecycle(ctx, g, abi.HookOnDeactivate, &pb.OnDeactivateRequest{}, &response)
	return p.outcome(abi.HookOnDeactivate, err, response.Error)
}

// fireLifecycle runs a hook in one guest. Its time begins here.
func (p *Plugin) fireLifecycle(ctx context.Context, g *guest, hook abi.Hook, request, response proto.Message) (err error) {
	begin := time.Now()
	defer func() { p.count(ctx, hook, request, time.Since(begin), err, response) }()
	defer recovered(&err)
	ctx, cancel := context.WithTimeout(ctx, p.timeOf(hook))
	defer cancel()
	return p.run(ctx, g, hook, request, response)
}

// outcome is hookError for the lifecycle hooks, which fire themselves: it logs a failure of the interpreter. Where the
// handler raises or refuses, the guest has logged the traceback.
func (p *Plugin) outcome(hook abi.Hook, err error, refusal *pb.AppError) error {
	if err != nil && !errors.Is(err, ErrNotDefined) {
		p.logFailure("hook "+hook.String()+" failed", err)
	}
	return hookError(hook, err, refusal)
}
