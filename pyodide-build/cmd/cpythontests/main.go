// Command cpythontests runs CPython's own tests for the modules that plugins lean on, in the guest.
//
//	cpythontests [MODULE…]
//
// The tests come from the sources that the interpreter was built from, fetched into the cache. Which of them fail for a
// good reason is in pyodide-build/cpythontests/expected.txt; any other failure, and a success of one of those, is an
// error. It runs in the repository's root, on a Debian system.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"time"

	"github.com/mmpy/mmpy/pyodide-build/cpythontests"
	"github.com/mmpy/mmpy/pyodide-build/recipe"
)

// timeout is how long one module's tests may take.
const timeout = 10 * time.Minute

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "cpythontests:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, modules []string) error {
	expected, err := cpythontests.ReadExpected()
	if err != nil {
		return err
	}
	tests, err := prepare(ctx)
	if err != nil {
		return fmt.Errorf("get CPython's tests: %w", err)
	}
	guest, err := newGuest(ctx, tests)
	if err != nil {
		return err
	}
	defer guest.close(context.WithoutCancel(ctx))

	open := map[string]bool{}
	if len(modules) == 0 {
		modules = cpythontests.Modules
		for id := range expected {
			open[id] = true
		}
	}
	wrong := 0
	for _, module := range modules {
		wrong += check(ctx, guest, module, expected, open)
	}
	for _, id := range slices.Sorted(maps.Keys(open)) {
		fmt.Printf("%s is in expected.txt, but there is no such test\n", id)
		wrong++
	}
	if wrong > 0 {
		return fmt.Errorf("%d unexpected outcomes", wrong)
	}
	return nil
}

// check runs one module's tests, prints how they went, and returns the number of unexpected outcomes.
func check(ctx context.Context, guest *guest, module string, expected cpythontests.Expected, open map[string]bool) (wrong int) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	start := time.Now()
	var stdout, stderr bytes.Buffer
	runErr := guest.run(ctx, &stdout, &stderr, "/runner/run.py", "test."+module)
	results, readErr := cpythontests.ReadResults(&stdout)
	v := cpythontests.Judge(results, expected, open)
	fmt.Printf("%-18s %4d passed, %3d skipped, %2d failed  %5.1f s\n", module, v.Passed, v.Skipped, v.Failed, time.Since(start).Seconds())
	for _, failure := range v.Failures {
		fmt.Printf("%s failed:\n%s\n", failure.ID, failure.Text)
	}
	for _, id := range v.Successes {
		fmt.Printf("%s did not fail: take it out of expected.txt\n", id)
	}
	wrong = len(v.Failures) + len(v.Successes)
	if err := errors.Join(runErr, readErr); err != nil || len(results) == 0 {
		fmt.Printf("%s did not finish: %v\n%s\n", module, err, tail(stderr.Bytes(), 4000))
		wrong++
	}
	return wrong
}

func tail(b []byte, n int) []byte { return b[max(0, len(b)-n):] }

// prepare returns the folder that holds CPython's package test, unpacked into the cache unless it is there.
func prepare(ctx context.Context) (string, error) {
	lock, err := os.ReadFile("pyodide-build/sources.lock")
	if err != nil {
		return "", err
	}
	base, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	cache := filepath.Join(base, "mmpy")
	folder := filepath.Join(cache, "cpython-tests-"+recipe.Sum(lock)[:16])
	if _, err := os.Stat(filepath.Join(folder, "test")); err == nil {
		return folder, nil
	}
	archives := filepath.Join(cache, "runtime", "archives")
	if err := command(ctx, "pyodide-build/fetch.sh", archives, "python3.13", "python3.13-security"); err != nil {
		return "", err
	}
	sources := folder + ".tmp"
	defer os.RemoveAll(sources)
	if err := command(ctx, "pyodide-build/unpack.sh", archives, sources); err != nil {
		return "", err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	return folder, os.Rename(filepath.Join(sources, "Lib", "test"), filepath.Join(folder, "test"))
}

func command(ctx context.Context, name string, arguments ...string) error {
	if out, err := exec.CommandContext(ctx, name, arguments...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, tail(out, 2000))
	}
	return nil
}
