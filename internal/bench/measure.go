package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// plan says how much to measure.
type plan struct {
	rounds, hooks, calls int // rounds, and hooks and API calls in each
	starts               int
	idle                 time.Duration // rest before the resident memory is read
}

// result is what was measured of one way.
type result struct {
	way    way
	hook   samples // each one round trip
	call   samples // each the mean of a few calls
	start  samples // until the first hook has answered
	cold   *cold   // nil where there is nothing to warm
	memory int64   // resident set size in bytes; 0 where the plugin has no process of its own
}

// samples are times of the same thing.
type samples []time.Duration

func (s samples) min() time.Duration { return slices.Min(s) }

func (s samples) median() time.Duration {
	sorted := slices.Sorted(slices.Values(s))
	return sorted[len(sorted)/2]
}

// measure runs all ways by turns.
func measure(ctx context.Context, plan plan, ways []way) (_ []*result, err error) {
	var results, able []*result
	for _, w := range ways {
		r := &result{way: w}
		results = append(results, r)
		if w.skipped == "" {
			able = append(able, r)
		}
	}

	for i := range plan.starts {
		fmt.Fprintf(os.Stderr, "bench: start %d of %d\n", i+1, plan.starts)
		for _, r := range able {
			p, err := r.startOnce(ctx)
			if err != nil {
				return nil, err
			}
			if err := p.close(); err != nil {
				return nil, fmt.Errorf("stop %s: %w", r.way.name, err)
			}
		}
	}

	plugins := make([]*running, len(able))
	defer func() {
		for _, p := range plugins {
			if p != nil {
				err = errors.Join(err, p.close())
			}
		}
	}()
	for i, r := range able {
		if plugins[i], err = r.startOnce(ctx); err != nil {
			return nil, err
		}
	}
	time.Sleep(plan.idle)
	for i, r := range able {
		if r.memory, err = residentMemory(plugins[i].pid); err != nil {
			return nil, err
		}
	}
	for round := range plan.rounds + 1 { // the first only warms up
		fmt.Fprintf(os.Stderr, "bench: round %d of %d\n", round, plan.rounds)
		for i, r := range able {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if err := r.measureRound(plan, plugins[i], round > 0); err != nil {
				return nil, fmt.Errorf("%s: %w", r.way.name, err)
			}
		}
	}
	for _, r := range able {
		if r.way.cold == nil {
			continue
		}
		c, err := r.way.cold(ctx)
		if err != nil {
			return nil, fmt.Errorf("start %s cold: %w", r.way.name, err)
		}
		r.cold = &c
	}
	return results, nil
}

// startOnce starts the plugin and times it until the first hook has answered.
func (r *result) startOnce(ctx context.Context) (*running, error) {
	begin := time.Now()
	p, err := r.way.start(ctx)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", r.way.name, err)
	}
	if err := p.hook(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", r.way.name, err), p.close())
	}
	r.start = append(r.start, time.Since(begin))
	return p, nil
}

func (r *result) measureRound(plan plan, p *running, keep bool) error {
	for range plan.hooks {
		begin := time.Now()
		if err := p.hook(); err != nil {
			return err
		}
		if elapsed := time.Since(begin); keep {
			r.hook = append(r.hook, elapsed)
		}
	}
	each, err := p.calls(plan.calls)
	if err != nil {
		return err
	}
	if keep {
		r.call = append(r.call, each...)
	}
	return nil
}

// residentMemory reads a process's resident set size; 0 for no process, and where the system does not say.
func residentMemory(pid int) (int64, error) {
	if pid == 0 {
		return 0, nil
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the plugin's memory: %w", err)
	}
	var kilobytes int64
	for line := range strings.Lines(string(text)) {
		if value, found := strings.CutPrefix(line, "VmRSS:"); found {
			_, err = fmt.Sscan(value, &kilobytes)
		}
	}
	return kilobytes * 1024, err
}
