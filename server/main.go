package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"

	packed "github.com/mmpy/mmpy/internal/bundle"
	"github.com/mmpy/mmpy/internal/grant"
	"github.com/mmpy/mmpy/internal/manifest"
)

// What Mattermost puts into the environment of a plugin's process, as go-plugin's handshake wants it.
const (
	cookieKey   = "MATTERMOST_PLUGIN"
	cookieValue = "Securely message teams, anywhere."
)

// StartedByMattermost says whether this process was started as a plugin's executable: then it is to call Main.
func StartedByMattermost() bool { return os.Getenv(cookieKey) == cookieValue }

// Main is the executable of a packed plugin: it runs the bundle it lies in until Mattermost ends the process.
//
// Mattermost waits 3 s for the handshake, so nothing that takes time happens before: the interpreter starts when it is
// first needed, in OnConfigurationChange or OnActivate. The code and the snapshot in the bundle are loaded meanwhile. Nothing but the handshake may be written to stdout before it.
func Main() { ofProcess(0).serve() }

// ofProcess makes the plugin that this process is for. A time that is not 0 takes the place of its limits for hooks.
func ofProcess(hookTimeout time.Duration) *Plugin {
	p, err := fromExecutable(hookTimeout)
	if err != nil {
		return broken(err)
	}
	return p
}

// serve shakes hands with Mattermost, and answers it until the end of the process.
func (p *Plugin) serve() {
	p.remote = true
	p.guests.down = func(err error) {
		p.log.Error("the plugin ends its process, so that the server's health check sees it", "plugin_name", p.bundle.Name(), "error", reason(err))
		p.flushAudit()
		os.Exit(1)
	}
	p.enter()
	err := beforeHandshake(func() {
		p.seal()
		if p.bundle.path(packed.CodeName) != "" { // or it would take all processors for seconds, and the handshake has to wait
			go func() { _ = p.Snapshot(context.Background()) }() // what fails is tried again, and said, in OnActivate
		}
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "mmpy:", err)
		os.Exit(1)
	}
	plugin.ClientMain(p, reportTruthfully(p.Implemented))
	p.walls.Close()
}

// fromExecutable makes the plugin whose bundle this executable lies in.
func fromExecutable(hookTimeout time.Duration) (*Plugin, error) {
	executable, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find the plugin's folder: %w", err)
	}
	dir, err := bundleOf(executable)
	if err != nil {
		return nil, err
	}
	bundle, err := Open(dir)
	if err != nil {
		return nil, err
	}
	config := Config{Bundle: bundle, HookTimeout: hookTimeout}
	var granted *grant.Grant
	if config.Policy, err = policyOfProcess(); err == nil {
		granted, err = grantFor(config)
	}
	if err != nil {
		return refused(config, err), nil
	}
	return newPlugin(config, granted), nil
}

// bundleOf gives the folder of the bundle that a file lies in: the nearest one around it with a manifest.
func bundleOf(file string) (string, error) {
	for dir := filepath.Dir(file); ; dir = filepath.Dir(dir) {
		_, err := os.Stat(filepath.Join(dir, manifest.Name))
		if err == nil {
			return dir, nil
		}
		if !errors.Is(err, fs.ErrNotExist) || dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no %s in a folder around %s: %w", manifest.Name, file, err)
		}
	}
}

// broken makes a plugin that does not start, for the given reason. The process has to shake hands all the same, or
// Mattermost would know no better than that it did not.
func broken(reason error) *Plugin {
	return refused(Config{Bundle: &Bundle{manifest: &manifest.Manifest{Model: &model.Manifest{Id: "(unknown)"}}}}, reason)
}

// refused is broken for a plugin that is known.
func refused(config Config, reason error) *Plugin {
	p := newPlugin(config, &grant.Grant{Limits: grant.DefaultLimits()})
	p.open = func(context.Context) (engine, error) { return nil, reason }
	return p
}
