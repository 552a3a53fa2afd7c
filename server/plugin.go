package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/mmpy/mmpy/abi"
	packed "github.com/mmpy/mmpy/internal/bundle"
	"github.com/mmpy/mmpy/internal/grant"
	"github.com/mmpy/mmpy/server/internal/audit"
	"github.com/mmpy/mmpy/server/internal/confine"
	"github.com/mmpy/mmpy/server/internal/metrics"
	"github.com/mmpy/mmpy/server/internal/outbound"
	"github.com/mmpy/mmpy/server/internal/quota"
	"github.com/mmpy/mmpy/wasmhost"
)

// DefaultHookTimeout is how long a hook may take where neither Config nor the plugin's limits say otherwise.
const DefaultHookTimeout = 30 * time.Second

// Config is what a Plugin is made from.
type Config struct {
	Bundle *Bundle
	// API is what the plugin's API calls are answered from. It may be left out and given later, with SetAPI.
	API plugin.API
	// Runtime runs the interpreter. Where it is nil the plugin makes one of its own when it starts, with the defaults.
	Runtime *wasmhost.Runtime
	// HookTimeout is how long each hook may take before it gets a TimeoutError; where it is 0, what the plugin's limits say.
	HookTimeout time.Duration
	// Trace is told of each API call of the plugin, on the goroutine of the call; may be nil.
	Trace func(Record)
	// Logger gets what is to be logged while there is no API; a text log on stderr where it is nil.
	Logger *slog.Logger
	// Policy is a file with the administrator's policy, in the place of the one that is in the bundle; may be empty. Together
	// with the plugin's manifest it says what the plugin may do.
	Policy string
	// GrantAll grants the plugin all that there is, whatever its manifest asks for, and without a policy: for a plugin that is
	// a part of the program, and for tests.
	GrantAll bool
}

// A Plugin is a plugin that runs. Its methods with the names of plugin.Hooks are those hooks, as Mattermost calls them;
// all methods are safe for any number of goroutines.
type Plugin struct {
	bundle  *Bundle
	timeout time.Duration // of every hook; 0: that of the limits
	trace   func(Record)
	log     *slog.Logger
	api     atomic.Pointer[apiHolder]
	remote  bool // Mattermost is at the other end of net/rpc

	grant  *grant.Grant
	denied []byte // what the guest is told of it
	quota  *quota.Quota
	walls  *confine.Walls // around the process; nil where it is not the plugin's own

	guests  *pool
	network *outbound.Client             // nil before it is first used; guarded by mu
	defined atomic.Pointer[definedHooks] // nil as long as that is not known

	hooksTold sync.Once // which of them it does not get

	closing, deactivation ending
	counts                metrics.Recorder
	audit                 *audit.Log

	mu       sync.Mutex
	engine   engine
	open     func(context.Context) (engine, error)
	shutdown func(context.Context) error // closes what open made; may be nil
}

// apiHolder has Mattermost's API, and the one that the plugin's code reaches.
type apiHolder struct{ api, ofPlugin plugin.API }

// New makes a plugin and loads it: its Python file has run to its end when New returns. That is not yet its activation;
// call OnConfigurationChange and OnActivate for that, in this order, as Mattermost does. ctx bounds the loading.
func New(ctx context.Context, config Config) (*Plugin, error) {
	granted, err := grantFor(config)
	if err != nil {
		return nil, err
	}
	p := newPlugin(config, granted)
	if err := p.Start(ctx); err != nil {
		return nil, errors.Join(err, p.Close(context.WithoutCancel(ctx)))
	}
	return p, nil
}

// newPlugin makes a plugin whose interpreter starts when it is first needed.
func newPlugin(config Config, granted *grant.Grant) *Plugin {
	p := &Plugin{
		bundle: config.Bundle, timeout: config.HookTimeout, trace: config.Trace,
		closing: closing, deactivation: deactivation,
		grant: granted, denied: deniedMethods(granted),
	}
	fallback := slog.Handler(slog.NewTextHandler(stderr{}, nil))
	if config.Logger != nil {
		fallback = config.Logger.Handler()
	}
	p.log = slog.New(&apiLog{api: p.currentAPI, fallback: fallback, line: lineOf(granted)})
	p.audit = audit.New(config.Bundle.ID(), p.log, p.currentAPI, whoIn)
	p.SetAPI(config.API)
	if hooks := config.Bundle.Hooks(); hooks != nil {
		p.defined.Store(newDefinedHooks(p.grantedHooks(hooks)))
	}
	p.open = func(ctx context.Context) (engine, error) { return p.openInterpreter(ctx, config.Runtime) }
	p.quota = quota.New(p.grant.Limits, grant.GroupOf, p.limitFired)
	p.guests = newPool(config.Bundle.manifest.Instances, p.log)
	p.guests.restarts = p.restarted
	p.insist()
	p.guests.start, p.guests.settings, p.guests.activate = p.startGuest, p.readSettings, p.activateIn
	return p
}

// stderr is os.Stderr as it is when it is written to: go-plugin puts another file there.
type stderr struct{}

func (stderr) Write(text []byte) (int, error) { return os.Stderr.Write(text) }

// SetAPI gives the plugin the API that its calls are answered from; Mattermost's plugin package calls it before
// OnActivate. A nil API makes all calls fail.
func (p *Plugin) SetAPI(api plugin.API) {
	holder := &apiHolder{api: api}
	if api != nil {
		holder.ofPlugin = &loggingAPI{api, lineOf(p.grant)}
	}
	p.api.Store(holder)
}

// SetDriver takes the access to Mattermost's database that Go plugins have. Python plugins have none.
func (p *Plugin) SetDriver(plugin.Driver) {}

func (p *Plugin) currentAPI() plugin.API { return p.api.Load().api }

// Start starts the interpreter and loads the plugin, unless it runs already.
func (p *Plugin) Start(ctx context.Context) error {
	p.guests.revive()
	g, err := p.guests.acquire(ctx, time.Time{})
	if err != nil {
		return err
	}
	g.end()
	return nil
}

// Close ends the interpreters without a call of OnDeactivate. Hooks that run get a second to end, further ones fail.
func (p *Plugin) Close(ctx context.Context) error {
	err := p.endGuests(ctx, p.closing, nil)
	p.flushAudit()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.network != nil {
		p.network.Close()
	}
	if p.shutdown != nil {
		ctx, cancel := context.WithTimeout(ctx, closeTimeout)
		defer cancel()
		err = errors.Join(err, p.shutdown(ctx))
	}
	p.engine, p.shutdown = nil, nil
	return err
}

// Hooks lists the hooks that the plugin defines, sorted. It is nil as long as that is not known: before Start, for a
// bundle that was not packed.
func (p *Plugin) Hooks() []string {
	if defined := p.defined.Load(); defined != nil {
		return slices.Clone(defined.names)
	}
	return nil
}

// Implemented lists the hooks that Mattermost is to call: those that the plugin defines, ServeMetrics, which always has something to
// tell, and OnDeactivate, before whose end the audit is written. It starts the interpreter where that is needed to know them.
func (p *Plugin) Implemented() ([]string, error) {
	if p.defined.Load() == nil {
		if err := p.Start(context.Background()); err != nil {
			return nil, fmt.Errorf("ask plugin %q for its hooks: %w", p.bundle.ID(), err)
		}
	}
	names := p.Hooks()
	for _, hook := range []abi.Hook{abi.HookOnDeactivate, abi.HookServeMetrics} {
		if place, found := slices.BinarySearch(names, hook.String()); !found {
			names = slices.Insert(names, place, hook.String())
		}
	}
	return names, nil
}

// Health says why the plugin stays down, after its interpreters have died or failed to start too often in a row; nil as
// long as it does not. A plugin in a process of its own ends the process then, which Mattermost's health check sees. A
// plugin that is down takes OnDeactivate, and OnActivate after it.
func (p *Plugin) Health() error { return p.guests.health() }

// openInterpreter makes the engine; runtime may be nil.
func (p *Plugin) openInterpreter(ctx context.Context, runtime *wasmhost.Runtime) (engine, error) {
	if runtime == nil {
		own, err := wasmhost.NewRuntime(context.WithoutCancel(ctx), wasmhost.NewRuntimeConfig().
			WithCode(p.bundle.path(packed.CodeName)).WithLogger(p.log))
		if err != nil {
			return nil, err
		}
		runtime, p.shutdown = own, own.Close
	}
	return newInterpreter(runtime, p.bundle, cmp.Or(p.timeout, DefaultHookTimeout))
}

// theEngine gives the engine, which is opened when it is first asked for.
func (p *Plugin) theEngine(ctx context.Context) (engine, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.engine == nil {
		opened, err := p.open(ctx)
		if err != nil {
			return nil, err
		}
		p.engine = opened
	}
	return p.engine, nil
}
