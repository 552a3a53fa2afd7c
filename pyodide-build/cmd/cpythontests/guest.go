package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/mmpy/mmpy/pyodide-build/cpythontests"
	"github.com/mmpy/mmpy/wasmhost"
)

// A guest runs Python programs, each in a fresh instance.
type guest struct {
	runtime *wasmhost.Runtime
	program *wasmhost.Program
	tests   *os.Root
}

// newGuest prepares the interpreter with the folder of tests at /cpython and the runner at /runner.
func newGuest(ctx context.Context, tests string) (*guest, error) {
	root, err := os.OpenRoot(tests)
	if err != nil {
		return nil, err
	}
	runtime, err := wasmhost.NewRuntime(ctx, wasmhost.NewRuntimeConfig())
	if err != nil {
		return nil, err
	}
	program, err := runtime.NewProgram(wasmhost.ProgramConfig{
		Mounts: map[string]fs.FS{"/cpython": root.FS(), "/runner": cpythontests.Runner()},
	})
	if err != nil {
		return nil, err
	}
	return &guest{runtime, program, root}, nil
}

// run runs python with these arguments; an exit code other than 0 is an error.
func (g *guest) run(ctx context.Context, stdout, stderr io.Writer, arguments ...string) error {
	code, err := g.program.Main(ctx, wasmhost.InstanceConfig{Stdout: stdout, Stderr: stderr}, arguments)
	if err == nil && code != 0 {
		err = fmt.Errorf("exit code %d", code)
	}
	return err
}

func (g *guest) close(ctx context.Context) {
	g.runtime.Close(ctx)
	g.tests.Close()
}
