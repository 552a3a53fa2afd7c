// Command before compares what a hook and an API call take now with what they took at another revision: the benchmarks of
// package server, built from both, take turns in one run.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"text/tabwriter"
)

func main() {
	revision := flag.String("rev", "", "the `revision` before; required")
	rounds := flag.Int("rounds", 10, "how often each benchmark runs, a second each time")
	flag.Parse()
	if *revision == "" || *rounds < 1 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *revision, *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "before:", err)
		os.Exit(1)
	}
}

// side is one of the two that are compared.
type side struct {
	root string // of the checkout
	test string // the built benchmarks
	took map[string][]float64
}

func run(ctx context.Context, revision string, rounds int) (err error) {
	dir, err := os.MkdirTemp("", "mmpy-before-")
	if err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	old := filepath.Join(dir, "checkout")
	if _, err := output(ctx, ".", "git", "worktree", "add", "--detach", old, revision); err != nil {
		return err
	}
	defer func() {
		_, removed := output(context.WithoutCancel(ctx), ".", "git", "worktree", "remove", "--force", old)
		err = errors.Join(err, removed)
	}()
	before, after := &side{root: old, test: filepath.Join(dir, "before.test")}, &side{root: ".", test: filepath.Join(dir, "after.test")}
	for _, s := range []*side{before, after} {
		fmt.Fprintln(os.Stderr, "before: building", s.test)
		if _, err := output(ctx, s.root, "go", "test", "-c", "-o", s.test, "./server"); err != nil {
			return err
		}
		s.took = map[string][]float64{}
	}
	for round := range rounds {
		fmt.Fprintf(os.Stderr, "before: round %d of %d\n", round+1, rounds)
		for _, s := range []*side{before, after} {
			if err := s.measure(ctx); err != nil {
				return err
			}
		}
	}
	return printTable(os.Stdout, before.took, after.took)
}

// measure runs each benchmark once.
func (s *side) measure(ctx context.Context) error {
	text, err := output(ctx, filepath.Join(s.root, "server"), s.test, "-test.run=^$",
		"-test.bench=^(BenchmarkMessageWillBePosted|BenchmarkGetUser)$", "-test.benchtime=1s")
	if err != nil {
		return err
	}
	return parse(text, s.took)
}

var line = regexp.MustCompile(`(?m)^Benchmark(\w+?)(?:-\d+)?\s+\d+\s+([0-9.]+) ns/op`)

// parse adds what the benchmarks took, in nanoseconds, to that of earlier rounds.
func parse(text []byte, took map[string][]float64) error {
	found := line.FindAllSubmatch(text, -1)
	if len(found) == 0 {
		return fmt.Errorf("the benchmarks have said nothing of what they took: %q", text)
	}
	for _, match := range found {
		nanoseconds, err := strconv.ParseFloat(string(match[2]), 64)
		if err != nil {
			return fmt.Errorf("read what the benchmarks took: %w", err)
		}
		took[string(match[1])] = append(took[string(match[1])], nanoseconds)
	}
	return nil
}

// printTable prints a row for each benchmark.
func printTable(w io.Writer, before, after map[string][]float64) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "µs, minimum / median\tbefore\tnow\t× minimum\t× median")
	names := make([]string, 0, len(after))
	for name := range after {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if len(before[name]) == 0 {
			return fmt.Errorf("%s was not there before", name)
		}
		was, is := before[name], after[name]
		fmt.Fprintf(table, "%s\t%s\t%s\t%.3f\t%.3f\n", name, show(was), show(is), slices.Min(is)/slices.Min(was), median(is)/median(was))
	}
	return table.Flush()
}

func show(took []float64) string {
	return fmt.Sprintf("%.2f / %.2f", slices.Min(took)/1e3, median(took)/1e3)
}

func median(took []float64) float64 {
	sorted := slices.Sorted(slices.Values(took))
	return sorted[len(sorted)/2]
}

// output runs a program in a folder, and gives what it prints.
func output(ctx context.Context, dir, name string, args ...string) ([]byte, error) {
	command := exec.CommandContext(ctx, name, args...)
	command.Dir = dir
	text, err := command.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w\n%s", name, args[0], err, text)
	}
	return text, nil
}
