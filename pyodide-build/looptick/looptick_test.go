package looptick_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/mmpy/mmpy/pyodide-build/looptick"
)

// countDown is the usual loop: local 0 goes down to zero, body runs each time.
func countDown(body ...[]byte) []byte {
	return loop(void, join(body), get(0), num(1), ops(sub), tee(0), brIf(0))
}

// running are modules with an exported run: (param i32) (result i32).
var running = []struct {
	name   string
	module *wat
	n      int // the argument
	result int
	heads  int // loop headers passed
}{
	{
		name:   "a loop passes its header once a round",
		module: run(countDown(get(1), num(2), ops(add), set(1)), get(1)),
		n:      1000, result: 2000, heads: 1000,
	},
	{
		name: "nested loops add up",
		module: run(countDown(
			num(5), set(2),
			loop(void, get(1), num(1), ops(add), set(1), get(2), num(1), ops(sub), tee(2), brIf(0)),
		), get(1)),
		n: 10, result: 50, heads: 10 + 10*5,
	},
	{
		name: "a branch table reaches both loops around it",
		// The outer loop starts a round when the counter is a multiple of four, the inner one otherwise.
		module: run(block(void, loop(void, get(1), num(100), ops(add), set(1), loop(void,
			get(1), num(1), ops(add), set(1),
			get(0), ops(eqz), brIf(2),
			get(0), num(1), ops(sub), tee(0), num(3), ops(and), brTable(1, 0),
		))), get(1)),
		// 8 rounds begun from 8 to 1 step down; counters 4 and 0 restart the outer loop, whose header is passed then
		// before the inner one's.
		n: 8, result: 3*100 + 9, heads: 3 + 9,
	},
	{
		name: "a loop with parameters and results keeps its operands",
		module: func() *wat { // type 2: (i32 i32) -> (i32 i32)
			w := run(num(1), get(0),
				loop(2, set(0), num(2), ops(mul), get(0), num(1), ops(sub), get(0), num(1), ops(sub), brIf(0)),
				ops(drop))
			w.types = append(w.types, signature([]byte{i32, i32}, []byte{i32, i32}))
			return w
		}(),
		n: 10, result: 1024, heads: 10,
	},
	{
		name:   "a loop that gives a value",
		module: run(loop(i32, get(0), num(1), ops(sub), tee(0), brIf(0), num(77))),
		n:      5, result: 77, heads: 5,
	},
	{
		name: "loops in both arms of an if, one taken",
		module: run(
			get(0), num(1), ops(and), when(void,
				countDown(), num(1), set(1),
				otherwise(),
				countDown(countDown()), num(2), set(1),
			), get(1)),
		n: 7, result: 1, heads: 7,
	},
	{
		name:   "a loop left at once counts its entry",
		module: run(loop(void), get(0)),
		n:      3, result: 3, heads: 1,
	},
	{
		name:   "a loop never reached",
		module: run(get(0), ops(0x0f), loop(void, br(0))),
		n:      3, result: 3, heads: 0,
	},
	{
		name: "functions share the counter",
		module: run(countDown(get(1), num(3), call(2), ops(add), set(1)), get(1)).
			function(1, countDown(), num(1)),
		n: 6, result: 6, heads: 6 + 6*3,
	},
	{
		name: "globals that were there keep their places",
		module: func() *wat { // the imported global is 0, our two are 1 and 2
			w := run(countDown(globalGet(1), globalGet(0), ops(add), globalSet(1)), globalGet(1), globalGet(2), ops(add))
			w.imports = append(w.imports, seq("env", "base", b(3), b(i32), b(0)))
			w.globals = [][]byte{seq(b(i32), b(1), num(1000), b(0x0b)), seq(b(i32), b(0), num(7), b(0x0b))}
			return w
		}(),
		n: 4, result: 1000 + 4*100 + 7, heads: 4,
	},
	{
		name: "data, tables and elements are untouched",
		module: func() *wat {
			w := run(countDown(
				get(1), get(0), num(1), ops(sub), seq(b(0x2d), 0, 16), ops(add), // i32.load8_u offset=16
				num(0), seq(b(0x11), 2, 0), ops(add), set(1), // call_indirect
			), get(1))
			w.types = append(w.types, signature(nil, []byte{i32}))
			w.function(2, num(10))
			w.tables = [][]byte{seq(b(0x70), b(0), 1)}
			w.memories = [][]byte{seq(b(0), 1)}
			w.elements = [][]byte{seq(0, num(0), b(0x0b), 1, 2)}
			w.dataCount = [][]byte{leb(1)}
			w.data = [][]byte{seq(0, num(16), b(0x0b), "\x01\x02\x03")}
			return w
		}(),
		n: 3, result: 1 + 2 + 3 + 3*10, heads: 3,
	},
	{
		name: "the start function ticks while the module is instantiated",
		module: func() *wat {
			w := run(get(0)).function(0, num(9), set(0), countDown())
			w.start = [][]byte{leb(2)}
			return w
		}(),
		n: 3, result: 3, heads: 9,
	},
}

// base is a module that exports the global env.base = 100.
var base = (&wat{
	globals: [][]byte{seq(b(i32), b(0), num(100), b(0x0b))},
	exports: [][]byte{seq("base", b(3), 0)},
}).bytes()

// host instantiates the module with a tick that counts, and calls run.
func host(t *testing.T, module []byte, n int) (result, ticks int) {
	t.Helper()
	ctx := context.Background()
	runtime := wazero.NewRuntime(ctx)
	defer runtime.Close(ctx)
	_, err := runtime.NewHostModuleBuilder("mmpy").NewFunctionBuilder().
		WithGoFunction(api.GoFunc(func(context.Context, []uint64) { ticks++ }), nil, nil).Export("tick").Instantiate(ctx)
	require.NoError(t, err)
	_, err = runtime.InstantiateWithConfig(ctx, base, wazero.NewModuleConfig().WithName("env"))
	require.NoError(t, err)
	instance, err := runtime.Instantiate(ctx, module)
	require.NoError(t, err)
	results, err := instance.ExportedFunction("run").Call(ctx, api.EncodeI32(int32(n)))
	require.NoError(t, err)
	return int(api.DecodeI32(results[0])), ticks
}

func TestEachLoopHeaderCountsAndNothingElseChanges(t *testing.T) {
	for _, test := range running {
		t.Run(test.name, func(t *testing.T) {
			module := test.module.bytes()
			result, ticks := host(t, module, test.n)
			require.Equal(t, test.result, result, "the module itself")
			require.Zero(t, ticks, "the module itself")
			for _, every := range []int{1, 2, 3, 7, 1000, 1<<31 - 1} {
				ticking, stats, err := looptick.Instrument(module, looptick.Options{Every: every})
				require.NoError(t, err)
				result, ticks = host(t, ticking, test.n)
				require.Equal(t, test.result, result, "every %d", every)
				require.Equal(t, test.heads/every, ticks, "every %d", every)
				require.Equal(t, len(module), stats.Before)
				require.Equal(t, len(ticking), stats.After)
				require.Greater(t, stats.After, stats.Before)
			}
		})
	}
}

func TestAModuleWithoutLoopsIsReturnedAsItIs(t *testing.T) {
	for name, module := range map[string]*wat{"one function": run(get(0)), "no code": newWat()} {
		t.Run(name, func(t *testing.T) {
			out, stats, err := looptick.Instrument(module.bytes(), looptick.Options{Every: 5})
			require.NoError(t, err)
			require.Equal(t, module.bytes(), out)
			require.Zero(t, stats.Loops)
		})
	}
}

func TestOtherSectionsKeepTheirBytes(t *testing.T) {
	w := run(countDown(), get(0))
	names := seq("name", b(1), 9, 2, 0, "tick", 1, "run") // function names
	w.custom = [][]byte{names, seq("producers", 0)}
	module := w.bytes()
	out, _, err := looptick.Instrument(module, looptick.Options{Every: 5})
	require.NoError(t, err)
	tail := bytes.Index(module, names)
	require.True(t, bytes.HasSuffix(out, module[tail-2:]), "custom sections")
	exports := bytes.Index(module, seq("run", b(0), 1))
	require.Contains(t, string(out), string(module[8:exports-4]), "types, imports and functions")
	again, _, err := looptick.Instrument(module, looptick.Options{Every: 5})
	require.NoError(t, err)
	require.Equal(t, out, again, "the same bytes each time")
}

// everyOperand is a function that is never run, with each kind of instruction that has operands.
func everyOperand() *wat {
	w := run(get(0))
	w.types = append(w.types, signature([]byte{i32, i64}, []byte{i64, i32}))
	w.tables = [][]byte{seq(b(0x70), b(1), 1, 9), seq(b(0x6f), b(0), 1)}
	w.memories = [][]byte{seq(b(1), 1, 2)}
	w.elements = [][]byte{seq(1, b(0), 1, 1)}
	w.dataCount = [][]byte{leb(1)}
	w.data = [][]byte{seq(1, "passive")}
	code := seq(2, 1, b(0x70), 2, b(0x7c), // locals: funcref, f64 f64
		b(unreachable), b(0x01),
		loop(2, block(void, ops(unreachable)), ops(unreachable)), b(unreachable),
		b(0x43), []byte{0x0b, 0x03, 0x0b, 0x03}, b(drop), // f32.const whose bytes look like instructions
		b(0x44), []byte{3, 0x0b, 3, 0x0b, 3, 0x0b, 3, 0x0b}, b(drop),
		b(0x42), signed(-1<<63), b(drop), b(0x42), signed(1<<63-1), b(drop), num(-1<<31), b(drop), num(1<<31-1), b(drop),
		b(0xd2), 1, b(0xd1), b(drop), b(0xd0), b(0x6f), b(drop),
		b(unreachable), b(0x1c), 1, b(i64), b(drop),
		b(unreachable), b(0x25), 1, b(drop), b(unreachable), b(0x26), 0,
		b(unreachable), b(0x29), 3, 1<<31, b(drop), b(unreachable), b(0x3e), 0, 0, // i64.load, i64.store32
		b(0x3f), 0, b(0x40), 0, b(drop), b(unreachable), b(0xc4), b(drop), // memory.size, .grow; i64.extend32_s
		b(unreachable), b(0xfc), 7, b(drop), // i64.trunc_sat_f64_u
		b(unreachable), b(0xfc), 8, 0, b(0), b(0xfc), 9, 0, b(unreachable), b(0xfc), 10, b(0), b(0), b(unreachable), b(0xfc), 11, b(0),
		b(unreachable), b(0xfc), 12, 0, 0, b(0xfc), 13, 0, b(unreachable), b(0xfc), 14, 0, 0,
		b(unreachable), b(0xfc), 15, 0, b(drop), b(0xfc), 16, 1, b(drop), b(unreachable), b(0xfc), 17, 0,
		loop(void, br(0)), b(unreachable), b(0x0b))
	w.functions = append(w.functions, leb(0))
	w.code = append(w.code, seq(len(code), code))
	return w
}

func TestEveryInstructionOfWebAssembly2IsReadOver(t *testing.T) {
	module := everyOperand().bytes()
	host(t, module, 1) // wazero finds it valid
	out, stats, err := looptick.Instrument(module, looptick.Options{Every: 5})
	require.NoError(t, err)
	require.Equal(t, 2, stats.Loops)
	require.Equal(t, 2, stats.Functions)
	host(t, out, 1)
}

func TestWhatIsNotUnderstoodIsRefused(t *testing.T) {
	with := func(change func(w *wat)) []byte {
		w := run(countDown(), get(0))
		change(w)
		return w.bytes()
	}
	body := func(code ...any) []byte {
		return with(func(w *wat) { w.function(0, seq(code...)) })
	}
	tests := []struct {
		name   string
		module []byte
		want   string
	}{
		{"nothing", nil, "not a WebAssembly 1 binary module"},
		{"another file", []byte("#!/bin/sh\n"), "not a WebAssembly 1 binary module"},
		{"a component", []byte("\x00asm\x0d\x00\x01\x00"), "not a WebAssembly 1 binary module"},
		{"no tick", with(func(w *wat) { w.imports = [][]byte{seq("mmpy", "tock", b(0), 0)} }), "does not import the function mmpy.tick"},
		{"a tick from elsewhere", with(func(w *wat) { w.imports = [][]byte{seq("env", "tick", b(0), 0)} }), "does not import the function mmpy.tick"},
		{"a tick that is a global", with(func(w *wat) { w.imports = [][]byte{seq("mmpy", "tick", b(3), b(i32), b(0))} }), "does not import the function mmpy.tick"},
		{"a tick with a parameter", with(func(w *wat) { w.imports = [][]byte{seq("mmpy", "tick", b(0), 1)} }), "neither parameters nor results"},
		{"a tick of an unknown type", with(func(w *wat) { w.imports = [][]byte{seq("mmpy", "tick", b(0), 9)} }), "neither parameters nor results"},
		{"SIMD", body(b(0xfd), 12, make([]byte, 16), b(drop)), "function 2: offset 0x4a: instruction 0xfd (SIMD) is not supported"},
		{"a vector local", with(func(w *wat) {
			w.functions = append(w.functions, leb(0))
			w.code = append(w.code, seq(5, 1, 1, b(0x7b), b(0x01), b(0x0b)))
		}), "SIMD is not supported"},
		{"threads", body(b(0xfe), 3, 0), "(threads) is not supported"},
		{"a shared memory", with(func(w *wat) { w.imports = append(w.imports, seq("env", "memory", b(2), b(3), 1, 1)) }), "shared and 64-bit memories"},
		{"exceptions", body(b(0x06), b(void), b(0x0b)), "function 2: offset 0x4a: instruction 0x06 (exceptions) is not supported"},
		{"a tag section", append(run(countDown(), get(0)).bytes(), 13, 1, 0), "exceptions are not supported"},
		{"a tail call", body(b(0x12), 0), "instruction 0x12 (tail calls) is not supported"},
		{"a second memory", body(num(0), b(0x28), 0x40, 1, 0, b(drop)), "only one memory"},
		{"an instruction of the future", body(b(0xf0)), "unknown instruction 0xf0"},
		{"a bulk instruction of the future", body(b(0xfc), 99), "unknown instruction 0xfc 99"},
		{"an unknown section", append(run(get(0)).bytes(), 77, 0), "unknown section 77"},
		{"sections out of order", append(run(get(0)).bytes(), 1, 1, 0), "section 1 is out of order"},
		{"debug information", with(func(w *wat) { w.custom = [][]byte{seq(".debug_line")} }), `custom section ".debug_line" holds offsets`},
		{"an object file", with(func(w *wat) { w.custom = [][]byte{seq("linking", 2)} }), `custom section "linking" holds offsets`},
		{"an end too many", body(b(0x0b)), "function body: 1 bytes too many"},
		{"an end too few", body(b(0x02), b(void)), "unexpected end"},
		{"else without if", body(b(0x05)), "else without if"},
		{"a number of six bytes", body(b(0x10), []byte{0x80, 0x80, 0x80, 0x80, 0x80, 0}), "more than 32 bits"},
		{"a number of 33 bits", body(b(0x10), []byte{0xff, 0xff, 0xff, 0xff, 0x1f}), "more than 32 bits"},
		{"a table of four billion branches", body(num(0), b(0x0e), []byte{0xff, 0xff, 0xff, 0xff, 0x0f}), "a length of 4294967295"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := looptick.Instrument(test.module, looptick.Options{Every: 5})
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestATruncatedModuleIsAnError(t *testing.T) {
	module := everyOperand().bytes()
	for n := range module {
		_, stats, err := looptick.Instrument(module[:n], looptick.Options{Every: 5})
		if err == nil { // cut between two sections
			require.Contains(t, []int{0, 2}, stats.Loops)
		}
	}
}

func TestThePeriodIsChecked(t *testing.T) {
	for _, every := range []int{-1, 0, 1 << 31} {
		_, _, err := looptick.Instrument(run(get(0)).bytes(), looptick.Options{Every: every})
		require.ErrorContains(t, err, "must be 1 to 2147483647")
	}
}

func FuzzInstrument(f *testing.F) {
	for _, test := range running {
		f.Add(test.module.bytes())
	}
	f.Add(everyOperand().bytes())
	ctx := context.Background()
	config := wazero.NewRuntimeConfigInterpreter()
	f.Fuzz(func(t *testing.T, module []byte) {
		out, stats, err := looptick.Instrument(module, looptick.Options{Every: 3})
		if err != nil {
			return
		}
		require.Equal(t, len(out), stats.After)
		again, second, err := looptick.Instrument(out, looptick.Options{Every: 3})
		require.NoError(t, err, "what was made cannot be read")
		require.Equal(t, stats.Loops, second.Loops)
		require.Equal(t, stats.Functions, second.Functions)
		require.NotNil(t, again)
		runtime := wazero.NewRuntimeWithConfig(ctx, config)
		defer runtime.Close(ctx)
		if compile(ctx, runtime, module) != nil {
			return
		}
		require.NoError(t, compile(ctx, runtime, out), "a valid module became invalid")
	})
}

// compile says why wazero refuses a module. Its validation panics on some invalid ones.
func compile(ctx context.Context, runtime wazero.Runtime, module []byte) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	_, err = runtime.CompileModule(ctx, module)
	return err
}
