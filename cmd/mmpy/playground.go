package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"github.com/mmpy/mmpy/internal/memserver"
	"github.com/mmpy/mmpy/server"
	"github.com/mmpy/mmpy/wasmhost"
)

// playground is a plugin on an in-memory Mattermost.
type playground struct {
	bundle     *server.Bundle
	mattermost *memserver.Server
	api        *memserver.API
	runtime    *wasmhost.Runtime
	plugin     *server.Plugin
	active     bool
}

// playgroundConfig is what the commands have in common.
type playgroundConfig struct {
	dir     string
	timeout time.Duration // of a hook; 0 is the default
	log     *slog.Logger
	trace   func(server.Record)
}

// openBundle opens a plugin's folder.
func openBundle(dir string) (*server.Bundle, error) {
	bundle, err := server.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(dir); err != nil {
			return nil, usage("%s: there is no such folder", dir)
		}
		return nil, usage("%w", err)
	}
	return bundle, err
}

// openMattermost opens a plugin's folder, and starts a Mattermost for it and the interpreter, but not the plugin.
func openMattermost(ctx context.Context, config playgroundConfig) (_ *playground, err error) {
	s := &playground{}
	defer func() {
		if err != nil {
			s.close(ctx)
		}
	}()
	if s.bundle, err = openBundle(config.dir); err != nil {
		return nil, err
	}
	s.mattermost = memserver.New(memserver.Config{Logger: config.log})
	s.api = s.mattermost.Plugin(s.bundle.Manifest().Model)
	if s.runtime, err = wasmhost.NewRuntime(ctx, wasmhost.NewRuntimeConfig().WithLogger(config.log)); err != nil {
		return nil, fmt.Errorf("start the interpreter: %w", err)
	}
	return s, nil
}

// openPlayground is openMattermost, and loads the plugin. It is not active then.
func openPlayground(ctx context.Context, config playgroundConfig) (_ *playground, err error) {
	s, err := openMattermost(ctx, config)
	if err != nil {
		return nil, err
	}
	s.plugin, err = server.New(ctx, server.Config{
		Bundle: s.bundle, API: s.api, Runtime: s.runtime, HookTimeout: config.timeout, Trace: config.trace, Logger: config.log,
	})
	if err != nil {
		s.close(ctx)
		return nil, &pluginError{"the plugin in " + config.dir + " cannot be loaded", err}
	}
	return s, nil
}

// configure and activate do what Mattermost does when it starts a plugin. As there, a plugin that fails to read its
// configuration is activated all the same.
func (s *playground) configure() {
	_ = s.plugin.OnConfigurationChange() // its error is in the log
	s.api.Attach(s.plugin)
}

func (s *playground) activate() error {
	s.configure()
	if err := s.plugin.OnActivate(); err != nil {
		return err
	}
	s.active = true
	return nil
}

// settle waits until the hooks that run in the background have ended.
func (s *playground) settle(ctx context.Context) error { return s.mattermost.Wait(ctx) }

// close deactivates the plugin, if it was active, and frees everything.
func (s *playground) close(ctx context.Context) {
	ctx = context.WithoutCancel(ctx)
	if s.active {
		s.api.Detach()
		_ = s.settle(ctx)
		_ = s.plugin.OnDeactivate() // its error is in the log
	}
	if s.plugin != nil {
		_ = s.plugin.Close(ctx)
	}
	if s.runtime != nil {
		_ = s.runtime.Close(ctx)
	}
	if s.bundle != nil {
		_ = s.bundle.Close()
	}
}
