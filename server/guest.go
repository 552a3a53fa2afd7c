package server

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/mattermost/mattermost/server/public/plugin"
	"google.golang.org/protobuf/proto"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
	"github.com/mmpy/mmpy/server/internal/handlers"
	"github.com/mmpy/mmpy/wasmhost"
)

// guest is one interpreter with the plugin loaded in it.
type guest struct {
	instance instance
	hooks    map[string]uint32 // the id of each hook that the plugin defines
	streams  *wasmhost.Streams
	loaded   atomic.Bool // from here on its API calls are answered

	ready     chan struct{} // closed when hooks may be given to it
	readyOnce sync.Once
}

// open lets hooks in.
func (g *guest) open() { g.readyOnce.Do(func() { close(g.ready) }) }

// startGuest starts an interpreter and loads the plugin. What the plugin's file calls of the API while it is loaded
// fails: as in a Go plugin, the API is there from OnConfigurationChange on.
func (p *Plugin) startGuest(ctx context.Context) (*guest, error) {
	engine, err := p.theEngine(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, max(p.timeout, DefaultHookTimeout)) // loading is no hook
	defer cancel()
	g := &guest{ready: make(chan struct{}), streams: wasmhost.NewStreams()}
	g.instance, err = engine.instantiate(ctx, wasmhost.InstanceConfig{
		Caller:      &handlers.Caller{API: func() plugin.API { return p.apiFor(g) }, Streams: g.streams, Logger: p.log, Trace: p.trace},
		Streams:     g.streams,
		WakeTimeout: p.timeout, // what goes on between hooks has no more time than one
		Log:         func(level slog.Level, message string) { p.log.Log(context.Background(), level, message) },
	})
	if err != nil {
		return nil, err
	}
	if g.hooks, err = definedHooks(g.instance.Loaded()); err != nil {
		_ = g.instance.Close(ctx)
		return nil, err
	}
	g.loaded.Store(true)
	p.learnHooks(g)
	return g, nil
}

// apiFor gives the API to one guest. A guest that is activated in the place of a dead one takes hooks from its first
// call on: Mattermost may be waiting for one of them before it answers.
func (p *Plugin) apiFor(g *guest) plugin.API {
	if !g.loaded.Load() {
		return nil
	}
	g.open()
	return p.currentAPI()
}

// definedHooks reads what loading the plugin gave: the names of its hooks, in the order of their ids.
func definedHooks(loaded []byte) (map[string]uint32, error) {
	var implemented pb.ImplementedResponse
	if err := proto.Unmarshal(loaded, &implemented); err != nil {
		return nil, fmt.Errorf("read which hooks the plugin defines: %w", err)
	}
	if implemented.Error != nil {
		return nil, convert.AppErrorFromProto(implemented.Error)
	}
	hooks := make(map[string]uint32, len(implemented.Hooks))
	for id, name := range implemented.Hooks {
		hooks[name] = uint32(id)
	}
	return hooks, nil
}

// learnHooks remembers which hooks the plugin defines. What the interpreter says is the truth; Mattermost was told what
// the bundle says, which is something else when its files were changed since.
func (p *Plugin) learnHooks(g *guest) {
	names := make([]string, 0, len(g.hooks))
	for name := range g.hooks {
		names = append(names, name)
	}
	slices.Sort(names)
	if packed := p.bundle.hooks; packed != nil && !slices.Equal(packed, names) {
		p.log.Warn("the bundle's list of hooks is not what the plugin defines: pack it again", "packed", packed, "defined", names)
	}
	p.defined.Store(&names)
}
