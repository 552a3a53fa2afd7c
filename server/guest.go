package server

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"sync/atomic"
	"time"

	"github.com/mattermost/mattermost/server/public/plugin"
	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
	"github.com/mmpy/mmpy/server/internal/handlers"
	"github.com/mmpy/mmpy/server/internal/outbound"
	"github.com/mmpy/mmpy/wasmhost"
)

// closeTimeout is how long calls that still run in a guest may take to end when it is given up.
const closeTimeout = time.Second

// errClosed is why a guest ends that did nothing wrong.
var errClosed = &wasmhost.Error{Code: wasmhost.Closed, Op: "interpreter"}

// guest is one interpreter with the plugin loaded in it.
type guest struct {
	instance instance
	names    []string               // of the hooks that the plugin defines
	ids      [len(abi.Hooks)]uint32 // of each hook, from 1 on; 0: it is not defined
	streams  *wasmhost.Streams
	loaded   atomic.Bool // from here on its API calls are answered

	ctx       context.Context         // hooks end with it
	interrupt context.CancelCauseFunc // ends it
	hooks     atomic.Int64            // that run, or wait to; below 0 when no more are taken
	drained   chan struct{}           // closed when none is taken any more, and none runs
	used      atomic.Bool             // since the pool has last looked
	starved   atomic.Int32            // hooks in a row that ran out of memory

	// For the pool, with its lock.
	since      time.Time   // when it became active
	gone       bool        // it was given up
	called     bool        // it has called the API while it was activated
	waited     bool        // that was a while ago, and it may be waiting for a hook
	activating atomic.Bool // it is being activated in the place of another one
}

func newGuest() *guest {
	g := &guest{streams: wasmhost.NewStreams(), drained: make(chan struct{})}
	g.ctx, g.interrupt = context.WithCancelCause(context.Background())
	return g
}

// refusing is added to the number of hooks when no more are taken.
const refusing = math.MinInt64 / 2

// begin takes a hook in, unless none is taken any more; end must be called afterwards.
func (g *guest) begin() bool {
	for {
		n := g.hooks.Load()
		if n < 0 {
			return false
		}
		if g.beginIf(n) {
			return true
		}
	}
}

// beginIf is begin where that many hooks run.
func (g *guest) beginIf(n int64) bool {
	if !g.hooks.CompareAndSwap(n, n+1) {
		return false
	}
	if !g.used.Load() {
		g.used.Store(true)
	}
	return true
}

// end says that a hook has ended.
func (g *guest) end() {
	if g.hooks.Add(-1) == refusing {
		close(g.drained)
	}
}

// refuse takes no more hooks in.
func (g *guest) refuse() {
	for {
		n := g.hooks.Load()
		if n < 0 {
			return
		}
		if g.hooks.CompareAndSwap(n, n+refusing) {
			if n == 0 {
				close(g.drained)
			}
			return
		}
	}
}

// close ends the interpreter, and after a while the hooks that still run in it.
func (g *guest) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, closeTimeout)
	defer cancel()
	err := g.instance.Close(ctx)
	g.interrupt(errClosed)
	return err
}

// startGuest starts an interpreter and loads the plugin. What the plugin's file calls of the API while it is loaded
// fails: as in a Go plugin, the API is there from OnConfigurationChange on.
func (p *Plugin) startGuest(ctx context.Context) (_ *guest, err error) {
	defer recovered(&err)
	engine, err := p.theEngine(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, max(p.timeout, DefaultHookTimeout)) // loading is no hook
	defer cancel()
	g := newGuest()
	g.instance, err = engine.instantiate(ctx, wasmhost.InstanceConfig{
		Caller: &meteredCaller{
			&handlers.Caller{API: func() plugin.API { return p.apiFor(g) }, Streams: g.streams, Logger: p.log, Trace: p.trace},
			&p.counts,
		},
		HTTP:        outbound.Function(func() *outbound.Client { return p.networkFor(g) }, g.streams),
		Streams:     g.streams,
		WakeTimeout: p.timeout, // what goes on between hooks has no more time than one
		Log:         func(level slog.Level, message string) { p.log.Log(context.Background(), level, message) },
	})
	if err != nil {
		return nil, err
	}
	if err := g.learnHooks(); err != nil {
		_ = g.instance.Close(ctx)
		return nil, err
	}
	g.loaded.Store(true)
	p.learnHooks(g.names)
	go func() { // it may end while no hook runs in it
		<-g.instance.Retired()
		p.guests.lost(g, g.cause())
	}()
	return g, nil
}

// cause is why the interpreter has ended.
func (g *guest) cause() error {
	if err := g.instance.Err(); err != nil {
		return err
	}
	return errClosed
}

// apiFor gives the API to one guest.
func (p *Plugin) apiFor(g *guest) plugin.API {
	if !g.loaded.Load() {
		return nil
	}
	if g.activating.Load() {
		p.guests.calls(g)
	}
	return p.currentAPI()
}

// learnHooks reads what loading the plugin gave: the names of its hooks, in the order of their ids.
func (g *guest) learnHooks() error {
	var implemented pb.ImplementedResponse
	if err := proto.Unmarshal(g.instance.Loaded(), &implemented); err != nil {
		return fmt.Errorf("read which hooks the plugin defines: %w", err)
	}
	if implemented.Error != nil {
		return convert.AppErrorFromProto(implemented.Error)
	}
	g.names = implemented.Hooks
	for id, name := range implemented.Hooks {
		if hook, ok := abi.HookByName(name); ok {
			g.ids[hook] = uint32(id) + 1
		}
	}
	return nil
}
