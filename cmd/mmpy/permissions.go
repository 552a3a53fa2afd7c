package main

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	stdio "io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/internal/grant"
	"github.com/mmpy/mmpy/internal/manifest"
	"github.com/mmpy/mmpy/python"
	"github.com/mmpy/mmpy/server"
	"github.com/mmpy/mmpy/wasmhost"
)

// permissionsCommand is `mmpy permissions`.
type permissionsCommand struct {
	Dir   string   `arg:"" help:"The plugin's folder."`
	Trace []string `placeholder:"FILE" help:"What mmpy invoke --trace has printed: the calls in it were made, too; may be repeated."`
	Test  bool     `help:"Run the plugin's tests, and count what they call."`
	Write bool     `help:"Write the least permissions that suffice into plugin.json."`
}

// Help is shown by --help.
func (permissionsCommand) Help() string {
	return `What the plugin's Python code names is found by reading it; the files of its tests are left out. It cannot find what
is called by a name that the code makes when it runs, and says where that may be. What was really called is seen with --trace
and --test, where what the tests call themselves counts, too. The least permissions are all of that.

Examples:

  mmpy permissions my_plugin
  mmpy invoke my_plugin OnActivate --trace 2>trace.txt; mmpy permissions my_plugin --trace trace.txt
  mmpy permissions my_plugin --test --write`
}

//go:embed permissions.py
var permissionsMain string

// scanned is what the code names, each with the places where it does.
type scanned struct {
	Methods map[string][]string `json:"methods"`
	Hooks   map[string][]string `json:"hooks"`
	Hosts   map[string][]string `json:"hosts"`
	Notes   []string            `json:"notes"`
}

// Run prints what the plugin uses and asks for.
func (c *permissionsCommand) Run(ctx context.Context, io streams) error {
	p, err := openMattermost(ctx, playgroundConfig{dir: c.Dir, log: slog.New(newConsole(io.err, slog.LevelError))})
	if err != nil {
		return err
	}
	defer p.close(ctx)
	found, err := c.scan(ctx, io, p)
	if err != nil {
		return err
	}
	called, err := c.called(ctx, io, p)
	if err != nil {
		return err
	}
	least := leastPermissions(found, called)
	asks := p.bundle.Manifest().Permissions
	if err := printPermissions(io.out, found, called, asks, c.Trace != nil || c.Test); err != nil {
		return err
	}
	if !c.Write {
		return nil
	}
	return c.write(io.out, least)
}

// scan reads the code.
func (c *permissionsCommand) scan(ctx context.Context, io streams, p *playground) (*scanned, error) {
	var out bytes.Buffer
	if err := c.python(ctx, p, &out, io.err, nil, permissionsMain); err != nil {
		return nil, err
	}
	found := &scanned{}
	if err := json.Unmarshal(out.Bytes(), found); err != nil {
		return nil, fmt.Errorf("read the plugin's code: %w", err)
	}
	return found, nil
}

// python runs a program in the sandbox, over the plugin's files.
func (c *permissionsCommand) python(ctx context.Context, p *playground, out, err stdio.Writer, caller wasmhost.Caller, program string) error {
	prepared, failed := p.runtime.NewProgram(wasmhost.ProgramConfig{
		Files: p.bundle.Files(), Libraries: map[string]fs.FS{sdk: python.Files()},
	})
	if failed != nil {
		return failed
	}
	return runPython(ctx, prepared, wasmhost.InstanceConfig{Caller: caller, Stdout: out, Stderr: err}, []string{"-c", program})
}

// called gives the methods that were called, by traces and tests.
func (c *permissionsCommand) called(ctx context.Context, io streams, p *playground) (map[string]int, error) {
	called := map[string]int{}
	for _, name := range c.Trace {
		if err := readTrace(name, called); err != nil {
			return nil, err
		}
	}
	if !c.Test {
		return called, nil
	}
	var mu sync.Mutex
	api := server.Handlers(p.api)
	counting := wasmhost.CallerFunc(func(ctx context.Context, method abi.Method, request []byte) ([]byte, error) {
		mu.Lock()
		called[method.String()]++
		mu.Unlock()
		return api.Call(ctx, method, request)
	})
	err := c.python(ctx, p, io.err, io.err, counting, testMain)
	if f, ok := errors.AsType[*failure](err); ok && f.code == noTests && f.err == nil {
		err = fmt.Errorf("%s has no tests: write unittest test cases into files named test_*.py", c.Dir)
	}
	return called, err
}

// readTrace counts the calls in what mmpy invoke --trace has printed, among other lines.
func readTrace(name string, called map[string]int) error {
	file, err := os.Open(name)
	if err != nil {
		return usage("%w", err)
	}
	defer file.Close()
	lines := bufio.NewReader(file)
	for {
		line, err := lines.ReadBytes('\n')
		var record call
		if json.Unmarshal(line, &record) == nil && record.API != "" {
			if unknown := grant.CheckMethod(record.API); unknown != nil {
				return usage("%s: %w", name, unknown)
			}
			called[record.API]++
		}
		if errors.Is(err, stdio.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// leastPermissions are what the plugin was seen to need. Hooks by which every plugin is started need not be asked for.
func leastPermissions(found *scanned, called map[string]int) grant.Permissions {
	methods := maps.Clone(found.Methods)
	for name := range called {
		methods[name] = nil
	}
	least := grant.Permissions{API: sorted(methods), HTTP: sorted(found.Hosts), Hooks: []string{}}
	for _, name := range sorted(found.Hooks) {
		if hook, ok := abi.HookByName(name); ok && !grant.Always(hook) {
			least.Hooks = append(least.Hooks, name)
		}
	}
	return least
}

// sorted gives the keys, and never nil.
func sorted[V any](of map[string]V) []string {
	names := slices.Sorted(maps.Keys(of))
	if names == nil {
		names = []string{}
	}
	return names
}

// printPermissions tells what is used, where, and whether the manifest asks for it.
func printPermissions(w stdio.Writer, found *scanned, called map[string]int, asks grant.Permissions, ran bool) error {
	granted, err := grant.Of("plugin", asks, nil, nil)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(what, group string, places []string, calls int, denial *grant.Denial) {
		where := strings.Join(places, ", ")
		if len(places) > 3 {
			where = fmt.Sprintf("%s and %d more", strings.Join(places[:3], ", "), len(places)-3)
		}
		if ran && group != "" {
			where = strings.TrimPrefix(fmt.Sprintf("%s, called %d times", where, calls), ", ")
		}
		mark := ""
		if denial != nil {
			mark = "NOT ASKED FOR"
		}
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\n", what, group, mark, where)
	}
	methods := maps.Clone(found.Methods)
	for name := range called {
		methods[name] = nil
	}
	fmt.Fprintln(table, "API methods")
	for _, name := range sorted(methods) {
		method, _ := abi.MethodByName(name) // the SDK, and the traces that were read, know no others
		row(name, grant.Groups()[grant.GroupOf(method)].Name, found.Methods[name], called[name], granted.Call(method))
	}
	fmt.Fprintln(table, "hooks")
	for _, name := range sorted(found.Hooks) {
		var denial *grant.Denial
		if hook, ok := abi.HookByName(name); ok {
			denial = granted.Hook(hook)
		}
		row(name, "", found.Hooks[name], 0, denial)
	}
	fmt.Fprintln(table, "hosts that are named")
	for _, name := range sorted(found.Hosts) {
		host, err := grant.ParseHost(name)
		var denial *grant.Denial
		if err == nil {
			port := host.Port
			if port == 0 {
				port = 443
			}
			denial = granted.Reach("https", host.Pattern, port)
		}
		row(name, "", found.Hosts[name], 0, denial)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, note := range found.Notes {
		fmt.Fprintln(w, "note:", note)
	}
	return nil
}

// write puts the permissions into the manifest.
func (c *permissionsCommand) write(w stdio.Writer, least grant.Permissions) error {
	name := filepath.Join(c.Dir, manifest.Name)
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	changed, err := manifest.WithPermissions(text, least)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := os.WriteFile(name, changed, info.Mode().Perm()); err != nil {
		return err
	}
	fmt.Fprintf(w, "%s: asks for %d methods, %d hooks and %d hosts\n", name, len(least.API), len(least.Hooks), len(least.HTTP))
	return nil
}
