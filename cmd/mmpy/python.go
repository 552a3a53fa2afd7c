package main

import (
	"context"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/mmpy/mmpy/python"
	"github.com/mmpy/mmpy/wasmhost"
)

// pythonCommand is `mmpy python`.
type pythonCommand struct {
	Args []string `arg:"" optional:"" name:"arg" help:"What Python takes: -c CODE, -m MODULE, FILE or -, and arguments; nothing runs standard input."`
}

// Help is shown by --help.
func (pythonCommand) Help() string {
	return `The interpreter runs in the sandbox: it sees no files of this machine, no environment and no network. The
folder of FILE is shown to it at /plugin, read-only, and other folders with --mount. Modules in /plugin can be
imported. The exit code is Python's own.

  --mount DIR:/PATH    show the folder DIR at /PATH, read-only; before all other arguments

Examples:

  mmpy python -c 'import sys; print(sys.version)'
  mmpy python script.py input.json
  mmpy python --mount data:/data -c 'print(open("/data/a.txt").read())'
  mmpy python --mount .:/plugin -m mymodule
  echo 'print(6 * 7)' | mmpy python
  mmpy python -h       (Python's own options)`
}

// pluginDir is where the folder of a script is shown, and where modules are found, as for a plugin.
const pluginDir = "/plugin"

// Run ends with Python's exit code.
func (c *pythonCommand) Run(ctx context.Context, io streams, parsed *kong.Context) error {
	if len(c.Args) > 0 && c.Args[0] == "--help" {
		return printHelp(parsed)
	}
	mounts, args, err := takeMounts(c.Args)
	if err != nil {
		return err
	}
	if i := scriptIndex(args); i >= 0 {
		script, err := filepath.Abs(args[i])
		if err != nil {
			return err
		}
		if info, err := os.Stat(script); err != nil || !info.Mode().IsRegular() {
			return usage("%s: there is no such file", args[i])
		}
		if _, taken := mounts[pluginDir]; taken {
			return usage("--mount: %s is where the folder of %s is shown", pluginDir, args[i])
		}
		mounts[pluginDir] = filepath.Dir(script)
		args[i] = path.Join(pluginDir, filepath.Base(script))
	}
	config := wasmhost.ProgramConfig{Libraries: map[string]fs.FS{sdk: python.Files()}, Mounts: map[string]fs.FS{}}
	for at, dir := range mounts {
		root, err := os.OpenRoot(dir)
		if err != nil {
			return usage("%s: there is no such folder", dir)
		}
		defer root.Close()
		if at == pluginDir {
			config.Files = root.FS()
		} else {
			config.Mounts[at] = root.FS()
		}
	}
	runtime, err := wasmhost.NewRuntime(ctx, wasmhost.NewRuntimeConfig().WithLogger(slog.New(newConsole(io.err, slog.LevelInfo))))
	if err != nil {
		return err
	}
	defer runtime.Close(context.WithoutCancel(ctx))
	program, err := runtime.NewProgram(config)
	if err != nil {
		return usage("--mount: %w", err)
	}
	return runPython(ctx, program, wasmhost.InstanceConfig{Stdin: io.in, Stdout: io.out, Stderr: io.err}, args)
}

// sdk is the folder of the SDK among the libraries.
const sdk = "sdk"

// runPython runs the interpreter's command line; its exit code becomes mmpy's.
func runPython(ctx context.Context, program *wasmhost.Program, config wasmhost.InstanceConfig, args []string) error {
	code, err := program.Main(ctx, config, args)
	if err != nil {
		return err
	}
	if code != 0 {
		return &failure{code: code}
	}
	return nil
}

// takeMounts takes the options before Python's arguments; folders by where they are shown.
func takeMounts(args []string) (mounts map[string]string, rest []string, err error) {
	mounts = map[string]string{}
	rest = append(rest, args...)
	for len(rest) > 0 {
		value, ok := strings.CutPrefix(rest[0], "--mount")
		if !ok {
			break
		}
		rest = rest[1:]
		if value == "" && len(rest) > 0 {
			value, rest = "="+rest[0], rest[1:]
		}
		dir, at, ok := cutLast(strings.TrimPrefix(value, "="), ":")
		if !ok || dir == "" || !path.IsAbs(at) {
			return nil, nil, usage("--mount takes DIR:/PATH, as in --mount data:/data")
		}
		mounts[path.Clean(at)] = dir
	}
	return mounts, rest, nil
}

// cutLast cuts at the last separator: the drive letters of Windows have colons, too.
func cutLast(s, separator string) (before, after string, found bool) {
	if i := strings.LastIndex(s, separator); i >= 0 {
		return s[:i], s[i+len(separator):], true
	}
	return s, "", false
}

// scriptIndex finds the script among Python's arguments; -1 if there is none. Of Python's options only those matter
// that end the options (-c, -m) or take the next argument (-W, -X).
func scriptIndex(args []string) int {
	for i := 0; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "-":
			return -1
		case arg == "--check-hash-based-pycs":
			i++
		case strings.HasPrefix(arg, "--"):
		case strings.HasPrefix(arg, "-"):
			at := strings.IndexAny(arg, "cmWX")
			if at < 0 {
				continue
			}
			if arg[at] == 'c' || arg[at] == 'm' {
				return -1
			}
			if at == len(arg)-1 {
				i++
			}
		default:
			return i
		}
	}
	return -1
}
