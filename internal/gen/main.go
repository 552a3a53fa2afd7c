// Command gen writes every generated file of the repository that comes from the contract (the .proto files), from the
// ABI's constants and from Mattermost's own Go types. Run it anywhere inside the module:
//
//	go run ./internal/gen         # write what has changed
//	go run ./internal/gen -check  # write nothing; exit 1 and name every file that is out of date
//
// Each kind of output has its own file here; outputs lists them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

// outputs are the kinds of files that gen writes.
var outputs = []output{
	{name: "the Go messages", generate: goMessages, owns: []string{"proto/pluginapiv1/*.pb.go"}},
	{name: "the Go messages' wire form", generate: wireCode, owns: []string{"proto/pluginapiv1/wire_gen.go"}},
	{name: "the method tables", generate: methodTables, owns: []string{abiDir + "/methods_gen.go"}},
	{name: "the guest's header", generate: guestHeader, owns: []string{abiDir + "/mm_abi_gen.h"}},
	{name: "the Python messages", generate: pythonMessages, owns: []string{pythonGRPC + "/*_pb2.py", pythonGoogle + "/*_pb2.py"}},
	{name: "the Python stubs", generate: pythonStubs, owns: []string{pythonGRPC + "/*_pb2.pyi", pythonGoogle + "/*_pb2.pyi"}},
	{name: "the Python messages of hooks", generate: pythonHooks, owns: []string{"python/mattermost_plugin/_internal/hook_messages.py"}},
	{name: "the Python table of hooks", generate: pythonHookTable, owns: []string{"python/mattermost_plugin/_internal/hook_table.py"}},
	{name: "the Python table of API methods", generate: pythonAPITable, owns: []string{"python/mattermost_plugin/_internal/api_messages.py"}},
	{name: "the Python client", generate: pythonClient, owns: []string{mixinsDir + "/*.py"}, except: handWrittenMixins},
	{name: "the Python wrappers", generate: pythonWrappers, owns: []string{wrappersDir + "/*.py"}},
	{name: "the API handlers", generate: apiHandlers, owns: []string{handlersDir + "/*_gen.go"}},
	{name: "the hooks", generate: hookAdapters, owns: []string{serverDir + "/hooks_gen.go", serverDir + "/hooks_server_gen.go"}},
	{name: "the conversions", generate: conversions, owns: []string{convertDir + "/*_gen.go"}},
	{name: "the pairs of conversions", generate: crossingPairs, owns: []string{crossingDir + "/*_gen.go"}},
	{name: "the page of the API", generate: apiPage, owns: []string{"docs/api.md"}},
	{name: "the page of hooks", generate: hooksPage, owns: []string{"docs/hooks.md"}},
	{name: "the page of permissions", generate: permissionsPage, owns: []string{"docs/permissions.md"}},
	{name: "the in-memory server's missing methods", generate: unsupportedAPI, owns: []string{memserverDir + "/unsupported_gen.go"}},
}

func main() {
	check := flag.Bool("check", false, "write nothing; exit 1 and name every file that is out of date")
	flag.Parse()
	if flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(context.Background(), *check); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// run generates everything in memory, then writes it or, with check, only compares.
func run(ctx context.Context, check bool) error {
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	contract, err := readContract(ctx, root)
	if err != nil {
		return err
	}
	var drift int
	for _, o := range outputs {
		files, err := o.generate(contract)
		if err != nil {
			return fmt.Errorf("generate %s: %w", o.name, err)
		}
		changes, err := o.changes(root, files)
		if err != nil {
			return fmt.Errorf("compare %s with the files there are: %w", o.name, err)
		}
		drift += len(changes)
		for _, c := range changes {
			fmt.Println(c)
			if check {
				continue
			}
			if err := c.apply(root); err != nil {
				return fmt.Errorf("write %s: %w", o.name, err)
			}
		}
	}
	if check && drift > 0 {
		return fmt.Errorf("%d generated files are out of date: run 'make generate' and commit what it changes", drift)
	}
	return nil
}

// moduleRoot is the folder of the go.mod that the working directory belongs to.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the module: %w", err)
	}
	for {
		_, err := os.Stat(filepath.Join(dir, "go.mod"))
		if err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if !errors.Is(err, os.ErrNotExist) || parent == dir {
			return "", fmt.Errorf("find the module: no go.mod here or above: %w", err)
		}
		dir = parent
	}
}
