package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/mmpy/mmpy/internal/inspect"
)

// inspectCommand is `mmpy inspect`.
type inspectCommand struct {
	Bundle  string        `arg:"" help:"The bundle, a .tar.gz, or a plugin's folder."`
	JSON    bool          `name:"json" help:"Print JSON."`
	Anew    bool          `help:"Compile the interpreter to compare with, also where it is in the cache."`
	Policy  string        `placeholder:"FILE" help:"The administrator's policy, in the place of the one in the bundle."`
	Timeout time.Duration `default:"2m" help:"Give up after this time."`
}

// Help is shown by --help.
func (inspectCommand) Help() string {
	return `Shows what is in a bundle, what the plugin may do, and whether everything that mmpy has prepared in it is genuine:
whether its executable is this very mmpy, and its machine code and memory image are what one gets from the files that are
there. Nothing of the bundle is executed, except for its Python code in the sandbox. Exit code 1: something is not genuine, or
the bundle is refused.

Examples:

  mmpy inspect hello.tar.gz
  mmpy inspect hello.tar.gz --json
  mmpy inspect examples/hello_python`
}

// Run prints a screen.
func (c *inspectCommand) Run(ctx context.Context, io streams) error {
	executable, err := os.Executable()
	if err != nil {
		return err
	}
	bounded, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	report, err := inspect.Inspect(bounded, inspect.Config{
		Path: c.Bundle, Executable: executable, Anew: c.Anew, Policy: c.Policy, Log: slog.New(newConsole(io.err, slog.LevelWarn)),
	})
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return usage("%s: there is no such file", c.Bundle)
	case errors.Is(err, context.DeadlineExceeded):
		return &failure{codePlugin, errors.New(c.Bundle + ": it takes longer than " + c.Timeout.String() + " to inspect; --timeout gives it more")}
	case err != nil:
		return err
	}
	if c.JSON {
		encoder := json.NewEncoder(io.out)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(report); err != nil {
			return err
		}
	} else if report.ID != "" {
		if _, err := io.out.Write([]byte(report.Text())); err != nil {
			return err
		}
	}
	if len(report.Problems) > 0 {
		return errors.New(strings.Join(report.Problems, "\n"))
	}
	return nil
}
