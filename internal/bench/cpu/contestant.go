package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"
)

// contestant is one interpreter, and what was measured of it.
type contestant struct {
	name  string
	start func(ctx context.Context) (interpreter, error)
	least map[string]time.Duration // by workload
}

// interpreter is one process or instance of it.
type interpreter interface {
	workloads() []string
	// run runs a workload, by its place in workloads: how long it took, and what came out.
	run(ctx context.Context, workload int) (time.Duration, string, error)
	close(ctx context.Context) error
}

// measure lets the contestants take turns at the workloads.
func measure(ctx context.Context, contestants []*contestant, starts, rounds int, only string) error {
	results := map[string]string{}
	for start := range starts {
		fmt.Fprintf(os.Stderr, "bench: start %d of %d\n", start+1, starts)
		if err := measureOnce(ctx, contestants, rounds, only, results); err != nil {
			return err
		}
	}
	if len(results) == 0 {
		return fmt.Errorf("no workload is called %q", only)
	}
	return nil
}

// measureOnce starts each contestant and runs the rounds. All must come to the same results.
func measureOnce(ctx context.Context, contestants []*contestant, rounds int, only string, results map[string]string) (err error) {
	running := make([]interpreter, len(contestants))
	for i, c := range contestants {
		if running[i], err = c.start(ctx); err != nil {
			return fmt.Errorf("start %s: %w", c.name, err)
		}
		defer func() { err = errors.Join(err, running[i].close(ctx)) }()
		if !slices.Equal(running[i].workloads(), running[0].workloads()) {
			return fmt.Errorf("%s has other workloads than %s", c.name, contestants[0].name)
		}
	}
	for range rounds {
		for number, workload := range running[0].workloads() {
			if only != "" && only != workload {
				continue
			}
			for i, c := range contestants {
				took, result, err := running[i].run(ctx, number)
				if err != nil {
					return fmt.Errorf("%s, %s: %w", c.name, workload, err)
				}
				if results[workload] == "" {
					results[workload] = result
				}
				if results[workload] != result {
					return fmt.Errorf("%s, %s: the result is %s, not %s", c.name, workload, result, results[workload])
				}
				c.add(workload, took)
			}
		}
	}
	return nil
}

// add keeps the time if it is the least so far.
func (c *contestant) add(workload string, took time.Duration) {
	if c.least == nil {
		c.least = map[string]time.Duration{}
	}
	if least, ok := c.least[workload]; !ok || took < least {
		c.least[workload] = took
	}
}
