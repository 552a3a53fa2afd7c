package looptick_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/pyodide-build/looptick"
)

// indirect calls what is at that place of the table, as a function of that type.
func indirect(typ, place int) []byte { return seq(num(place), b(0x11), typ, 0) }

// tabled puts functions into a table.
func tabled(w *wat, functions ...int) *wat {
	w.tables = [][]byte{seq(b(0x70), b(0), len(functions))}
	list := seq(len(functions))
	for _, f := range functions {
		list = seq(list, f)
	}
	w.elements = [][]byte{seq(0, num(0), b(0x0b), list)}
	return w
}

// descend is the body of a function of type 1 that goes down with its parameter: it does nothing at 0, and otherwise step,
// which leaves a number.
func descend(step ...[]byte) []byte {
	return seq(get(0), ops(eqz), when(i32, num(1), otherwise(), join(step)))
}

// less is the parameter less one.
func less() []byte { return seq(get(0), num(1), ops(sub)) }

func TestNoCallsGoInCirclesUncounted(t *testing.T) {
	tree := func(of func() []byte) []byte { return descend(of(), of(), ops(add)) }
	for _, test := range []struct {
		name    string
		module  *wat
		n       int
		result  int
		entries int // functions that count
		heads   int // counts
	}{
		{
			name:   "a tree of calls without a loop",
			module: run(get(0), call(2)).function(1, tree(func() []byte { return seq(less(), call(2)) })),
			n:      10, result: 1 << 10, entries: 1, heads: 1<<11 - 1,
		},
		{
			name: "two functions that call each other",
			module: run(get(0), call(2)).
				function(1, tree(func() []byte { return seq(less(), call(3)) })).
				function(1, tree(func() []byte { return seq(less(), call(2)) })),
			n: 10, result: 1 << 10, entries: 1, heads: 1 + 4 + 16 + 64 + 256 + 1024,
		},
		{
			name:   "a tree of calls through a table",
			module: tabled(run(get(0), call(2)).function(1, tree(func() []byte { return seq(less(), indirect(1, 0)) })), 2),
			n:      10, result: 1 << 10, entries: 1, heads: 1<<11 - 1,
		},
		{
			name: "a call after a loop",
			module: run(get(0), call(2)).function(1,
				descend(loop(void), less(), call(2), less(), call(2), ops(add))),
			n: 10, result: 1 << 10, entries: 0, heads: 1<<10 - 1,
		},
		{
			name: "a call that a branch over the loop leads to",
			module: run(get(0), call(2)).function(1,
				descend(block(void, num(1), brIf(0), loop(void)), less(), call(2), less(), call(2), ops(add))),
			n: 10, result: 1 << 10, entries: 1, heads: 1<<11 - 1,
		},
		{
			name: "a loop in one arm of two",
			module: run(get(0), call(2)).function(1,
				descend(get(0), num(1), ops(and), when(void, loop(void), otherwise()), less(), call(2))),
			n: 10, result: 1, entries: 1, heads: 11 + 5,
		},
		{
			name: "loops in both arms",
			module: run(get(0), call(2)).function(1,
				descend(get(0), num(1), ops(and), when(void, loop(void), otherwise(), loop(void)), less(), call(2))),
			n: 10, result: 1, entries: 0, heads: 10,
		},
		{
			name: "a call of another type through the table",
			module: func() *wat { // nothing of type 2 calls back
				w := tabled(run(get(0), call(2)).function(1, descend(indirect(2, 1))), 2, 3)
				w.types = append(w.types, signature(nil, []byte{i32}))
				return w.function(2, num(7))
			}(),
			n: 10, result: 7, entries: 0, heads: 0,
		},
		{
			name: "types that are written twice are one",
			module: func() *wat {
				w := tabled(run(get(0), call(2)).function(1, descend(less(), indirect(2, 0))), 2)
				w.types = append(w.types, signature([]byte{i32}, []byte{i32}))
				return w
			}(),
			n: 10, result: 1, entries: 1, heads: 11,
		},
		{
			name: "a tree of sixteen functions that each call the next sixteen times",
			module: func() *wat {
				w := run(get(0), call(2))
				for n := range 5 {
					var calls []byte
					for range 16 {
						calls = seq(calls, get(0), call(n+3), ops(add))
					}
					w.function(1, num(0), calls)
				}
				return w.function(1, num(1))
			}(),
			n: 1, result: 1 << 20, entries: 1, heads: 1 << 4,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			module := test.module.bytes()
			result, _ := host(t, module, test.n)
			require.Equal(t, test.result, result, "the module itself")
			for _, every := range []int{1, 3, 1000} {
				ticking, stats, err := looptick.Instrument(module, looptick.Options{Every: every})
				require.NoError(t, err)
				require.Equal(t, test.entries, stats.Entries)
				result, ticks := host(t, ticking, test.n)
				require.Equal(t, test.result, result)
				require.Equal(t, test.heads/every, ticks, "every %d", every)
			}
		})
	}
}

func TestWhatWritesMuchMemoryAtOnceCountsForIt(t *testing.T) {
	with := func(body ...[]byte) *wat {
		w := run(join(body), get(0))
		w.memories = [][]byte{seq(b(0), 16)}
		return w
	}
	fill := seq(num(0), num(0), get(0), b(0xfc), 11, b(0))
	overlap := seq(num(0), num(64), get(0), b(0xfc), 10, b(0), b(0))
	for _, test := range []struct {
		name   string
		module *wat
		n      int
		bulk   int
		ticks  map[int]int // by every
	}{
		{"fill", with(fill), 640, 1, map[int]int{1: 1, 10: 1, 11: 0, 1 << 30: 0}},
		{"copy", with(overlap), 640, 1, map[int]int{1: 1, 10: 1, 11: 0}},
		{"none", with(fill, overlap), 0, 2, map[int]int{1: 0, 10: 0}},
		{"several", with(fill, overlap, fill), 640, 3, map[int]int{1: 3, 10: 3, 20: 1, 30: 1, 31: 0}},
		{"in a loop", with(num(10), set(1), loop(void, fill, get(1), num(1), ops(sub), tee(1), brIf(0))), 6400, 1,
			map[int]int{101: 10, 1 << 20: 0}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for every, want := range test.ticks {
				ticking, stats, err := looptick.Instrument(test.module.bytes(), looptick.Options{Every: every})
				require.NoError(t, err)
				require.Equal(t, test.bulk, stats.Bulk)
				result, ticks := host(t, ticking, test.n)
				require.Equal(t, test.n, result)
				require.Equal(t, want, ticks, "every %d", every)
			}
		})
	}
}
