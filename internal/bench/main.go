// Command bench compares one plugin, run four ways, in one run on one machine: by mmpy in process, by mmpy as a plugin
// process of Mattermost's plugin environment, as a native Go plugin in the same environment, and as native Python
// behind gRPC. The plugin's MessageWillBePosted reads and changes a post; its command calls GetUser.
//
// Read the ratios: the absolute times belong to the machine and to what else it did. The ways take turns, so that what
// else the machine did meets them all.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"time"
)

func main() {
	quick := flag.Bool("quick", false, "fewer and shorter rounds")
	only := flag.String("only", "", "run the ways whose name contains `text`")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	plan := plan{rounds: 10, hooks: 500, calls: 1000, starts: 5, idle: 3 * time.Second}
	if *quick {
		plan.rounds, plan.hooks, plan.calls, plan.starts = 3, 200, 200, 2
	}
	if err := run(ctx, plan, *only); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run builds what is compared, measures it and prints the table.
func run(ctx context.Context, plan plan, only string) (err error) {
	dir, err := os.MkdirTemp("", "mmpy-bench-")
	if err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	fmt.Fprintln(os.Stderr, "bench: building")
	ways, err := allWays(ctx, dir, only)
	if err != nil {
		return err
	}
	results, err := measure(ctx, plan, ways)
	if err != nil {
		return err
	}
	fmt.Printf("%s/%s, %d CPUs, %s; %d rounds of %d hooks and %d API calls, %d starts; minimum / median\n\n",
		runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), plan.rounds, plan.hooks, plan.calls, plan.starts)
	return printTable(os.Stdout, results)
}
