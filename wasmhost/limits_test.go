package wasmhost

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/wasmhost/internal/handmade"
)

// reached notes the limits that an instance comes to.
type reached struct {
	mu     sync.Mutex
	limits []Limit
	detail string // of the last
}

func (r *reached) note(_ context.Context, limit Limit, detail string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.limits, r.detail = append(r.limits, limit), detail
}

func (r *reached) has(limit Limit) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Contains(r.limits, limit)
}

func TestProgramsOfOneRuntimeMayHaveDifferentMemory(t *testing.T) {
	const source = `
def take(request):
    try: return b"%d" % len(bytearray(int(request)))
    except MemoryError: return b"refused"
`
	var of reached
	small := start(t, source, InstanceConfig{Limits: Limits{Memory: 64 << 20}, Limited: of.note})
	large := start(t, source, InstanceConfig{Limits: Limits{Memory: 512 << 20}})
	middle := start(t, source, InstanceConfig{})
	require.Equal(t, "refused", hook(t, small, 0, "100000000"))
	require.Equal(t, "100000000", hook(t, middle, 0, "100000000"))
	require.Equal(t, "refused", hook(t, middle, 0, "400000000"))
	require.Equal(t, "400000000", hook(t, large, 0, "400000000"))
	require.True(t, of.has(MemoryLimit))
	require.Regexp(t, `it asked for \d+ bytes in all, and may have 67108864`, of.detail)
}

func TestTheTimeThatTheGuestWaitsIsNotItsCPUTime(t *testing.T) {
	var charged atomic.Int64
	slow := CallerFunc(func(context.Context, abi.Method, []byte) ([]byte, error) {
		time.Sleep(300 * time.Millisecond)
		return nil, nil
	})
	var of reached
	i := start(t, `
import _mmpy, time
def wait(request): _mmpy.call("GetUser", b""); time.sleep(0.3)
def compute(request):
    end = time.monotonic() + 0.3
    while time.monotonic() < end: pass
def forever(request):
    while True: pass
`, InstanceConfig{Caller: slow, Limits: Limits{CPU: 400 * time.Millisecond}, Limited: of.note, Charge: func(used time.Duration) { charged.Add(int64(used)) }})
	used := func(id uint32) time.Duration {
		charged.Store(0)
		hook(t, i, id, "")
		return time.Duration(charged.Load())
	}
	require.Less(t, used(0), 200*time.Millisecond)
	require.InDelta(t, 300*time.Millisecond, used(1), float64(60*time.Millisecond))
	require.Empty(t, of.limits)
	e := hookError(t, t.Context(), i, 2, "")
	require.Equal(t, Timeout, e.Code)
	require.ErrorIs(t, e, ErrCPU)
	require.True(t, of.has(CPULimit))
	require.Less(t, used(0), 200*time.Millisecond, "it begins anew with each call")
}

// Many short calls are a long one: what one is not told of counts with the next.
func TestShortCallsAreChargedTogether(t *testing.T) {
	began := time.Now()
	var charged atomic.Int64
	i := start(t, "def call(request): pass", InstanceConfig{Charge: func(used time.Duration) { charged.Add(int64(used)) }})
	for calls := 0; charged.Load() == 0; calls++ {
		require.Less(t, calls, 1_000_000)
		hook(t, i, 0, "")
	}
	require.GreaterOrEqual(t, time.Duration(charged.Load()), chargeAtEnd)
	require.Less(t, time.Duration(charged.Load()), time.Since(began))
}

func TestAnAlarmIsPutOffAsLongAsTheHostSays(t *testing.T) {
	var delay atomic.Int64
	delay.Store(int64(300 * time.Millisecond))
	woken := make(chan struct{}, 10)
	i := start(t, `
import _mmpy
def soon(request): _mmpy.alarm(0.0)
def wake(number): _mmpy.log(2, "woken")
`, InstanceConfig{Delay: func() time.Duration { return time.Duration(delay.Load()) }, MaySay: func(int, int) bool {
		woken <- struct{}{}
		return true
	}})
	began := time.Now()
	hook(t, i, 0, "")
	<-woken
	require.GreaterOrEqual(t, time.Since(began), 300*time.Millisecond)
}

func TestWhatMayNotBeSaidIsNotLookedAt(t *testing.T) {
	var log logged
	var bytesAsked atomic.Int64
	i := startHandmade(t, handmade.Guest{Memory: 2}, InstanceConfig{Log: log.log, MaySay: func(_, bytes int) bool {
		bytesAsked.Add(int64(bytes))
		return bytesAsked.Load() < 1<<20
	}})
	// One write of 4,096 times the same 64 KiB.
	var vectors []byte
	for range 4000 {
		vectors = binary.LittleEndian.AppendUint32(vectors, 0)
		vectors = binary.LittleEndian.AppendUint32(vectors, 64<<10)
	}
	_, err := i.Hook(t.Context(), handmade.Flood, vectors)
	require.NoError(t, err)
	require.EqualValues(t, 4000*64<<10, bytesAsked.Load(), "each was asked about")
	require.LessOrEqual(t, len(log.all()), 2*DefaultLogLine, "and of most of it nothing kept")
}

func TestALineIsCutBeforeItIsCopied(t *testing.T) {
	var log logged
	var of reached
	i := start(t, `
import _mmpy
def f(request): _mmpy.log(2, "x" * 10_000_000)
`, InstanceConfig{Log: log.log, Limits: Limits{Line: 100}, Limited: of.note})
	hook(t, i, 0, "")
	require.Equal(t, "INFO "+strings.Repeat("x", 100)+"… (9999900 more bytes)", log.all())
	require.True(t, of.has(LineLimit))
}

func TestARequestThatIsTooLongIsNotCopied(t *testing.T) {
	var called atomic.Int32
	var of reached
	caller := CallerFunc(func(context.Context, abi.Method, []byte) ([]byte, error) {
		called.Add(1)
		return []byte("answer"), nil
	})
	const source = `
import _mmpy
def direct(request): return _mmpy.call("GetUser", b"x" * int(request))
def submitted(request):
    ticket = _mmpy.submit("GetUser", b"x" * int(request))
    _mmpy.wait([ticket], None)
    return _mmpy.collect(ticket)
def answer(request): return b"x" * int(request)
`
	config := InstanceConfig{Caller: caller, Limits: Limits{Request: 1000}, Limited: of.note}
	config.Refuse = func(method abi.Method, why string) []byte { return fmt.Appendf(nil, "%s: %s", method, why) }
	i := start(t, source, config)
	for id := range uint32(2) {
		require.Equal(t, "answer", hook(t, i, id, "1000"))
		require.Equal(t, "GetUser: the request has 1001 bytes, and may have 1000", hook(t, i, id, "1001"))
	}
	require.EqualValues(t, 2, called.Load())
	require.True(t, of.has(RequestLimit))

	require.Len(t, hook(t, i, 2, "1000"), 1000)
	e := hookError(t, t.Context(), i, 2, "1001")
	require.EqualError(t, e, "hook 2: its answer is too large: it has 1001 bytes, and may have 1000")
	require.True(t, e.Temporary())
	require.Len(t, hook(t, i, 2, "1000"), 1000)

	config.Refuse = nil
	i = start(t, source, config)
	for id := range uint32(2) {
		require.Contains(t, hookError(t, t.Context(), i, id, "1001").Message, "quota")
	}
}

func TestTheDepthIsALimit(t *testing.T) {
	var i *Instance
	var of reached
	i = start(t, nesting, InstanceConfig{Nesting: 3, Limits: Limits{Depth: 3}, Limited: of.note,
		Caller: CallerFunc(func(ctx context.Context, _ abi.Method, request []byte) ([]byte, error) {
			answer, err := i.Hook(ctx, down, request)
			if err != nil {
				answer = []byte("(" + err.Error() + ")")
			}
			return answer, nil
		})})
	require.Equal(t, "21.", hook(t, i, down, "2"))
	require.Equal(t, "543(hook 0: overloaded: 3 calls are on top of each other already)", hook(t, i, down, "5"))
	require.True(t, of.has(DepthLimit))
}

func TestEachInstanceReadsItsOwnFiles(t *testing.T) {
	const source = `
def read(request): return open("/own", "rb").read()
def root(request):
    import os
    return ",".join(sorted(os.listdir("/"))).encode()
`
	for _, content := range []string{"one", "two"} {
		i := start(t, source, InstanceConfig{Files: map[string][]byte{"/own": []byte(content)}})
		require.Equal(t, content, hook(t, i, 0, ""))
		require.Equal(t, "lib,own,plugin,tmp", hook(t, i, 1, ""))
	}
	_, err := newProgram(t, sharedRuntime(t), source).Instantiate(t.Context(), InstanceConfig{Files: map[string][]byte{"/lib": nil}})
	require.ErrorContains(t, err, `"/lib" is already there`)
}

// What bounds the stack on which functions of the guest call each other is the engine's own ceiling, some 50 MB.
func TestCallsWithoutEndInTheGuestAreATrap(t *testing.T) {
	own := handmade.OfExport(exportAlloc) // which calls itself
	h := handmade.Guest{Alloc: []byte{0x20, 0, 0x10, own}}
	var of reached
	runtime, err := runtimeOf(t, h)
	require.NoError(t, err)
	program, err := runtime.NewProgram(ProgramConfig{Entry: "entry", NoSnapshot: true})
	require.NoError(t, err)
	began := time.Now()
	_, err = program.Instantiate(t.Context(), InstanceConfig{Limited: of.note})
	require.ErrorIs(t, err, Trap)
	require.ErrorContains(t, err, "stack overflow")
	require.True(t, of.has(StackLimit))
	require.Less(t, time.Since(began), 20*time.Second)
}

func TestFilesOfAnInstanceAreLimited(t *testing.T) {
	var of reached
	i := start(t, `
import os
def attempt(request):
    try: exec(request)
    except OSError: return b"refused"
    return b"done"
`, InstanceConfig{Limits: Limits{OpenFiles: 20, TmpBytes: 1000, TmpEntries: 5}, Limited: of.note})
	for _, test := range []struct {
		limit Limit
		code  string
	}{
		{OpenFilesLimit, "kept = [open('/lib/python313.zip') for _ in range(30)]"},
		{TmpBytesLimit, "open('/tmp/f', 'wb', buffering=0).write(b'x' * 1001)"},
		{TmpEntriesLimit, "for n in range(10): os.mkdir(f'/tmp/{n}')"},
	} {
		require.Equal(t, "refused", hook(t, i, 0, test.code), test.code)
		require.True(t, of.has(test.limit), test.code)
		require.Equal(t, "done", hook(t, i, 0, "open('/lib/python313.zip').close()"))
	}
}
