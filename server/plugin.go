package server

import (
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

	packed "github.com/mmpy/mmpy/internal/bundle"
	"github.com/mmpy/mmpy/wasmhost"
)

// DefaultHookTimeout is how long a hook may take where Config does not say.
const DefaultHookTimeout = 30 * time.Second

// Config is what a Plugin is made from.
type Config struct {
	Bundle *Bundle
	// API is what the plugin's API calls are answered from. It may be left out and given later, with SetAPI.
	API plugin.API
	// Runtime runs the interpreter. Where it is nil the plugin makes one of its own when it starts, with the defaults.
	Runtime *wasmhost.Runtime
	// HookTimeout is how long a hook may take before it gets a TimeoutError; DefaultHookTimeout where it is 0.
	HookTimeout time.Duration
	// Trace is told of each API call of the plugin, on the goroutine of the call; may be nil.
	Trace func(Record)
	// Logger gets what is to be logged while there is no API; a text log on stderr where it is nil.
	Logger *slog.Logger
}

// A Plugin is a plugin that runs. Its methods with the names of plugin.Hooks are those hooks, as Mattermost calls them;
// all methods are safe for any number of goroutines.
type Plugin struct {
	bundle  *Bundle
	timeout time.Duration
	trace   func(Record)
	log     *slog.Logger
	api     atomic.Pointer[apiHolder]
	remote  bool // Mattermost is at the other end of net/rpc

	guests  *runner
	defined atomic.Pointer[[]string] // the hooks that the plugin defines; nil as long as that is not known

	mu       sync.Mutex
	engine   engine
	open     func(context.Context) (engine, error)
	shutdown func(context.Context) error // closes what open made; may be nil
}

type apiHolder struct{ plugin.API }

// New makes a plugin and loads it: its Python file has run to its end when New returns. That is not yet its activation;
// call OnConfigurationChange and OnActivate for that, in this order, as Mattermost does. ctx bounds the loading.
func New(ctx context.Context, config Config) (*Plugin, error) {
	p := newPlugin(config)
	if err := p.Start(ctx); err != nil {
		return nil, errors.Join(err, p.Close(context.WithoutCancel(ctx)))
	}
	return p, nil
}

// newPlugin makes a plugin whose interpreter starts when it is first needed.
func newPlugin(config Config) *Plugin {
	p := &Plugin{bundle: config.Bundle, timeout: config.HookTimeout, trace: config.Trace}
	if p.timeout <= 0 {
		p.timeout = DefaultHookTimeout
	}
	fallback := slog.Handler(slog.NewTextHandler(stderr{}, nil))
	if config.Logger != nil {
		fallback = config.Logger.Handler()
	}
	p.log = slog.New(&apiLog{api: p.currentAPI, fallback: fallback})
	p.SetAPI(config.API)
	if hooks := config.Bundle.Hooks(); hooks != nil {
		p.defined.Store(&hooks)
	}
	p.open = func(ctx context.Context) (engine, error) { return p.openInterpreter(ctx, config.Runtime) }
	p.guests = newRunner(p.startGuest, p.activate, p.log)
	return p
}

// stderr is os.Stderr as it is when it is written to: go-plugin puts another file there.
type stderr struct{}

func (stderr) Write(text []byte) (int, error) { return os.Stderr.Write(text) }

// SetAPI gives the plugin the API that its calls are answered from; Mattermost's plugin package calls it before
// OnActivate. A nil API makes all calls fail.
func (p *Plugin) SetAPI(api plugin.API) { p.api.Store(&apiHolder{api}) }

// SetDriver takes the access to Mattermost's database that Go plugins have. Python plugins have none.
func (p *Plugin) SetDriver(plugin.Driver) {}

func (p *Plugin) currentAPI() plugin.API { return p.api.Load().API }

// Start starts the interpreter and loads the plugin, unless it runs already.
func (p *Plugin) Start(ctx context.Context) error {
	_, err := p.guests.get(ctx)
	return err
}

// Close ends the interpreter without a call of OnDeactivate. Hooks that still run in it fail.
func (p *Plugin) Close(ctx context.Context) error {
	err := p.guests.stop(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shutdown != nil {
		err = errors.Join(err, p.shutdown(ctx))
	}
	p.engine, p.shutdown = nil, nil
	return err
}

// Hooks lists the hooks that the plugin defines, sorted. It is nil as long as that is not known: before Start, for a
// bundle that was not packed.
func (p *Plugin) Hooks() []string {
	if defined := p.defined.Load(); defined != nil {
		return slices.Clone(*defined)
	}
	return nil
}

// Implemented lists the hooks that the plugin defines, as Hooks does; it starts the interpreter where that is needed to
// know them.
func (p *Plugin) Implemented() ([]string, error) {
	if p.defined.Load() == nil {
		if err := p.Start(context.Background()); err != nil {
			return nil, fmt.Errorf("ask plugin %q for its hooks: %w", p.bundle.ID(), err)
		}
	}
	return p.Hooks(), nil
}

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
	return newInterpreter(runtime, p.bundle, p.timeout)
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
