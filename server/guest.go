package server

import (
	"context"
	"fmt"
	"math"
	"sync/atomic"
	"time"

	"github.com/mattermost/mattermost/server/public/plugin"
	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/internal/grant"
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
	ids      [len(abi.Hooks)]uint32 // of each hook, from 1 on; 0: it is not defined, or not granted
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
	ctx, cancel := context.WithTimeout(ctx, max(p.timeOf(abi.HookOnActivate), DefaultHookTimeout)) // loading is no hook
	defer cancel()
	g := newGuest()
	instanceConfig := wasmhost.InstanceConfig{
		Caller: &handlers.Caller{
			API: func() plugin.API { return p.apiFor(g) }, Streams: g.streams, Grant: p.grant, Quota: p.quota,
			Logger: p.log, Trace: p.trace, Observe: p.observe, Counts: &p.counts,
		},
		HTTP:    outbound.Function(func() *outbound.Client { return p.networkFor(g) }, g.streams),
		Streams: g.streams,
		Files:   map[string][]byte{deniedFile: p.denied},
		Log:     p.say,
	}
	p.limitInstance(&instanceConfig)
	g.instance, err = engine.instantiate(ctx, instanceConfig)
	if err != nil {
		return nil, err
	}
	if err := g.learnHooks(p.grant); err != nil {
		_ = g.instance.Close(ctx)
		return nil, err
	}
	g.loaded.Store(true)
	p.learnHooks(g.names)
	go p.watch(g)
	return g, nil
}

// watch waits for the end of a guest, which may come while no hook runs in it.
func (p *Plugin) watch(g *guest) {
	<-g.instance.Retired()
	p.guests.lost(g, g.cause())
}

// cause is why the interpreter has ended.
func (g *guest) cause() error {
	if err := g.instance.Err(); err != nil {
		return withoutTexts(err)
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
	return p.api.Load().ofPlugin
}

// learnHooks reads what loading the plugin gave: the names of its hooks, in the order of their ids.
func (g *guest) learnHooks(granted *grant.Grant) error {
	var implemented pb.ImplementedResponse
	if err := proto.Unmarshal(g.instance.Loaded(), &implemented); err != nil {
		return fmt.Errorf("read which hooks the plugin defines: %w", err)
	}
	if implemented.Error != nil {
		return convert.AppErrorFromProto(implemented.Error)
	}
	g.names = implemented.Hooks
	for id, name := range implemented.Hooks {
		if hook, ok := abi.HookByName(name); ok && granted.Hook(hook) == nil {
			g.ids[hook] = uint32(id) + 1
		}
	}
	return nil
}
