// Command cpu measures how fast Python code runs in the sandbox, relative to a native CPython of the same version.
//
//	cpu [-rounds N] [-starts N] [-guest python.wasm …]
//
// The sandbox is the one that plugins run in: with its ticks, deadlines and limits. The native interpreter is the one
// that the build of python.wasm makes for itself, from the same sources; `make runtime` leaves it in the cache.
//
// Both run the same workloads by turns, each time is the processor time of the thread, and of many the least counts:
// what else the machine does only ever adds. The last line is the geometric mean of the ratios. With -guest, which may be
// repeated, other builds of python.wasm take part in the same run.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	var files []string
	rounds := flag.Int("rounds", 8, "how often each workload runs in each process or instance")
	starts := flag.Int("starts", 5, "how many processes and instances one after the other: their memory is laid out differently")
	only := flag.String("only", "", "run the `workload` of this name only")
	flag.Func("guest", "also run this `python.wasm`; may be repeated", func(file string) error {
		files = append(files, file)
		return nil
	})
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := run(ctx, *starts, *rounds, *only, files)
	if skip, ok := errors.AsType[skipped](err); ok {
		fmt.Println("bench: left out:", skip)
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, starts, rounds int, only string, files []string) (err error) {
	sources, err := unpackSources()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(sources)) }()
	native, err := findNative(sources)
	if err != nil {
		return err
	}
	contestants := []*contestant{{name: "native", start: native.start}}
	for _, file := range append([]string{""}, files...) {
		guest, err := newGuest(ctx, file)
		if err != nil {
			return err
		}
		defer guest.close(ctx)
		contestants = append(contestants, &contestant{name: guest.name, start: guest.start})
	}
	if err := measure(ctx, contestants, starts, rounds, only); err != nil {
		return err
	}
	fmt.Println(native.description)
	return printTable(os.Stdout, contestants)
}
