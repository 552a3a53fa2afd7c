// Package looptick puts a clock into a WebAssembly module: a count-down that calls an imported function each time it
// reaches zero.
//
// A guest that spins never returns to Go, and a Go program whose goroutine never returns to Go cannot even collect
// garbage. The tick is the moment at which the host gets a word in: Go's scheduler and collector run, deadlines are
// looked at, work is counted. The counter is a global of the module rather than a word of its memory, because compilers
// keep a global cheap: the whole costs an interpreter like CPython 5 to 7 percent.
//
// It counts wherever a guest can spend time without end, with nothing taken from or left on the operand stack:
//
//   - at the head of each loop;
//   - at the entry of functions, so many that there is one in each circle of calls that can be gone round without passing
//     the head of a loop, and that no tree of such calls is large (recursion.go);
//   - at each instruction that writes as many bytes as it is told to, for their number.
//
// At a loop that is
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
	// Every is the number of loop headers passed between two ticks, 1 to 2³¹-1. Everything shares one counter.
	Every int
}

// Stats say what Instrument did.
type Stats struct {
	Functions int // function bodies in the module
	Loops     int // loops in them, each now with a count-down
	Entries   int // functions that count down when they are entered
	Bulk      int // instructions that write much memory at once, and count down for it
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
	code, ok := find(sections, sectionCode)
	if !ok {
		stats.After = len(module)
		return slices.Clone(module), stats, nil
	}
	bodies, err := readBodies(code.reader(module), index)
	if err != nil {
		return nil, stats, err
	}
	cut := cutRecursion(index, bodies)
	stats.count(bodies, cut)
	if stats.Loops+stats.Entries+stats.Bulk == 0 {
		stats.After = len(module)
		return slices.Clone(module), stats, nil
	}
	body := rewriteCode(module, bodies, cut, countdown{index.globals, index.tick, int32(options.Every)})
	out := assemble(module, sections, int32(options.Every), body)
	stats.After = len(out)
	return out, stats, nil
}

func (s *Stats) count(bodies []body, cut []bool) {
	s.Functions = len(bodies)
	for n, f := range bodies {
		s.Loops += len(f.loops)
		s.Bulk += len(f.bulk)
		if cut[n] {
			s.Entries++
		}
	}
}

// A countdown is the code that counts.
type countdown struct {
	counter, tick uint32 // their indexes
	every         int32
}

// appendOne appends the instructions that count one.
func (c countdown) appendOne(b []byte) []byte {
	b = appendUint(append(b, opGlobalGet), c.counter)
	b = appendInt(append(b, opI32Const), -1)
	b = append(b, opI32Add)
	b = appendUint(append(b, opGlobalSet), c.counter)

	b = appendUint(append(b, opGlobalGet), c.counter)
	b = append(b, opI32Eqz)
	return c.appendTick(b)
}

// appendBytes appends the instructions that count for the number of bytes that is on top of the operand stack, and stays
// there. local has room for it. Nothing overflows: the number is shifted, and the counter is greater than 0.
func (c countdown) appendBytes(b []byte, local uint32) []byte {
	b = appendUint(append(b, opLocalTee), local)
	b = appendUint(append(b, opGlobalGet), c.counter)
	b = appendUint(append(b, opLocalGet), local)
	b = appendInt(append(b, opI32Const), bytesShift)
	b = append(b, opI32ShrU, opI32Sub)
	b = appendUint(append(b, opGlobalSet), c.counter)

	b = appendUint(append(b, opGlobalGet), c.counter)
	b = appendInt(append(b, opI32Const), 0)
	b = append(b, opI32LeS)
	return c.appendTick(b)
}

// appendTick appends the instructions that tick when the operand says so, which they take, and begin anew.
func (c countdown) appendTick(b []byte) []byte {
	b = append(b, opIf, blockEmpty)
	b = appendInt(append(b, opI32Const), c.every)
	b = appendUint(append(b, opGlobalSet), c.counter)
	b = appendUint(append(b, opCall), c.tick)
	return append(b, opEnd)
}
