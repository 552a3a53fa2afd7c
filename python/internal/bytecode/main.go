// Bytecode compiles the SDK with the guest's own interpreter and writes bytecode.zip, which package python embeds. Run it
// in the folder python, or with go generate ./python; with -check it only says whether the file is up to date.
package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path"
	"testing/fstest"

	"github.com/mmpy/mmpy/python"
	"github.com/mmpy/mmpy/wasmhost"
)

const output = "bytecode.zip"

//go:embed compile.py
var script []byte

func main() {
	check := flag.Bool("check", false, "write nothing, fail when "+output+" is not what the sources give")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *check); err != nil {
		fmt.Fprintln(os.Stderr, "bytecode:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, check bool) error {
	compiled, err := compile(ctx)
	if err != nil {
		return err
	}
	there, err := os.ReadFile(output)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	switch {
	case err == nil && bytes.Equal(there, compiled):
		return nil
	case check:
		return fmt.Errorf("%s is not what the sources give: go generate ./python", output)
	}
	return os.WriteFile(output, compiled, 0o644)
}

func compile(ctx context.Context) ([]byte, error) {
	runtime, err := wasmhost.NewRuntime(ctx, wasmhost.NewRuntimeConfig())
	if err != nil {
		return nil, err
	}
	defer func() { _ = runtime.Close(ctx) }() // the process ends anyway
	sources := python.Sources()
	var names []string
	err = fs.WalkDir(sources, ".", func(name string, _ fs.DirEntry, err error) error {
		if path.Ext(name) == ".py" {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	program, err := runtime.NewProgram(wasmhost.ProgramConfig{
		Files:  fstest.MapFS{"compile.py": {Data: script}},
		Mounts: map[string]fs.FS{"/sdk": sources},
	})
	if err != nil {
		return nil, err
	}
	var compiled, complaint bytes.Buffer
	exitCode, err := program.Main(ctx, wasmhost.InstanceConfig{Stdout: &compiled, Stderr: &complaint},
		append([]string{"/plugin/compile.py", "/sdk"}, names...))
	if err != nil {
		return nil, err
	}
	if exitCode != 0 {
		return nil, fmt.Errorf("python ended with %d:\n%s", exitCode, complaint.Bytes())
	}
	return compiled.Bytes(), nil
}
