package memserver

import (
	"context"
	"slices"
	"sync"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

// active is a plugin whose hooks the server calls.
type active[H any] struct {
	id    string
	hooks H
	guard bool // of the channel in question; see guarded
}

// hooked lists, in the order they were attached, the plugins that define the hook name; H is an interface with the
// hook's method. A value with a method Hooks() []string or Implemented() ([]string, error) defines the hooks listed
// there; any other defines those it has a method for.
func hooked[H any](s *Server, name string) []active[H] { return defining[H](s.attached(), name) }

func defining[H any](plugins []active[any], name string) []active[H] {
	var found []active[H]
	for _, p := range plugins {
		if hooks, ok := p.hooks.(H); ok && defines(hooks, name) {
			found = append(found, active[H]{p.id, hooks, p.guard})
		}
	}
	return found
}

// attached lists the plugins in the order they were attached.
func (s *Server) attached() []active[any] {
	if plugins := s.active.Load(); plugins != nil {
		return *plugins
	}
	return nil
}

func defines(hooks any, name string) bool {
	switch h := hooks.(type) {
	case interface{ Hooks() []string }:
		return slices.Contains(h.Hooks(), name)
	case interface{ Implemented() ([]string, error) }:
		names, err := h.Implemented()
		return err == nil && slices.Contains(names, name)
	}
	return true
}

// notify calls the hook name of every plugin that is attached now and defines it, in the background.
func notify[H any](s *Server, name string, call func(*plugin.Context, H)) {
	plugins := s.attached()
	s.background.start(func() {
		for _, p := range defining[H](plugins, name) {
			call(hookContext(), p.hooks)
		}
	})
}

// hookContext is the request metadata a hook receives.
func hookContext() *plugin.Context {
	return &plugin.Context{RequestId: model.NewId(), IPAddress: "127.0.0.1", UserAgent: "memserver"}
}

// Wait returns when no background hook is running any more, including those started by other background hooks, or
// with ctx's error.
func (s *Server) Wait(ctx context.Context) error { return s.background.wait(ctx) }

// background runs functions in goroutines and knows when all are done.
type background struct {
	mu      sync.Mutex
	running int
	idle    chan struct{} // closed when running drops to 0; nil while nobody waits
}

func (b *background) start(work func()) {
	b.mu.Lock()
	b.running++
	b.mu.Unlock()
	go func() {
		defer b.finish()
		work()
	}()
}

func (b *background) finish() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.running--; b.running == 0 && b.idle != nil {
		close(b.idle)
		b.idle = nil
	}
}

func (b *background) wait(ctx context.Context) error {
	b.mu.Lock()
	if b.running == 0 {
		b.mu.Unlock()
		return nil
	}
	if b.idle == nil {
		b.idle = make(chan struct{})
	}
	idle := b.idle
	b.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
