package hostile

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/hostile"
	"github.com/mmpy/mmpy/pyodide-build/looptick"
	"github.com/mmpy/mmpy/wasmhost"
	"github.com/mmpy/mmpy/wasmhost/internal/handmade"
)

// A hook that computes gets an exception when its time is over, and when it goes on it is killed. Which of the two it is
// depends on where it is at the moment: both are contained.
var ended = []string{"TimeoutError", "killed", "KeyboardInterrupt"}

// soft is the time that these have, and hard the time from there to their end.
const (
	soft = 300 * time.Millisecond
	hard = 500 * time.Millisecond
)

func TestHostileCPU(t *testing.T) {
	const limit = "time of a hook"
	attacks := []attack{
		{name: "a loop in Python", source: `
def attack(request):
    while True: pass`},
		{name: "a loop in C", source: `
def attack(request): return sum(range(10**15))`},
		{name: "a loop of an iterator without an end", source: `
import itertools, collections
def attack(request): collections.deque(itertools.repeat(0), 0)`},
		{name: "a search in an endless iterator", source: `
import itertools
def attack(request): return 1 in itertools.cycle([0])`},
		{name: "a regular expression that backtracks", source: `
import re
def attack(request): re.match("(a+)+b", "a" * 60)`},
		{name: "10**10**8", source: `
def attack(request): return 10 ** 10 ** 8`},
		{name: "text of a huge number", source: `
import sys
def attack(request):
    sys.set_int_max_str_digits(0)
    return str(1 << (1 << 26))`},
		{name: "sort with a slow key", source: `
def attack(request): sorted(range(10**5), key=lambda n: sum(range(10**5)))`},
		{name: "hash collisions", source: `
class Same:
    def __hash__(self): return 1
def attack(request): return len({Same() for _ in range(10**6)})`},
		{name: "a search for a needle of half the haystack", source: `
def attack(request):
    while True: ("a" * 10**6).find("a" * 499999 + "b" + "a" * 500000)`},
		{name: "except BaseException that swallows", source: `
def attack(request):
    while True:
        try:
            while True: pass
        except BaseException: pass`},
		{name: "finally that goes on", source: `
def attack(request):
    def again():
        try:
            while True: pass
        finally: again()
    again()`},
		{name: "__del__ that spins", want: append([]string{"None"}, ended...), source: `
class Spin:
    def __del__(self):
        while True: pass
def attack(request):
    a = Spin(); del a`},
		{name: "a generator chain", source: `
def attack(request):
    g = iter(int, 1)
    for _ in range(300): g = (x for x in g)
    for x in g: pass`},
		{name: "time.sleep(1e9)", source: `
import time
def attack(request): time.sleep(1e9)`},
		{name: "sleep that swallows", source: `
import time
def attack(request):
    while True:
        try: time.sleep(1e9)
        except BaseException: pass`},
		{name: "select without an end", want: append([]string{"OSError"}, ended...), source: `
import select, sys
def attack(request):
    while True: select.select([0], [], [], None)`},
		{name: "a signal handler that ignores", source: `
import signal
def attack(request):
    signal.signal(signal.SIGINT, lambda *_: None)
    while True: pass`},
		{name: "a trace function that spins", source: `
import sys
def attack(request):
    def trace(*_):
        while True: pass
    sys.settrace(trace)
    (lambda: 0)()`},
		{name: "hash() of slices that hold slices: a tree of calls without a loop", source: `
def attack(request):
    s = slice(0, 0, 0)
    for _ in range(60): s = slice(s, s, s)
    return hash(s)`},
		{name: "an attribute of properties of properties: likewise", source: `
def attack(request):
    p = property(None, None, None)
    for _ in range(60): p = property(p, p, p)
    return p.__isabstractmethod__`},
		{name: "comparisons of tuples of the same tuples", source: `
def attack(request):
    a, b = (), ()
    for _ in range(60): a, b = (a, a), (b, b)
    return a == b`},
		{name: "copies of 60 MB", source: `
def attack(request):
    a, b = bytearray(60 << 20), bytearray(60 << 20)
    while True: b[:] = a`},
		{name: "fills of 60 MB", source: `
def attack(request):
    while True: bytes(60 << 20)`},
		{name: "bytecode of its own making that jumps to itself", source: `
import dis
def attack(request):
    def f():
        while True: pass
    code = bytearray(f.__code__.co_code)
    for n in range(2, len(code) - 4, 2):
        if code[n] == dis.opmap["NOP"]: code[n] = dis.opmap["NOP"]
    f.__code__ = f.__code__.replace(co_code=bytes(code))
    f()`},
		{name: "a spinning import", source: `
while True: pass
def attack(request): pass`},
		{name: "compile() without an end", source: `
def attack(request):
    source = "x = " + " + ".join(["a"] * 2000)
    while True: compile(source, "x", "exec")`},
		{name: "many exceptions", source: `
def attack(request):
    while True:
        try: raise ValueError
        except ValueError: pass`},
	}
	for n := range attacks {
		a := &attacks[n]
		a.limit, a.time, a.config.Grace = limit, soft, hard
		if a.want == nil {
			a.want = ended
		}
	}
	run(t, "CPU", attacks)
	atTheEnd(t)
	trees(t)
}

// atTheEnd is a guest that spins when it is told to end.
func atTheEnd(t *testing.T) {
	for name, source := range map[string]string{
		"atexit that spins": `
import atexit
def spin():
    while True: pass
def attack(request): atexit.register(spin); raise SystemExit`,
		"os._exit": `
import os
def attack(request): os._exit(3)`,
		"os.abort": `
import os
def attack(request): os.abort()`,
	} {
		run(t, "CPU", []attack{{
			name: name, limit: "end of an instance", source: source, time: soft, want: []string{"SystemExit", "exited", "trap", "killed"},
			config: wasmhost.InstanceConfig{Grace: hard},
		}})
	}
}

// trees are handmade guests that compute for as good as ever without a loop, or with few turns of one, and have gone
// through the tool that python.wasm goes through.
func trees(t *testing.T) {
	const get0, i32Add, i32Eqz = 0x20, 0x6a, 0x45
	less := []byte{get0, 0, 0x41, 0x01, 0x6b} // parameter - 1
	descend := func(calls []byte) []byte {    // parameter == 0 ? 1 : calls
		return handmade.Join([]byte{get0, 0, i32Eqz, 0x04, 0x7f, 0x41, 1, 0x05}, calls, []byte{0x0b})
	}
	twice := func(function byte) []byte {
		return descend(handmade.Join(less, handmade.Call(function), less, handmade.Call(function), []byte{i32Add}))
	}
	start := handmade.Join(handmade.I32Const(60), handmade.Call(handmade.Tree(0)), []byte{0x1a})
	fill := handmade.Join([]byte{0x03, 0x40}, handmade.I32Const(0), handmade.I32Const(0), handmade.I32Const(1<<24),
		[]byte{0xfc, 11, 0, 0x0c, 0, 0x0b})
	move := handmade.Join([]byte{0x03, 0x40}, handmade.I32Const(0), handmade.I32Const(64), handmade.I32Const(1<<24-64),
		[]byte{0xfc, 10, 0, 0, 0x0c, 0, 0x0b})
	for _, test := range []struct {
		name  string
		guest handmade.Guest
	}{
		{"handmade: a tree of calls", handmade.Guest{Hooks: [][]byte{start}, Trees: [][]byte{twice(handmade.Tree(0))}}},
		{"handmade: a tree of calls of two functions", handmade.Guest{Hooks: [][]byte{start}, Trees: [][]byte{twice(handmade.Tree(1)), twice(handmade.Tree(0))}}},
		{"handmade: memory.fill in a loop", handmade.Guest{Hooks: [][]byte{fill}, Memory: 256}},
		{"handmade: memory.copy in a loop", handmade.Guest{Hooks: [][]byte{move}, Memory: 256}},
	} {
		hostile.Attack(t, "CPU", test.name, "ticks", func(t *testing.T) string {
			wasm, _, err := looptick.Instrument(test.guest.Wasm(), looptick.Options{Every: 20000})
			require.NoError(t, err)
			return watched(t, func() string {
				r := handmadeRuntime(t, wasm)
				defer func() { require.NoError(t, r.Close(context.Background())) }()
				i, err := program(t, r, "").Instantiate(t.Context(), wasmhost.InstanceConfig{Grace: hard})
				require.NoError(t, err)
				ctx, cancel := context.WithTimeout(t.Context(), soft)
				defer cancel()
				answer, err := i.Hook(ctx, handmade.Hooks(), handmade.Words())
				return attack{want: []string{"killed"}}.judge(t, outcomeOf(answer, err))
			})
		})
	}
}
