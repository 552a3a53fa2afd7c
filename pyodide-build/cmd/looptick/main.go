// Command looptick has a WebAssembly module tick. See package looptick.
//
//	looptick -every 20000 in.wasm out.wasm
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/mmpy/mmpy/pyodide-build/looptick"
)

func main() {
	every := flag.Int("every", 20000, "loop headers passed, and the like, between two ticks")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: looptick [-every N] IN OUT")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 2 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*every, flag.Arg(0), flag.Arg(1)); err != nil {
		fmt.Fprintln(os.Stderr, "looptick:", err)
		os.Exit(1)
	}
}

func run(every int, in, out string) error {
	module, err := os.ReadFile(in)
	if err != nil {
		return err
	}
	ticking, stats, err := looptick.Instrument(module, looptick.Options{Every: every})
	if err != nil {
		return fmt.Errorf("instrument %s: %w", in, err)
	}
	fmt.Printf("looptick: %d loops, %d functions and %d writes of many bytes, of %d functions, tick every %d; %d bytes before, %d after (%+.1f %%)\n",
		stats.Loops, stats.Entries, stats.Bulk, stats.Functions, every, stats.Before, stats.After, 100*float64(stats.After-stats.Before)/float64(stats.Before))
	return os.WriteFile(out, ticking, 0o644)
}
