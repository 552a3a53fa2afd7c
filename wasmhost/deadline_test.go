package wasmhost

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/abi"
)

const runaways = `
import re, time, _mmpy
def spin(request):
    while True: pass
def total(request):
    sum(range(10**12))
def backtrack(request):
    re.match("(a+)+b", "a" * 60)
def recurse(request):
    def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
    fib(60)
def sleep(request):
    time.sleep(3600)
def swallow(request):
    while True:
        try:
            while True: pass
        except BaseException: pass
def swallow_asleep(request):
    while True:
        try: time.sleep(3600)
        except BaseException: pass
def shift(request):
    x = 3
    while True:
        x = (x * x) % (1 << 20000)
def power(request):
    10 ** (10 ** 8)
def sort(request):
    class Slow:
        def __init__(self, n): self.n = n
        def __lt__(self, other): return sum(range(1000)) and self.n < other.n
    while True: sorted([Slow(n * 7919 % 100000) for n in range(100000)])
def answer(request):
    return b"alive " + request
`

const (
	spin = iota
	total
	backtrack
	recurse
	sleepLong
	swallow
	swallowAsleep
	shift
	power
	sortSlowly
	answer
)

func TestAHookThatTakesTooLongGetsAnExceptionOrDies(t *testing.T) {
	for _, test := range []struct {
		name string
		id   uint32
		code Code
	}{
		{"an endless loop", spin, Timeout},
		{"a long loop inside a C function", total, Killed},
		{"a catastrophic regular expression", backtrack, Timeout},
		{"recursion", recurse, Timeout},
		{"sleep", sleepLong, Timeout},
		{"a loop that swallows the exception", swallow, Killed},
		{"sleep that swallows the exception", swallowAsleep, Killed},
		{"arithmetic with large numbers", shift, Timeout},
		{"one calculation with a huge number", power, Timeout},
		{"sorting with a slow comparison", sortSlowly, Timeout},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			const soft, grace = 200 * time.Millisecond, 4 * time.Second
			i := start(t, runaways, InstanceConfig{Grace: grace})
			began := time.Now()
			e := hookError(t, within(t, soft), i, test.id, "")
			took := time.Since(began)

			require.Equal(t, test.code, e.Code, "%v", e)
			require.ErrorIs(t, e, context.DeadlineExceeded)
			require.ErrorIs(t, e, test.code)
			require.GreaterOrEqual(t, took, soft)
			if test.code == Killed {
				require.Less(t, took, soft+grace+10*time.Second)
				require.ErrorIs(t, hookError(t, t.Context(), i, answer, ""), Closed)
				require.ErrorIs(t, i.Err(), Killed)
				<-i.Retired()
				return
			}
			require.Less(t, took, soft+grace)
			require.Equal(t, "TimeoutError", e.Type)
			require.Equal(t, "deadline exceeded", e.Message)
			require.Contains(t, e.Traceback, "main.py")
			require.Equal(t, "alive x", hook(t, i, answer, "x"))
			require.NoError(t, i.Err())
		})
	}
}

// A guest that spins does not keep Go from collecting garbage, and so from running at all.
func TestTheGarbageCollectorIsNotHeldUp(t *testing.T) {
	for name, id := range map[string]uint32{
		"an endless loop": spin, "a long loop inside a C function": total, "a catastrophic regular expression": backtrack,
		"sorting": sortSlowly, "one calculation with a huge number": power,
	} {
		t.Run(name, func(t *testing.T) {
			i := start(t, runaways, InstanceConfig{Grace: 10 * time.Millisecond})
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error)
			go func() {
				_, err := i.Hook(ctx, id, nil)
				ended <- err
			}()
			time.Sleep(50 * time.Millisecond)
			var took []time.Duration
			for range 5 {
				began := time.Now()
				runtime.GC()
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			require.Less(t, took[len(took)/2], 100*time.Millisecond, "of %v", took) // one may be the machine's fault
			cancel()
			require.Error(t, <-ended)
		})
	}
}

func TestACancelledHookEnds(t *testing.T) {
	i := start(t, runaways, InstanceConfig{})
	reason := errors.New("not needed any more")
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(50*time.Millisecond, func() { cancel(reason) })
	e := hookError(t, ctx, i, spin, "")
	require.Equal(t, Timeout, e.Code)
	require.ErrorIs(t, e, reason)
	require.Equal(t, "alive", hook(t, i, answer, "")[:5])
}

// What was raised in one hook and not noticed by it does not strike the next.
func TestALateExceptionDoesNotHitTheNextHook(t *testing.T) {
	i := start(t, runaways, InstanceConfig{})
	c, err := i.enter(within(t, time.Millisecond), operation{name: "late"})
	require.NoError(t, err)
	time.Sleep(2 * time.Millisecond)
	require.True(t, c.watch(), "raises")
	c.leave()
	require.Equal(t, "alive x", hook(t, i, answer, "x"))
}

func TestWhatRunsOnTopHasItsOwnDeadline(t *testing.T) {
	var i *Instance
	i = start(t, `
import _mmpy
def outer(request):
    answer = _mmpy.call("GetUser", b"")
    for _ in range(100000): pass
    return b"outer " + answer
def inner(request):
    try:
        while True: pass
    except TimeoutError: return b"inner timed out"
`, InstanceConfig{Caller: CallerFunc(func(ctx context.Context, _ abi.Method, _ []byte) ([]byte, error) {
		ctx, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		defer cancel()
		return i.Hook(ctx, 1, nil)
	})})
	require.Equal(t, "outer inner timed out", hook(t, i, 0, ""))
}

// A hook whose time is over when others on top of it have ended gets its exception then, and its whole grace time.
func TestTimeIsOverAfterAnAPICall(t *testing.T) {
	i := start(t, `
import _mmpy
def call(request):
    try:
        _mmpy.call("GetUser", b"")
        while True: pass
    except TimeoutError: pass
    try: _mmpy.call("GetUser", b"")
    except _mmpy.StatusError as e: return str(e.status).encode()
`, InstanceConfig{Grace: 300 * time.Millisecond, Caller: CallerFunc(func(context.Context, abi.Method, []byte) ([]byte, error) {
		time.Sleep(500 * time.Millisecond)
		return nil, nil
	})})
	response, err := i.Hook(within(t, 100*time.Millisecond), 0, nil)
	require.NoError(t, err)
	require.Equal(t, "-4", string(response), "cancelled")
}

func TestLoadHasADeadlineToo(t *testing.T) {
	start(t, "def call(request): pass", InstanceConfig{}) // so that the interpreter is there
	began := time.Now()
	_, err := newProgram(t, sharedRuntime(t), "while True: pass").Instantiate(within(t, 4*time.Second), InstanceConfig{})
	require.ErrorIs(t, err, Timeout)
	require.Contains(t, traceback(err), "while True")
	require.Less(t, time.Since(began), 20*time.Second)
}

// An exception that a call has not noticed when it steps out is for that call, and not for what runs on top of it.
func TestAnExceptionDoesNotHitWhatRunsOnTop(t *testing.T) {
	i := start(t, runaways, InstanceConfig{})
	c, err := i.enter(within(t, time.Millisecond), operation{name: "late"})
	require.NoError(t, err)
	time.Sleep(2 * time.Millisecond)
	require.True(t, c.watch(), "raises")
	c.soft, c.ctx = time.Time{}, nil // or the one on top would have no time either
	c.stepOut(now())
	require.Equal(t, "alive x", hook(t, i, answer, "x"))
	c.next = time.Now().Add(time.Hour)
	c.stepIn()
	require.True(t, i.interrupts.pending(i.module.Memory()), "raised again")
	c.leave()
	require.Equal(t, "alive y", hook(t, i, answer, "y"))
}
