package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// deactivateTimeout is the deadline of OnDeactivate: Mattermost ends the process after 10 s, and with a little time
// left the plugin's author still gets to see what took so long.
const deactivateTimeout = 9 * time.Second

// OnConfigurationChange tells the plugin that its settings may have changed. Mattermost calls it once before
// OnActivate; a plugin that cannot be started says so there.
func (p *Plugin) OnConfigurationChange() (err error) {
	defer recovered(&err)
	var response pb.OnConfigurationChangeResponse
	err = p.fire(context.Background(), abi.HookOnConfigurationChange, &pb.OnConfigurationChangeRequest{}, &response)
	if _, notStarted := errors.AsType[*startError](err); notStarted && !p.guests.isActive() {
		return nil
	}
	return p.outcome(abi.HookOnConfigurationChange, err, response.Error)
}

// OnActivate starts the plugin. Its error says why the plugin does not want to, or cannot, run; what Python had to say
// about that is in the log.
func (p *Plugin) OnActivate() (err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, p.guests.stop(context.Background()))
		}
	}()
	defer recovered(&err)
	g, err := p.guests.get(context.Background())
	if err != nil {
		p.logFailure("the plugin cannot be started", err)
		return fmt.Errorf("start plugin %q: %s", p.bundle.ID(), reason(err))
	}
	if err := p.activateIn(context.Background(), g); err != nil {
		return fmt.Errorf("plugin %q: %w", p.bundle.ID(), err)
	}
	p.guests.activated()
	if p.remote {
		trimLater()
	}
	return nil
}

// OnDeactivate tells the plugin that it is to end, and ends it.
func (p *Plugin) OnDeactivate() (err error) {
	defer func() { err = errors.Join(err, p.guests.stop(context.Background())) }()
	defer recovered(&err)
	g := p.guests.running()
	if g == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), min(p.timeout, deactivateTimeout))
	defer cancel()
	var response pb.OnDeactivateResponse
	err = p.fireIn(ctx, g, abi.HookOnDeactivate, &pb.OnDeactivateRequest{}, &response)
	return p.outcome(abi.HookOnDeactivate, err, response.Error)
}

// activate gives a restarted guest what the first one got.
func (p *Plugin) activate(ctx context.Context, g *guest) error {
	var response pb.OnConfigurationChangeResponse
	err := p.fireIn(ctx, g, abi.HookOnConfigurationChange, &pb.OnConfigurationChangeRequest{}, &response)
	if err := p.outcome(abi.HookOnConfigurationChange, err, response.Error); err != nil {
		p.log.Warn("the restarted plugin did not take its configuration", "error", err) // Mattermost would go on, too
	}
	return p.activateIn(ctx, g)
}

func (p *Plugin) activateIn(ctx context.Context, g *guest) error {
	var response pb.OnActivateResponse
	err := p.fireIn(ctx, g, abi.HookOnActivate, &pb.OnActivateRequest{}, &response)
	return p.outcome(abi.HookOnActivate, err, response.Error)
}

// outcome is hookError for the lifecycle hooks, which fire themselves: it logs a failure of the interpreter. Where the
// handler raises or refuses, the guest has logged the traceback.
func (p *Plugin) outcome(hook abi.Hook, err error, refusal *pb.AppError) error {
	if err != nil && !errors.Is(err, ErrNotDefined) {
		p.logFailure("hook "+hook.String()+" failed", err)
	}
	return hookError(hook, err, refusal)
}
