package main

import (
	"bufio"
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

//go:embed python
var embedded embed.FS

// sources gives the Python files.
func sources() (fs.FS, error) { return fs.Sub(embedded, "python") }

// unpackSources writes the Python files into a folder, for a native interpreter to read.
func unpackSources() (dir string, err error) {
	files, err := sources()
	if err != nil {
		return "", err
	}
	if dir, err = os.MkdirTemp("", "mmpy-bench-"); err != nil {
		return "", fmt.Errorf("make a folder: %w", err)
	}
	if err := os.CopyFS(dir, files); err != nil {
		return "", fmt.Errorf("write the workloads: %w", err)
	}
	return dir, nil
}

// skipped is the error for why there is nothing to compare with.
type skipped string

func (s skipped) Error() string { return string(s) }

// native is the interpreter that the build of python.wasm made for itself.
type native struct{ python, sources, description string }

func findNative(sources string) (*native, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	n := &native{python: filepath.Join(cache, "mmpy", "runtime", "native", "python"), sources: sources}
	if _, err := os.Stat(n.python); err != nil {
		return nil, skipped("there is no native CPython of the same sources to compare with: `make runtime` builds one, " + n.python)
	}
	return n, nil
}

// process is the interpreter while it runs.
type process struct {
	command *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	names   []string
}

func (n *native) start(ctx context.Context) (interpreter, error) {
	p := &process{command: exec.CommandContext(ctx, n.python, "-I", "-S", "-B", filepath.Join(n.sources, "native.py"), n.sources)}
	p.command.Env = []string{} // nothing of this machine changes what is measured
	p.command.Stderr = os.Stderr
	var err error
	if p.in, err = p.command.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(out)
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	names, err := p.line()
	if err == nil {
		p.names = strings.Fields(names)
		n.description, err = p.describe()
	}
	if err != nil {
		return nil, errors.Join(err, p.close(ctx))
	}
	return p, nil
}

// describe says how the interpreter was built. Only an ordinary build is something to compare with.
func (p *process) describe() (string, error) {
	line, err := p.line()
	if err != nil {
		return "", err
	}
	facts := strings.Split(line, "\t")
	if len(facts) != 4 {
		return "", fmt.Errorf("it says of itself: %q", line)
	}
	version, compiler, flags, options := facts[0], facts[1], facts[2], facts[3]
	if !strings.Contains(flags, "-O3") || strings.Contains(options, "debug") {
		return "", fmt.Errorf("it was not built with -O3, but with %s, configured with %s", flags, options)
	}
	return fmt.Sprintf("native: CPython %s, %s, %s, configured with %s", version, compiler, flags, options), nil
}

func (p *process) line() (string, error) {
	line, err := p.out.ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("read from the interpreter: %w", err)
	}
	return strings.TrimSuffix(line, "\n"), nil
}

func (p *process) workloads() []string { return p.names }

func (p *process) run(_ context.Context, workload int) (time.Duration, string, error) {
	if _, err := fmt.Fprintln(p.in, workload); err != nil {
		return 0, "", err
	}
	line, err := p.line()
	if err != nil {
		return 0, "", err
	}
	nanoseconds, result, _ := strings.Cut(line, " ")
	took, err := strconv.ParseInt(nanoseconds, 10, 64)
	return time.Duration(took), result, err
}

func (p *process) close(context.Context) error {
	return errors.Join(p.in.Close(), p.command.Wait())
}
