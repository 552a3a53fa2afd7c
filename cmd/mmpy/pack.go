package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"

	"github.com/mmpy/mmpy/internal/bundle"
)

// packCommand is `mmpy pack`.
type packCommand struct {
	Dir    string `arg:"" help:"The plugin's folder."`
	Output string `short:"o" placeholder:"FILE" help:"The bundle; by default ID-VERSION-PLATFORM.tar.gz in the current folder."`
}

// Help is shown by --help.
func (packCommand) Help() string {
	return `The bundle is an ordinary Mattermost plugin for the platform at hand. Its executable is this very mmpy; of the
author it holds Python code and other files, never native code that would run. The plugin is started once in the
sandbox, to see which hooks it defines; the same files make the same bundle, byte by byte.

Examples:

  mmpy pack examples/hello_python
  mmpy pack examples/hello_python -o hello.tar.gz`
}

// uploadLimit is the size of a file that Mattermost accepts unless its administrator says otherwise.
const uploadLimit = 100 << 20

// Run writes the bundle.
func (c *packCommand) Run(ctx context.Context, io streams) error {
	p, err := openPlayground(ctx, playgroundConfig{dir: c.Dir, log: slog.New(newConsole(io.err, slog.LevelWarn))})
	if err != nil {
		return err
	}
	defer p.close(ctx)
	executable, err := openExecutable()
	if err != nil {
		return err
	}
	defer executable.Close()
	plugin := &bundle.Plugin{
		Dir: c.Dir, Files: p.bundle.Files(), Manifest: p.bundle.Manifest(), Hooks: p.plugin.Hooks(),
		Platform: runtime.GOOS + "-" + runtime.GOARCH, Executable: executable,
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
