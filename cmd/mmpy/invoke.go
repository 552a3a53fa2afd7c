package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	stdio "io"
	"log/slog"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/server"
)

// invokeCommand is `mmpy invoke`.
type invokeCommand struct {
	Dir     string        `arg:"" help:"The plugin's folder."`
	Hook    string        `arg:"" help:"The hook's name, as in MessageWillBePosted."`
	JSON    string        `arg:"" optional:"" default:"{}" name:"json" help:"The hook's request as protobuf JSON; - reads it from standard input."`
	Trace   bool          `help:"Print each API call to standard error, as one line of JSON."`
	Timeout time.Duration `default:"30s" help:"How long a hook may take."`
	Policy  string        `placeholder:"FILE" help:"Have the plugin run under the administrator's policy in FILE."`
	Quiet   bool          `short:"q" help:"Show only errors of what the plugin logs."`
}

// Help is shown by --help.
func (invokeCommand) Help() string {
	return `The plugin is activated on an in-memory Mattermost that has a team, three channels and two users; then the hook
is fired. The response is printed as protobuf JSON, everything else goes to standard error. Author, channel and
team are filled in where the request leaves them out. Bodies and files are base64, as protobuf JSON has bytes.

Exit codes: 0 done, 1 the plugin failed, 2 wrong use.

Examples:

  mmpy invoke examples/hello_python OnActivate
  mmpy invoke examples/hello_python MessageWillBePosted '{"post": {"message": "a badword here"}}'
  mmpy invoke examples/hello_python ExecuteCommand '{"args": {"command": "/hello"}}' --trace
  mmpy invoke my_plugin ServeHTTP '{"init": {"method": "GET", "url": "/hello"}}'`
}

// Run prints the response.
func (c *invokeCommand) Run(ctx context.Context, io streams) error {
	hook, err := findHook(c.Hook)
	if err != nil {
		return err
	}
	if c.Timeout <= 0 {
		return usage("--timeout must be more than 0")
	}
	if c.JSON == "-" {
		text, err := stdio.ReadAll(io.in)
		if err != nil {
			return fmt.Errorf("read the request: %w", err)
		}
		c.JSON = string(text)
	}
	request, err := newRequest(hook, c.JSON)
	if err != nil {
		return err
	}
	level := slog.LevelInfo
	if c.Quiet {
		level = slog.LevelError
	}
	config := playgroundConfig{dir: c.Dir, timeout: c.Timeout, policy: c.Policy, log: slog.New(newConsole(io.err, level))}
	if c.Trace {
		config.trace = tracer(io.err)
	}
	p, err := openPlayground(ctx, config)
	if err != nil {
		return err
	}
	defer p.close(ctx)
	response, err := c.fire(ctx, p, hook, request)
	if err != nil {
		return err
	}
	if err := printJSON(io.out, response); err != nil {
		return err
	}
	if errorOf(response) != nil {
		return fmt.Errorf("%s failed: the response has its error", hook)
	}
	return nil
}

// fire activates the plugin, unless that is what is asked for, and fires the hook.
func (c *invokeCommand) fire(ctx context.Context, p *playground, hook abi.Hook, request proto.Message) (proto.Message, error) {
	if err := p.complete(request); err != nil {
		return nil, err
	}
	switch hook {
	case abi.HookOnConfigurationChange:
	case abi.HookOnActivate:
		p.configure()
		p.active = true
	default:
		if err := p.activate(); err != nil {
			return nil, err
		}
	}
	response, err := p.plugin.Invoke(ctx, hook, request)
	switch {
	case errors.Is(err, server.ErrNotDefined):
		return nil, usage("the plugin in %s does not define %s; it defines %s", c.Dir, hook, strings.Join(p.plugin.Hooks(), ", "))
	case err != nil:
		return nil, &pluginError{hook.String() + " failed", err}
	}
	if hook == abi.HookOnDeactivate {
		p.active = false
	}
	return response, p.settle(ctx)
}

// printJSON prints a message for people and programs.
func printJSON(w stdio.Writer, message proto.Message) error {
	var indented bytes.Buffer
	if err := json.Indent(&indented, asJSON(message), "", "  "); err != nil {
		return fmt.Errorf("print the response: %w", err)
	}
	indented.WriteByte('\n')
	_, err := indented.WriteTo(w)
	return err
}
