package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	packed "github.com/mmpy/mmpy/internal/bundle"
)

// cold is how long a plugin takes that finds neither compiled code nor a snapshot, as after an update on another kind of
// processor.
type cold struct {
	handshake time.Duration // until the process has shaken hands with Mattermost, which waits 3 s
	start     time.Duration // until the first hook has answered
}

// startCold takes compiled code and snapshot out of an unpacked bundle and starts it, with an empty cache.
func startCold(ctx context.Context, w way, plugins string) (c cold, err error) {
	cache, err := os.MkdirTemp("", "mmpy-bench-cold-")
	if err != nil {
		return c, fmt.Errorf("make a folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(cache)) }()
	for _, name := range []string{packed.CodeName, packed.SnapshotName} {
		if err := os.Remove(filepath.Join(plugins, pluginID, filepath.FromSlash(name))); err != nil {
			return c, fmt.Errorf("take the %s out of the bundle: %w", name, err)
		}
	}
	const home = "XDG_CACHE_HOME"
	before, set := os.LookupEnv(home)
	if err := os.Setenv(home, cache); err != nil {
		return c, err
	}
	defer func() {
		if set {
			err = errors.Join(err, os.Setenv(home, before))
		} else {
			err = errors.Join(err, os.Unsetenv(home))
		}
	}()
	if c.handshake, err = shakeHands(ctx, plugins); err != nil {
		return c, err
	}
	r := &result{way: w}
	p, err := r.startOnce(ctx)
	if err != nil {
		return c, err
	}
	c.start = r.start.min()
	return c, p.close()
}

// shakeHands starts the plugin's process as Mattermost does, and times it until it says where it listens.
func shakeHands(ctx context.Context, plugins string) (time.Duration, error) {
	executables, err := filepath.Glob(filepath.Join(plugins, pluginID, "server", "dist", "plugin-*"))
	if err != nil || len(executables) != 1 {
		return 0, fmt.Errorf("the bundle has %d executables", len(executables))
	}
	command := exec.CommandContext(ctx, executables[0])
	command.Env = append(os.Environ(), "MATTERMOST_PLUGIN=Securely message teams, anywhere.")
	output, err := command.StdoutPipe()
	if err != nil {
		return 0, err
	}
	begin := time.Now()
	if err := command.Start(); err != nil {
		return 0, fmt.Errorf("start the plugin: %w", err)
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	elapsed := time.Since(begin)
	_ = command.Process.Kill()
	_ = command.Wait() // it was killed
	if err != nil || strings.Count(line, "|") < 4 {
		return 0, fmt.Errorf("the plugin says %q instead of where it listens", line)
	}
	return elapsed, nil
}
