package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/alecthomas/kong"
)

// streams are what the command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// commandLine is what kong parses; each command has a file of its own.
type commandLine struct {
	Python      pythonCommand      `cmd:"" passthrough:"" help:"Run the sandboxed Python interpreter."`
	Test        testCommand        `cmd:"" help:"Run a plugin's own unittest tests in the sandbox."`
	Invoke      invokeCommand      `cmd:"" help:"Start a plugin, fire one hook and print the response."`
	Demo        demoCommand        `cmd:"" help:"Show a plugin at work in a conversation."`
	Pack        packCommand        `cmd:"" help:"Make the bundle that you upload to Mattermost."`
	Inspect     inspectCommand     `cmd:"" help:"Show what is in a bundle, and whether it is genuine."`
	Permissions permissionsCommand `cmd:"" help:"Show what a plugin uses of the API, hooks and hosts, and what it asks for."`
	Version     versionCommand     `cmd:"" help:"Print the versions of mmpy and of what is in it."`
}

// helped ends the parsing early, because kong has printed the help.
type helped struct{}

// run is the whole command; it returns the exit code: 0 done, 1 the plugin failed, 2 wrong use, 130 ctx ended, or
// Python's own.
func run(ctx context.Context, io streams, args []string) (code int) {
	help := 0 // the exit code after it
	defer func() {
		switch reason := recover().(type) {
		case nil:
		case helped:
			code = help
		default:
			panic(reason)
		}
	}()
	parser, err := kong.New(&commandLine{},
		kong.Name("mmpy"),
		kong.Description("Python plugins for Mattermost, sandboxed by WebAssembly."),
		kong.Writers(io.out, io.err),
		kong.Exit(func(int) { panic(helped{}) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true, WrapUpperBound: 100}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(io),
	)
	if err != nil {
		panic(err) // the struct above is wrong
	}
	if len(args) == 0 {
		args, help = []string{"--help"}, codeUsage
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		var wrong *kong.ParseError
		see := "mmpy --help"
		if errors.As(err, &wrong) && wrong.Context != nil && wrong.Context.Command() != "" {
			see = "mmpy " + wrong.Context.Selected().Name + " --help"
		}
		return report(io.err, usage("%w; see %s", err, see))
	}
	err = parsed.Run()
	if err != nil && ctx.Err() != nil {
		err = &failure{codeInterrupted, errors.New("interrupted")}
	}
	return report(io.err, err)
}

// printHelp prints the help of the command that was parsed.
func printHelp(parsed *kong.Context) error {
	if err := parsed.PrintUsage(false); err != nil {
		return fmt.Errorf("print help: %w", err)
	}
	return nil
}
