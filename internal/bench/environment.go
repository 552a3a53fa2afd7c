package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/mattermost/mattermost/server/public/shared/mlog"
)

// pluginID is the id in both manifests.
const pluginID = "org.mmpy.bench"

// nativeGo is the plugin in Go, as a process of Mattermost's plugin environment.
func nativeGo(ctx context.Context, dir string) (way, error) {
	w := way{name: "native Go plugin"}
	plugins := filepath.Join(dir, "plugins")
	folder := filepath.Join(plugins, pluginID)
	if err := build(ctx, filepath.Join(folder, "plugin"), "./internal/bench/nativeplugin"); err != nil {
		return w, err
	}
	manifest := fmt.Sprintf(`{"id": %q, "name": "Bench", "version": "0.1.0", "server": {"executables": {"%s-%s": "plugin"}}}`,
		pluginID, runtime.GOOS, runtime.GOARCH)
	if err := os.WriteFile(filepath.Join(folder, "plugin.json"), []byte(manifest), 0o600); err != nil {
		return w, fmt.Errorf("write the manifest: %w", err)
	}
	w.start = inEnvironment(plugins)
	return w, nil
}

// inEnvironment starts the plugin that lies in a folder of plugins in an environment of its own.
func inEnvironment(plugins string) func(context.Context) (*running, error) {
	return func(context.Context) (*running, error) {
		logger, err := errorLogger()
		if err != nil {
			return nil, err
		}
		newAPI := func(manifest *model.Manifest) plugin.API { return newHost(manifest) }
		environment, err := plugin.NewEnvironment(newAPI, nil, plugins, filepath.Join(plugins, "..", "webapp"), logger, nil)
		if err != nil {
			return nil, fmt.Errorf("make the plugin environment: %w", err)
		}
		before := children()
		stop := func() error {
			environment.Shutdown()
			return logger.Shutdown()
		}
		if _, _, err := environment.Activate(pluginID); err != nil {
			return nil, errors.Join(fmt.Errorf("activate the plugin: %w", err), stop())
		}
		hooks, err := environment.HooksForPlugin(pluginID)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("reach the plugin: %w", err), stop())
		}
		pid := 0
		for child := range children() {
			if !before[child] {
				pid = child
			}
		}
		return throughHooks(hooks, pid, stop), nil
	}
}

// errorLogger writes errors to the standard error stream, and takes the place of the environment's global logger.
func errorLogger() (*mlog.Logger, error) {
	logger, err := mlog.NewLogger()
	if err != nil {
		return nil, fmt.Errorf("make a logger: %w", err)
	}
	console := mlog.TargetCfg{
		Type: "console", Levels: []mlog.Level{mlog.LvlCritical, mlog.LvlError}, Format: "plain",
		Options: json.RawMessage(`{"out": "stderr"}`), FormatOptions: json.RawMessage(`{}`), MaxQueueSize: 1000,
	}
	if err := logger.ConfigureTargets(mlog.LoggerConfiguration{"console": console}, nil); err != nil {
		return nil, fmt.Errorf("configure the logger: %w", err)
	}
	mlog.InitGlobalLogger(logger)
	return logger, nil
}

// build compiles a main package of this module into path.
func build(ctx context.Context, path, target string) error {
	root, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return fmt.Errorf("find the module: %w", err)
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", path, target)
	cmd.Dir = strings.TrimSpace(string(root))
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w\n%s", target, err, output)
	}
	return nil
}

// children are the process ids of this process's children, where the system tells.
func children() map[int]bool {
	found := map[int]bool{}
	lists, _ := filepath.Glob("/proc/self/task/*/children") // the pattern is right
	for _, list := range lists {
		text, err := os.ReadFile(list)
		if err != nil {
			continue // the thread has ended
		}
		for _, word := range strings.Fields(string(text)) {
			if pid, err := strconv.Atoi(word); err == nil {
				found[pid] = true
			}
		}
	}
	return found
}
