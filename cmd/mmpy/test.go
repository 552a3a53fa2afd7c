package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/mmpy/mmpy/python"
	"github.com/mmpy/mmpy/server"
	"github.com/mmpy/mmpy/wasmhost"
)

// testCommand is `mmpy test`.
type testCommand struct {
	Dir     string        `arg:"" help:"The plugin's folder."`
	Match   []string      `short:"k" placeholder:"PATTERN" help:"Only tests whose name contains or matches PATTERN; may be repeated."`
	Verbose bool          `short:"v" help:"Name each test, and show what the plugin logs."`
	Timeout time.Duration `default:"10m" help:"End the tests after this time."`
}

// Help is shown by --help.
func (testCommand) Help() string {
	return `Tests are unittest test cases in files named test*.py. They run inside the sandbox, with the plugin's folder
at /plugin, against an in-memory Mattermost that has a team, three channels and two users.

Examples:

  mmpy test examples/hello_python
  mmpy test examples/hello_python -v -k badword`
}

//go:embed testmain.py
var testMain string

// noTests is unittest's exit code if it found none.
const noTests = 5

// Run ends with unittest's exit code.
func (c *testCommand) Run(ctx context.Context, io streams) error {
	level := slog.LevelError
	if c.Verbose {
		level = slog.LevelDebug
	}
	log := newConsole(io.err, level)
	p, err := openMattermost(ctx, playgroundConfig{dir: c.Dir, log: slog.New(log)})
	if err != nil {
		return err
	}
	defer p.close(ctx)
	program, err := p.runtime.NewProgram(wasmhost.ProgramConfig{
		Files: p.bundle.Files(), Libraries: map[string]fs.FS{sdk: python.Files()},
	})
	if err != nil {
		return err
	}
	args := []string{"-c", testMain}
	if c.Verbose {
		args = append(args, "-v")
	}
	for _, pattern := range c.Match {
		args = append(args, "-k", pattern)
	}
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	err = runPython(ctx, program, wasmhost.InstanceConfig{
		Caller: server.Handlers(p.api),
		Log:    func(level slog.Level, message string) { slog.New(log).Log(ctx, level, message) },
		Stdout: io.out, Stderr: io.err,
	}, args)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("the tests took longer than %s; --timeout gives them more", c.Timeout)
	}
	if f, ok := errors.AsType[*failure](err); ok && f.code == noTests && f.err == nil {
		return fmt.Errorf("%s has no tests: write unittest test cases into files named test_*.py", c.Dir)
	}
	return err
}
