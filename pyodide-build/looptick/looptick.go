// Package looptick puts a clock into a WebAssembly module: a count-down at the head of every loop that calls an
// imported function each time it reaches zero.
//
// A guest that spins in a loop never returns to Go, and a Go program whose goroutine never returns to Go cannot even
// collect garbage. The tick is the moment at which the host gets a word in: Go's scheduler and collector run, deadlines
// are looked at, work is counted. The counter is a global of the module rather than a word of its memory, because
// compilers keep a global cheap: the whole costs an interpreter like CPython 3 to 5 percent.
//
// At each loop header the module then does, with nothing taken from or left on the operand stack:
//
//	counter = counter - 1
//	if counter == 0 {
//		counter = every
//		tick()
//	}
//
// Understood are WebAssembly 1.0 with sign extension, saturating conversions, multiple values, bulk memory and
// reference types. A module that uses anything else (SIMD, threads, exceptions, tail calls …) is refused, with the
// function and the offset of what was met, rather than changed on a guess.
package looptick

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// The import that becomes the tick, a function without parameters and results. A module to be instrumented has it.
const (
	ImportModule = "mmpy"
	ImportName   = "tick"
)

// Options say how a module is instrumented.
type Options struct {
	// Every is the number of loop headers passed between two ticks, 1 to 2³¹-1. All loops share one counter.
	Every int
}

// Stats say what Instrument did.
type Stats struct {
	Functions int // function bodies in the module
	Loops     int // loops in them, each now with a count-down
	Before    int // the module's size in bytes as given
	After     int // and as returned
}

// ErrNoTick is returned for a module that does not import the tick.
var ErrNoTick = errors.New("the module does not import the function " + ImportModule + "." + ImportName)

// Instrument returns a copy of module, a WebAssembly binary, that ticks. Indexes of functions, globals and everything
// else stay what they were: the counter is added as the last global, not exported. Custom sections are kept, but a
// module with one that points at code by its offset (debug information, relocations) is refused: strip it first.
// A module without loops is returned as it is. The module is read, not validated: what was invalid stays so.
func Instrument(module []byte, options Options) ([]byte, Stats, error) {
	stats := Stats{Before: len(module)}
	if options.Every < 1 || options.Every > math.MaxInt32 {
		return nil, stats, fmt.Errorf("tick every %d loops: must be 1 to %d", options.Every, math.MaxInt32)
	}
	sections, err := split(module)
	if err != nil {
		return nil, stats, err
	}
	index, err := scan(module, sections)
	if err != nil {
		return nil, stats, err
	}
	countdown := appendCountdown(nil, index.globals, index.tick, int32(options.Every))
	code, ok := find(sections, sectionCode)
	if !ok {
		stats.After = len(module)
		return slices.Clone(module), stats, nil
	}
	body, err := rewriteCode(code.reader(module), index.functions, countdown, &stats)
	if err != nil {
		return nil, stats, err
	}
	if stats.Loops == 0 {
		stats.After = len(module)
		return slices.Clone(module), stats, nil
	}
	out := assemble(module, sections, int32(options.Every), body)
	stats.After = len(out)
	return out, stats, nil
}

// appendCountdown appends the instructions that go to each loop header.
func appendCountdown(b []byte, counter, tick uint32, every int32) []byte {
	b = appendUint(append(b, opGlobalGet), counter)
	b = appendInt(append(b, opI32Const), -1)
	b = append(b, opI32Add)
	b = appendUint(append(b, opGlobalSet), counter)

	b = appendUint(append(b, opGlobalGet), counter)
	b = append(b, opI32Eqz, opIf, blockEmpty)
	b = appendInt(append(b, opI32Const), every)
	b = appendUint(append(b, opGlobalSet), counter)
	b = appendUint(append(b, opCall), tick)
	return append(b, opEnd)
}
