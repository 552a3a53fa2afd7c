package main

import (
	"context"
	"errors"
	"fmt"
	stdio "io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"

	"github.com/mmpy/mmpy/internal/bundle"
	"github.com/mmpy/mmpy/internal/grant"
	"github.com/mmpy/mmpy/wasmhost"
)

// packCommand is `mmpy pack`.
type packCommand struct {
	Dir    string `arg:"" help:"The plugin's folder."`
	Output string `short:"o" placeholder:"FILE" help:"The bundle; by default ID-VERSION-PLATFORM.tar.gz in the current folder."`
	Policy string `placeholder:"FILE" help:"The administrator's policy, YAML or JSON, to go into the bundle."`
}

// Help is shown by --help.
func (packCommand) Help() string {
	return `The bundle is an ordinary Mattermost plugin for the platform at hand. Its executable is this very mmpy; of the
author it holds Python code and other files, never native code that would run. The plugin is started once in the
sandbox, to see which hooks it defines, and a snapshot of it, loaded, lets it start in milliseconds on processors like this
one. The same files make the same bundle there, byte by byte.

A policy says what plugins may do of what they ask for; a server's own, which MMPY_POLICY names, takes its place.

Examples:

  mmpy pack examples/hello_python
  mmpy pack examples/hello_python -o hello.tar.gz
  mmpy pack examples/hello_python --policy policy.yaml`
}

// uploadLimit is the size of a file that Mattermost accepts unless its administrator says otherwise.
const uploadLimit = 100 << 20

// Run writes the bundle.
func (c *packCommand) Run(ctx context.Context, io streams) error {
	policy, err := readPolicy(c.Policy)
	if err != nil {
		return err
	}
	p, err := openPlayground(ctx, playgroundConfig{dir: c.Dir, grantAll: true, log: slog.New(newConsole(io.err, slog.LevelWarn))})
	if err != nil {
		return err
	}
	defer p.close(ctx)
	if _, err := bundle.List(c.Dir, p.bundle.Files(), p.bundle.Manifest()); err != nil {
		return err
	}
	executable, err := openExecutable()
	if err != nil {
		return err
	}
	defer executable.Close()
	code, err := temporary("code", p.runtime.WriteCode)
	if err != nil {
		return err
	}
	defer code.remove()
	plugin := &bundle.Plugin{
		Dir: c.Dir, Files: p.bundle.Files(), Manifest: p.bundle.Manifest(), Hooks: p.plugin.Hooks(),
		Platform: runtime.GOOS + "-" + runtime.GOARCH, Executable: executable,
		Code: code, Policy: policy,
	}
	if !plugin.Manifest.NoSnapshot {
		snapshot, err := temporary("snapshot", func(w stdio.Writer) error { return p.plugin.WriteSnapshot(ctx, w) })
		if err != nil {
			return err
		}
		defer snapshot.remove()
		plugin.Snapshot = snapshot
		noteRefusal(io.err, p.plugin.Snapshot(ctx))
	}
	if c.Output == "" {
		c.Output = plugin.Name()
	}
	names, size, err := write(c.Output, plugin)
	if err != nil {
		return err
	}
	for _, note := range plugin.Manifest.Notes {
		fmt.Fprintln(io.err, "mmpy: note:", note)
	}
	if size > uploadLimit {
		fmt.Fprintf(io.err, "mmpy: note: %s is larger than %d MB: raise FileSettings.MaxFileSize of the server to upload it\n", c.Output, uploadLimit>>20)
	}
	fmt.Fprintf(io.out, "%s: %s %s with %d files and %d hooks for %s, %.1f MB\n",
		c.Output, plugin.Manifest.Model.Id, plugin.Manifest.Model.Version, len(names), len(plugin.Hooks), plugin.Platform, float64(size)/1e6)
	return nil
}

// readPolicy reads a policy, which has to be one; nil where no file is named.
func readPolicy(file string) ([]byte, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, usage("%w", err)
	}
	if _, err := grant.ParsePolicy(file, text); err != nil {
		return nil, usage("%w", err)
	}
	return text, nil
}

// temporaryFile is a file that is gone when it was used.
type temporaryFile struct{ *os.File }

func temporary(what string, write func(stdio.Writer) error) (*temporaryFile, error) {
	file, err := os.CreateTemp("", "mmpy-pack-")
	if err != nil {
		return nil, fmt.Errorf("write the bundle's %s: %w", what, err)
	}
	f := &temporaryFile{file}
	err = write(file)
	if err == nil {
		_, err = file.Seek(0, stdio.SeekStart)
	}
	if err != nil {
		f.remove()
		return nil, fmt.Errorf("write the bundle's %s: %w", what, err)
	}
	return f, nil
}

func (f *temporaryFile) remove() {
	_ = f.Close()
	_ = os.Remove(f.Name())
}

// noteRefusal tells the author why the plugin has no snapshot, if so.
func noteRefusal(w stdio.Writer, err error) {
	if refused, ok := errors.AsType[*wasmhost.SnapshotError](err); ok {
		for _, reason := range refused.Reasons {
			fmt.Fprintln(w, "mmpy: note: the plugin is loaded anew each time it starts, which takes longer:", reason)
		}
	}
}

// openExecutable opens this program.
func openExecutable() (*os.File, error) {
	name, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find mmpy itself: %w", err)
	}
	return os.Open(name)
}

// write writes the bundle into a new file that takes the name only when it is whole.
func write(name string, plugin *bundle.Plugin) (names []string, size int64, err error) {
	file, err := os.CreateTemp(filepath.Dir(name), ".mmpy-pack-*")
	if err != nil {
		if path, ok := errors.AsType[*os.PathError](err); ok {
			err = path.Err // its path is the temporary file's
		}
		return nil, 0, usage("%s: %w", name, err)
	}
	defer func() {
		if err != nil {
			_ = file.Close()
			_ = os.Remove(file.Name())
		}
	}()
	if names, err = plugin.Write(file); err != nil {
		return nil, 0, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, 0, err
	}
	if err := file.Chmod(0o644); err != nil {
		return nil, 0, err
	}
	if err := file.Close(); err != nil {
		return nil, 0, err
	}
	return names, info.Size(), os.Rename(file.Name(), name)
}
