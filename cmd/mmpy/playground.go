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

	policy   string // a file with the administrator's, in the place of the bundle's; may be empty
	grantAll bool   // the plugin is granted everything
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
	p := &playground{}
	defer func() {
		if err != nil {
			p.close(ctx)
		}
	}()
	if p.bundle, err = openBundle(config.dir); err != nil {
		return nil, err
	}
	p.mattermost = memserver.New(memserver.Config{Logger: config.log})
	p.api = p.mattermost.Plugin(p.bundle.Manifest().Model)
	if p.runtime, err = wasmhost.NewRuntime(ctx, wasmhost.NewRuntimeConfig().WithLogger(config.log)); err != nil {
		return nil, fmt.Errorf("start the interpreter: %w", err)
	}
	return p, nil
}

// openPlayground is openMattermost, and loads the plugin. It is not active then.
func openPlayground(ctx context.Context, config playgroundConfig) (_ *playground, err error) {
	p, err := openMattermost(ctx, config)
	if err != nil {
		return nil, err
	}
	p.plugin, err = server.New(ctx, server.Config{
		Bundle: p.bundle, API: p.api, Runtime: p.runtime, HookTimeout: config.timeout, Trace: config.trace, Logger: config.log,
		Policy: config.policy, GrantAll: config.grantAll,
	})
	if err != nil {
		p.close(ctx)
		return nil, &pluginError{"the plugin in " + config.dir + " cannot be loaded", err}
	}
	return p, nil
}

// configure and activate do what Mattermost does when it starts a plugin. As there, a plugin that fails to read its
// configuration is activated all the same.
func (p *playground) configure() {
	_ = p.plugin.OnConfigurationChange() // its error is in the log
	p.api.Attach(p.plugin)
}

func (p *playground) activate() error {
	p.configure()
	if err := p.plugin.OnActivate(); err != nil {
		return err
	}
	p.active = true
	return nil
}

// settle waits until the hooks that run in the background have ended.
func (p *playground) settle(ctx context.Context) error { return p.mattermost.Wait(ctx) }

// close deactivates the plugin, if it was active, and frees everything.
func (p *playground) close(ctx context.Context) {
	ctx = context.WithoutCancel(ctx)
	if p.active {
		p.api.Detach()
		_ = p.settle(ctx)
		_ = p.plugin.OnDeactivate() // its error is in the log
	}
	if p.plugin != nil {
		_ = p.plugin.Close(ctx)
	}
	if p.runtime != nil {
		_ = p.runtime.Close(ctx)
	}
	if p.bundle != nil {
		_ = p.bundle.Close()
	}
}
