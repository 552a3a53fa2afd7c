package wasmhost

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/wasmhost/internal/handmade"
)

// A guest that defers hooks by hand: the entry module of these tests gives main a wake.
const deferring = `
import _mmpy, _signal, time
_signal.signal(2, lambda *_: _mmpy.over(0) and (_ for _ in ()).throw(TimeoutError("deadline exceeded")))
waiting, woken, beats = {}, [], 0
def defer(request):
    waiting[_mmpy.defer()] = request
    return _mmpy.PENDING
def answer_last(request):
    number = max(waiting)
    return b"%d" % _mmpy.complete(number, waiting.pop(number) + request)
def fail_first(request):
    number = min(waiting)
    del waiting[number]
    try: raise ValueError("failed")
    except ValueError as error: return b"%d" % _mmpy.fail(number, error)
def through(request):
    number = _mmpy.defer()
    ticket = _mmpy.submit("GetUser", request, True)
    waiting[number] = ticket
    return _mmpy.PENDING
def told(request): return repr(woken).encode()
def set_alarm(request): _mmpy.alarm(float(request) if request else None)
def at_once(request):
    _mmpy.complete(_mmpy.defer(), request)
    return _mmpy.PENDING
def after_all(request):
    _mmpy.defer()
    return request
def lie(request): return _mmpy.PENDING
def misuse(request):
    results = [_mmpy.complete(0, b""), _mmpy.complete(-1, b""), _mmpy.complete(1 << 62, b""), _mmpy.over(5)]
    number = _mmpy.defer()
    try: _mmpy.defer()
    except _mmpy.StatusError as error: results.append(error.status)
    results += [_mmpy.complete(number, b""), _mmpy.complete(number, b"")]
    return repr(results).encode()
def flood(request):
    global beats
    beats = int(request)
def spin_when_woken(request):
    global beats
    beats = -1
    _mmpy.alarm(0.001)
def wake(number):
    global beats
    woken.append(number)
    if number == -1: _mmpy.alarm(None)
    if beats == -1:
        while True: pass
    if beats > 0:
        beats -= 1
        _mmpy.alarm(0)
    tickets = {ticket: hook for hook, ticket in waiting.items() if isinstance(ticket, int)}
    for ticket in _mmpy.wait(tickets, 0):
        del waiting[tickets[ticket]]
        _mmpy.complete(tickets[ticket], _mmpy.collect(ticket))
`

const (
	deferHook = iota
	answerLast
	failFirst
	through
	told
	setAlarm
	atOnce
	afterAll
	lie
	misuse
	flood
	spinWhenWoken
	_ // wake, which the host calls
	nestedHook
)

func startDeferring(t testing.TB, config InstanceConfig) *Instance {
	t.Helper()
	return start(t, deferring, config)
}

// pending begins a hook, and returns when the guest has deferred it.
func pending(t testing.TB, ctx context.Context, i *Instance, text string) <-chan string {
	t.Helper()
	before := count(i)
	ended := make(chan string, 1)
	go func() {
		answer, err := i.Hook(ctx, deferHook, []byte(text))
		if err != nil {
			answer = []byte(err.Error())
		}
		ended <- string(answer)
	}()
	require.Eventually(t, func() bool { return count(i) > before }, 10*time.Second, 100*time.Microsecond)
	return ended
}

func count(i *Instance) int {
	i.deferred.mu.Lock()
	defer i.deferred.mu.Unlock()
	return len(i.deferred.hooks)
}

func TestADeferredHookIsAnsweredByALaterOne(t *testing.T) {
	i := startDeferring(t, InstanceConfig{})
	a, b, c := pending(t, t.Context(), i, "a"), pending(t, t.Context(), i, "b"), pending(t, t.Context(), i, "c")
	require.Zero(t, i.gate.Depth(), "they wait outside")
	require.Equal(t, "1", hook(t, i, answerLast, "!"))
	require.Equal(t, "c!", <-c)
	require.Equal(t, "1", hook(t, i, failFirst, ""))
	require.Equal(t, "hook 0: ValueError: failed", <-a)
	require.Equal(t, "1", hook(t, i, answerLast, "?"))
	require.Equal(t, "b?", <-b)
}

func TestAHookMayBeAnsweredAtOnceAfterItWasDeferred(t *testing.T) {
	i := startDeferring(t, InstanceConfig{})
	require.Equal(t, "x", hook(t, i, atOnce, "x"))
	require.Equal(t, "y", hook(t, i, afterAll, "y"))
	require.Zero(t, count(i))
	require.Equal(t, "[False, False, False, 0, -3, True, False]", hook(t, i, misuse, ""))
	require.ErrorIs(t, hookError(t, t.Context(), i, lie, ""), BadGuest)
}

func TestTheGuestIsWokenWhenACallHasEndedAndAtItsAlarm(t *testing.T) {
	i := startDeferring(t, InstanceConfig{Caller: CallerFunc(echoCaller)})
	require.Equal(t, "called", hook(t, i, through, "called"))
	require.Equal(t, "[0]", hook(t, i, told, ""))
	hook(t, i, setAlarm, "0.03")
	hook(t, i, setAlarm, "3600")
	hook(t, i, setAlarm, "0.02") // the last counts
	require.Eventually(t, func() bool { return hook(t, i, told, "") == "[0, 0]" }, 10*time.Second, time.Millisecond)
	hook(t, i, setAlarm, "0.02")
	hook(t, i, setAlarm, "")
	time.Sleep(60 * time.Millisecond)
	require.Equal(t, "[0, 0]", hook(t, i, told, ""))
	require.Zero(t, running(i))
}

func TestAGuestThatIsWokenAllTheTimeLetsHooksIn(t *testing.T) {
	i := startDeferring(t, InstanceConfig{})
	hook(t, i, flood, "1000000")
	hook(t, i, setAlarm, "0")
	for n := range 100 {
		require.NotEmpty(t, hook(t, i, told, ""), n)
	}
	hook(t, i, flood, "0")
}

func TestTheTimeOfADeferredHookEndsWhateverTheGuestDoes(t *testing.T) {
	const grace = 200 * time.Millisecond
	i := startDeferring(t, InstanceConfig{Grace: grace})
	other := pending(t, t.Context(), i, "other")
	began := time.Now()
	e := hookError(t, within(t, 50*time.Millisecond), i, deferHook, "")
	require.Equal(t, Timeout, e.Code)
	require.ErrorIs(t, e, context.DeadlineExceeded)
	require.True(t, e.Temporary())
	require.GreaterOrEqual(t, time.Since(began), grace)
	require.Eventually(t, func() bool { // once when its time is over, and once when nobody waits any more
		return hook(t, i, told, "") == "[2, 2]"
	}, 10*time.Second, time.Millisecond)
	require.Equal(t, "0", hook(t, i, answerLast, ""), "nobody waits")
	require.Equal(t, "1", hook(t, i, answerLast, "!"))
	require.Equal(t, "other!", <-other)
	require.Zero(t, i.deferred.overdue.Load())
}

func TestACancelledDeferredHookTellsWhy(t *testing.T) {
	i := startDeferring(t, InstanceConfig{Grace: 50 * time.Millisecond})
	reason := errors.New("not needed any more")
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(20*time.Millisecond, func() { cancel(reason) })
	e := hookError(t, ctx, i, deferHook, "")
	require.Equal(t, Timeout, e.Code)
	require.ErrorIs(t, e, reason)
}

func TestTooManyDeferredHooksAreRefused(t *testing.T) {
	i := startDeferring(t, InstanceConfig{Grace: time.Millisecond})
	i.deferred.hooks = map[int64]*deferredHook{}
	for n := range abi.MaxDeferred {
		i.deferred.hooks[-int64(n)-1] = &deferredHook{number: -int64(n) - 1, ctx: context.Background()}
	}
	e := hookError(t, t.Context(), i, deferHook, "")
	require.Contains(t, e.Message, "quota exceeded")
	clear(i.deferred.hooks)
}

// A guest that spins when it is woken is stopped, and with it the hooks that wait.
func TestAGuestThatSpinsWhenItIsWokenIsKilled(t *testing.T) {
	var log logged
	i := startDeferring(t, InstanceConfig{Grace: 50 * time.Millisecond, WakeTimeout: 100 * time.Millisecond, Log: log.log})
	i.interrupts.known = false // its exception would end the wake, and the spinning
	waits := pending(t, t.Context(), i, "waits")
	began := time.Now()
	hook(t, i, spinWhenWoken, "")
	require.Equal(t, "hook 0: closed: wake: killed, having run on after its deadline: context deadline exceeded", <-waits)
	require.Less(t, time.Since(began), 5*time.Second)
	require.ErrorIs(t, i.Err(), Killed)
	<-i.released
	require.Contains(t, log.all(), "ERROR between hooks: wake: killed")
}

func TestAWakeThatFailsIsLogged(t *testing.T) {
	var log logged
	i := startDeferring(t, InstanceConfig{Grace: 10 * time.Second, WakeTimeout: 50 * time.Millisecond, Log: log.log})
	hook(t, i, spinWhenWoken, "")
	require.Eventually(t, func() bool { return strings.Contains(log.all(), "TimeoutError") }, 10*time.Second, time.Millisecond)
	require.Contains(t, log.all(), "while True: pass")
	require.NoError(t, i.Err())
}

func TestCloseWaitsForDeferredHooksAndTellsTheGuest(t *testing.T) {
	i, err := deferringProgram(t).Instantiate(t.Context(), InstanceConfig{Caller: CallerFunc(func(_ context.Context, _ abi.Method, request []byte) ([]byte, error) {
		time.Sleep(50 * time.Millisecond)
		return request, nil
	})})
	require.NoError(t, err)
	hook(t, i, setAlarm, "3600") // which the guest takes back when it is told
	ended := make(chan string)
	go func() { ended <- hook(t, i, through, "in time") }()
	require.Eventually(t, func() bool { return count(i) == 1 }, 10*time.Second, 100*time.Microsecond)
	closed := make(chan error)
	go func() { closed <- i.Close(context.Background()) }()
	<-i.Retired()
	require.ErrorIs(t, hookError(t, t.Context(), i, told, ""), Closed)
	require.Equal(t, "in time", <-ended)
	require.NoError(t, <-closed)
}

func TestCloseEndsDeferredHooksWhenItsTimeIsOver(t *testing.T) {
	i, err := deferringProgram(t).Instantiate(t.Context(), InstanceConfig{})
	require.NoError(t, err)
	waits := pending(t, t.Context(), i, "")
	require.ErrorIs(t, i.Close(within(t, 50*time.Millisecond)), context.DeadlineExceeded)
	require.Equal(t, "hook 0: closed", <-waits)
	<-i.released
}

func deferringProgram(t testing.TB) *Program {
	t.Helper()
	return newProgram(t, sharedRuntime(t), deferring)
}

func TestADeadInstanceEndsDeferredHooks(t *testing.T) {
	i := startDeferring(t, InstanceConfig{})
	a, b := pending(t, t.Context(), i, ""), pending(t, t.Context(), i, "")
	i.fail(&Error{Code: Trap, Op: "test", Message: "ouch"})
	require.Equal(t, "hook 0: closed: test: crashed: ouch", <-a)
	require.Equal(t, "hook 0: closed: test: crashed: ouch", <-b)
	<-i.released
	require.Zero(t, running(i))
}

func TestHammerOfDeferredHooks(t *testing.T) {
	var i *Instance
	var deferrals atomic.Int64
	i = start(t, deferring+`
def nested(request):
    if request.startswith(b"0"): return request
    n, _, rest = request.partition(b"/")
    return _mmpy.call("CreatePost", b"%d/%s" % (int(n) - 1, rest))
`, InstanceConfig{Grace: 20 * time.Second, Caller: CallerFunc(func(ctx context.Context, method abi.Method, request []byte) ([]byte, error) {
		if rand.IntN(3) == 0 {
			time.Sleep(time.Duration(rand.IntN(2000)) * time.Microsecond)
		}
		if method == abi.CreatePost {
			id := uint32(nestedHook)
			if rand.IntN(2) == 0 {
				id = through
			}
			return i.Hook(ctx, id, request)
		}
		return append([]byte(nil), request...), nil
	})})
	duration := 3 * time.Second
	if testing.Short() {
		duration = 300 * time.Millisecond
	}
	finish := time.Now().Add(duration)
	var all sync.WaitGroup
	for worker := range 16 {
		all.Go(func() {
			for n := 0; time.Now().Before(finish); n++ {
				text, want := fmt.Sprintf("%d/%d-%d", rand.IntN(4), worker, n), ""
				ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
				var response []byte
				var err error
				switch rand.IntN(6) {
				case 0, 1:
					want = text
					response, err = i.Hook(ctx, through, []byte(text))
					deferrals.Add(1)
				case 2:
					response, err = i.Hook(ctx, nestedHook, []byte(text))
					_, rest, _ := strings.Cut(text, "/") // it comes back from wherever it ended
					want = rest
					if _, got, ok := strings.Cut(string(response), "/"); ok {
						response = []byte(got)
					}
				case 3:
					want = text
					response, err = i.Hook(ctx, atOnce, []byte(text))
				case 4:
					response, err = i.Hook(ctx, setAlarm, []byte(strconv.FormatFloat(rand.Float64()/1000, 'f', -1, 64)))
				default:
					hurry, stop := context.WithTimeout(ctx, time.Duration(rand.IntN(1000))*time.Microsecond)
					response, err = i.Hook(hurry, through, []byte(text))
					stop()
					if errors.Is(err, Busy) || errors.Is(err, Timeout) {
						response, err = nil, nil
					}
					want = string(response)
				}
				cancel()
				if err != nil || string(response) != want {
					t.Errorf("got %q, want %q: %v", response, want, err)
					return
				}
			}
		})
	}
	all.Wait()
	require.Zero(t, i.gate.Depth())
	require.Zero(t, count(i))
	require.Zero(t, i.deferred.overdue.Load())
	t.Log(deferrals.Load(), "deferred hooks")
}

func running(i *Instance) int {
	i.background.mu.Lock()
	defer i.background.mu.Unlock()
	return i.background.running
}

func TestAGuestThatAnswersFromOutsideOfItsMemoryIsRefused(t *testing.T) {
	const page = 1 << 16
	i := startHandmade(t, handmade.Guest{}, InstanceConfig{})
	complete := func(number int64, failed, pointer, length uint32) int64 {
		return resultOf(t, i, handmade.HookOf("complete"), append(long(number), failed, pointer, length)...)
	}
	for _, failed := range []uint32{0, 1} {
		require.Equal(t, int64(abi.StatusBadPointer), complete(1, failed, page-1, 2))
		require.Equal(t, int64(abi.StatusBadPointer), complete(1, failed, 1, math.MaxUint32))
		require.Equal(t, int64(abi.StatusInvalid), complete(1, failed, page-1, 1))
		require.Equal(t, int64(abi.StatusInvalid), complete(math.MinInt64, failed, math.MaxUint32, 0))
	}
	require.Equal(t, int64(1), resultOf(t, i, handmade.HookOf("defer")))
	require.Equal(t, int64(2), resultOf(t, i, handmade.HookOf("defer")))
	require.Zero(t, count(i), "they were answered after all")
}
