package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	goruntime "runtime"
	"strings"
	"time"

	"github.com/mmpy/mmpy/pyodide-build/cpython"
	"github.com/mmpy/mmpy/wasmhost"
)

// guest is the interpreter in the sandbox.
type guest struct {
	name    string
	runtime *wasmhost.Runtime
	program *wasmhost.Program
}

// newGuest prepares the interpreter that is part of mmpy, or that in a file.
func newGuest(ctx context.Context, file string) (*guest, error) {
	g := &guest{name: "mmpy"}
	config := wasmhost.NewRuntimeConfig()
	if file != "" {
		g.name = strings.TrimSuffix(filepath.Base(file), ".wasm")
		wasm, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		stdlib, err := cpython.Stdlib()
		if err != nil {
			return nil, err
		}
		config = config.WithInterpreter(wasm, stdlib)
	}
	files, err := sources()
	if err != nil {
		return nil, err
	}
	if g.runtime, err = wasmhost.NewRuntime(ctx, config); err != nil {
		return nil, fmt.Errorf("%s: %w", g.name, err)
	}
	g.program, err = g.runtime.NewProgram(wasmhost.ProgramConfig{Files: files, Entry: "guest"})
	return g, err
}

func (g *guest) close(ctx context.Context) { _ = g.runtime.Close(context.WithoutCancel(ctx)) }

// instance is a running one.
type instance struct{ *wasmhost.Instance }

func (g *guest) start(ctx context.Context) (interpreter, error) {
	i, err := g.program.Instantiate(ctx, wasmhost.InstanceConfig{})
	return instance{i}, err
}

func (i instance) workloads() []string { return strings.Fields(string(i.Loaded())) }

// run measures from outside: the guest cannot see the processor's time. The call itself takes a few microseconds.
func (i instance) run(ctx context.Context, workload int) (time.Duration, string, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute) // as a hook has: the ticks look at the clock
	defer cancel()
	goruntime.LockOSThread()
	defer goruntime.UnlockOSThread()
	begin, err := threadTime()
	if err != nil {
		return 0, "", err
	}
	result, err := i.Hook(ctx, uint32(workload), nil)
	if err != nil {
		return 0, "", err
	}
	end, err := threadTime()
	return end - begin, string(result), err
}

func (i instance) close(ctx context.Context) error {
	if err := i.Close(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}
