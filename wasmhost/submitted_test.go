package wasmhost

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/wasmhost/internal/handmade"
)

const submitting = `
import _mmpy, time
tickets = []
def gather(request):
    wanted = [_mmpy.submit("GetUser", b"%d" % n) for n in range(int(request))]
    left, answers = list(wanted), {}
    while left:
        complete = _mmpy.wait(left, None)
        for ticket in complete:
            answers[ticket] = _mmpy.collect(ticket)
            left.remove(ticket)
    return b" ".join(answers[ticket] for ticket in wanted)
def submit(request):
    tickets.append(_mmpy.submit("GetUser", request))
    return b"%d" % tickets[-1]
def collect(request):
    while not (complete := _mmpy.wait(tickets, None)): pass
    tickets.remove(complete[0])
    return _mmpy.collect(complete[0])
def forget(request): _mmpy.forget(tickets.pop())
def echo(request): return request
def sleep(request):
    _mmpy.wait([], float(request))
    return b"awake"
def flood(request):
    count = 0
    try:
        while True:
            tickets.append(_mmpy.submit("GetUser", request))
            count += 1
    except _mmpy.StatusError as error:
        return b"%d %d" % (count, error.status)
def forever(request):
    try:
        _mmpy.wait(tickets, None)
    except TimeoutError:
        return b"timeout"
def status(request):
    ticket = _mmpy.submit("GetUser", request)
    _mmpy.wait([ticket], None)
    try:
        _mmpy.collect(ticket, None, "GetUser")
    except _mmpy.StatusError as error:
        return f"{error.method} {error.status} {error}".encode()
`

const (
	gather = iota
	submit
	collect
	forget
	echoed
	sleeping
	flooding
	waitForever
	statusOf
)

func echoCaller(_ context.Context, _ abi.Method, request []byte) ([]byte, error) { return request, nil }

// Nobody gets on before all are there: were they carried out one after the other, this would never end.
func TestFiftySubmittedCallsAreUnderWayAtOnce(t *testing.T) {
	const calls = 50
	var inside sync.WaitGroup
	inside.Add(calls)
	i := start(t, submitting, InstanceConfig{Caller: CallerFunc(func(_ context.Context, _ abi.Method, request []byte) ([]byte, error) {
		inside.Done()
		inside.Wait()
		return append([]byte("a"), request...), nil
	})})
	answers := strings.Fields(hook(t, i, gather, fmt.Sprint(calls)))
	require.Len(t, answers, calls)
	for n, answer := range answers {
		require.Equal(t, fmt.Sprintf("a%d", n), answer)
	}
}

func TestOthersEnterWhileTheGuestWaitsForASubmittedCall(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	i := start(t, submitting, InstanceConfig{Caller: CallerFunc(func(context.Context, abi.Method, []byte) ([]byte, error) {
		close(arrived)
		<-release
		return []byte("late"), nil
	})})
	hook(t, i, submit, "")
	<-arrived
	ended := make(chan string)
	go func() { ended <- hook(t, i, collect, "") }()
	require.Eventually(t, func() bool { return i.gate.Depth() == 1 }, 10*time.Second, time.Millisecond)
	for n := range 10 {
		require.Equal(t, fmt.Sprint(n), hook(t, i, echoed, fmt.Sprint(n)))
	}
	close(release)
	require.Equal(t, "late", <-ended)
}

func TestAWaitingGuestIsToldThatSomethingElseHasRun(t *testing.T) {
	i := start(t, submitting, InstanceConfig{})
	ended := make(chan string)
	go func() { ended <- hook(t, i, sleeping, "3600") }()
	require.Eventually(t, func() bool { return i.gate.Depth() == 1 }, 10*time.Second, time.Millisecond)
	require.Equal(t, "x", hook(t, i, echoed, "x"))
	require.Equal(t, "awake", <-ended)
}

func TestASubmittedCallOutlivesItsHookAndHasItsValues(t *testing.T) {
	type key struct{}
	got := make(chan context.Context, 1)
	release := make(chan struct{})
	i := start(t, submitting, InstanceConfig{Caller: CallerFunc(func(ctx context.Context, _ abi.Method, request []byte) ([]byte, error) {
		got <- ctx
		<-release
		return request, nil
	})})
	ctx, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, "value"))
	_, err := i.Hook(ctx, submit, []byte("mine"))
	require.NoError(t, err)
	cancel()
	of := <-got
	require.Equal(t, "value", of.Value(key{}))
	require.NoError(t, of.Err())
	close(release)
	require.Equal(t, "mine", hook(t, i, collect, ""))
}

func TestALargeResponseOfASubmittedCallIsTaken(t *testing.T) {
	large := strings.Repeat("x", 100_000)
	i := start(t, submitting, InstanceConfig{Caller: CallerFunc(echoCaller)})
	hook(t, i, submit, large)
	require.Equal(t, large, hook(t, i, collect, ""))
}

func TestTheStatusOfASubmittedCallIsThatOfItsMethod(t *testing.T) {
	var log logged
	i := start(t, submitting, InstanceConfig{Log: log.log, Caller: CallerFunc(func(_ context.Context, _ abi.Method, request []byte) ([]byte, error) {
		if string(request) == "panic" {
			panic("at the disco")
		}
		return nil, fmt.Errorf("wrapped: %w", abi.StatusDenied)
	})})
	require.Equal(t, "GetUser -1 GetUser: permission denied", hook(t, i, statusOf, ""))
	require.Equal(t, "GetUser -7 GetUser: internal error of the host", hook(t, i, statusOf, "panic"))
	require.Contains(t, log.all(), "ERROR API call GetUser: panic: at the disco")
}

func TestMoreThanTheLimitOfSubmittedCallsAreRefused(t *testing.T) {
	release := make(chan struct{})
	i := start(t, submitting, InstanceConfig{Caller: CallerFunc(func(context.Context, abi.Method, []byte) ([]byte, error) {
		<-release
		return nil, nil
	})})
	full := fmt.Sprint(abi.MaxSubmitted, int(abi.StatusQuota))
	require.Equal(t, full, hook(t, i, flooding, ""))
	hook(t, i, forget, "")
	require.Equal(t, fmt.Sprint(0, int(abi.StatusQuota)), hook(t, i, flooding, ""), "what was forgotten is still under way")
	close(release)
	require.Eventually(t, func() bool { return hook(t, i, flooding, "") != fmt.Sprint(0, int(abi.StatusQuota)) }, 10*time.Second, time.Millisecond)
	hook(t, i, collect, "")
	require.Equal(t, fmt.Sprint(1, int(abi.StatusQuota)), hook(t, i, flooding, ""), "what was not collected counts")
}

func TestSubmittedCallsHoldNoMoreThanTheGuestMay(t *testing.T) {
	runtime, err := NewRuntime(t.Context(), NewRuntimeConfig().WithMemoryLimit(64<<20))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, runtime.Close(context.Background())) })
	release := make(chan struct{})
	i := startIn(t, runtime, submitting, InstanceConfig{Caller: CallerFunc(func(_ context.Context, _ abi.Method, request []byte) ([]byte, error) {
		if len(request) > 0 {
			<-release
			return nil, nil
		}
		return make([]byte, 65<<20), nil
	})})
	require.Equal(t, "GetUser -2 GetUser: quota exceeded", hook(t, i, statusOf, ""), "a response that is too large")
	require.Equal(t, "12 -2", hook(t, i, flooding, strings.Repeat("x", 5<<20)), "requests that are together")
	close(release)
}

func TestAForgottenCallHasItsContextCancelled(t *testing.T) {
	ended := make(chan error, 1)
	i := start(t, submitting, InstanceConfig{Caller: CallerFunc(func(ctx context.Context, _ abi.Method, _ []byte) ([]byte, error) {
		<-ctx.Done()
		ended <- ctx.Err()
		return nil, ctx.Err()
	})})
	hook(t, i, submit, "")
	hook(t, i, forget, "")
	require.ErrorIs(t, <-ended, context.Canceled)
}

func TestWaitingEndsAtTheDeadlineWithItsException(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	i := start(t, submitting, InstanceConfig{Caller: CallerFunc(func(context.Context, abi.Method, []byte) ([]byte, error) {
		<-release
		return nil, nil
	})})
	for range 2 { // with no tickets and with one
		began := time.Now()
		response, err := i.Hook(within(t, 50*time.Millisecond), waitForever, nil)
		require.NoError(t, err)
		require.Equal(t, "timeout", string(response))
		require.Less(t, time.Since(began), DefaultGrace)
		hook(t, i, submit, "")
	}
}

func TestCloseWaitsForSubmittedCallsUnlessItsContextEnds(t *testing.T) {
	var cancelled atomic.Bool
	arrived, release := make(chan struct{}, 2), make(chan struct{})
	instance := func() *Instance {
		i, err := newProgram(t, sharedRuntime(t), submitting).Instantiate(t.Context(), InstanceConfig{
			Caller: CallerFunc(func(ctx context.Context, _ abi.Method, _ []byte) ([]byte, error) {
				arrived <- struct{}{}
				select {
				case <-release:
				case <-ctx.Done():
					cancelled.Store(true)
				}
				return nil, nil
			})})
		require.NoError(t, err)
		hook(t, i, submit, "")
		<-arrived
		return i
	}
	patient := instance()
	closed := make(chan error)
	go func() { closed <- patient.Close(context.Background()) }()
	select {
	case err := <-closed:
		require.Fail(t, "it did not wait", "%v", err)
	case <-time.After(50 * time.Millisecond):
	}
	require.False(t, cancelled.Load())
	close(release)
	require.NoError(t, <-closed)

	release = make(chan struct{})
	impatient := instance()
	require.ErrorIs(t, impatient.Close(within(t, 10*time.Millisecond)), context.DeadlineExceeded)
	<-impatient.released
	require.True(t, cancelled.Load())
}

func TestADeadInstanceDoesNotWait(t *testing.T) {
	i := start(t, submitting, InstanceConfig{})
	ended := make(chan error)
	go func() {
		_, err := i.Hook(context.Background(), waitForever, nil)
		ended <- err
	}()
	require.Eventually(t, func() bool { return i.gate.Depth() == 1 }, 10*time.Second, time.Millisecond)
	i.fail(&Error{Code: Killed, Op: "test"})
	require.ErrorIs(t, <-ended, Closed)
}

// long is an i64 as two words.
func long(n int64) []uint32 { return []uint32{uint32(n), uint32(n >> 32)} }

func resultOf(t testing.TB, i *Instance, id uint32, parameters ...uint32) int64 {
	t.Helper()
	response := hook(t, i, id, string(handmade.Words(parameters...)))
	require.Len(t, response, 8)
	return int64(binary.LittleEndian.Uint64([]byte(response)))
}

func TestAGuestThatWaitsAndCollectsWronglyIsRefused(t *testing.T) {
	const page = 1 << 16
	invalid, outside := int64(abi.StatusInvalid), int64(abi.StatusBadPointer)
	block := make(chan struct{})
	i := startHandmade(t, handmade.Guest{}, InstanceConfig{Caller: CallerFunc(func(_ context.Context, _ abi.Method, request []byte) ([]byte, error) {
		if len(request) == 1 {
			<-block
		}
		return []byte("four"), nil
	})})
	defer close(block)
	wait := func(pointer, count uint32) int64 {
		return resultOf(t, i, handmade.HookOf("wait"), append([]uint32{pointer, count}, long(0)...)...)
	}
	collect := func(ticket int64, pointer, capacity uint32) int64 {
		return resultOf(t, i, handmade.HookOf("collect"), append(long(ticket), pointer, capacity)...)
	}
	forget := func(ticket int64) int64 { return resultOf(t, i, handmade.HookOf("forget"), long(ticket)...) }

	require.Zero(t, wait(math.MaxUint32, 0))
	require.Equal(t, invalid, wait(0, 1), "no ticket")
	require.Equal(t, invalid, wait(0, abi.MaxSubmitted+1))
	require.Equal(t, invalid, wait(0, math.MaxUint32))
	require.Equal(t, invalid, wait(0, 1<<29), "eight times that is 0 in 32 bits")
	require.Equal(t, outside, wait(page-7, 1))
	require.Equal(t, outside, wait(math.MaxUint32, 2))
	require.Equal(t, outside, resultOf(t, i, handmade.API, page, 1, 0, abi.Submit))

	blocked := resultOf(t, i, handmade.API, 0, 1, 0, abi.Submit)
	ticket := resultOf(t, i, handmade.API, 0, 0, math.MaxUint32, abi.Submit)
	require.Positive(t, ticket)
	require.Equal(t, invalid, collect(blocked, 0, 8), "it is not complete")
	require.Equal(t, int64(1), resultOf(t, i, handmade.HookOf("wait"), handmade.Buffer+16, 1, math.MaxUint32, math.MaxUint32, uint32(ticket), 0))
	require.Equal(t, outside, collect(ticket, page-3, 4))
	require.Equal(t, outside, collect(ticket, 0, abi.Submit))
	require.Equal(t, int64(4), collect(ticket, page-4, 4))
	require.Equal(t, invalid, collect(ticket, 0, 4), "twice")
	require.Equal(t, invalid, forget(ticket))
	for _, none := range []int64{0, -1, math.MinInt64, math.MaxInt64, ticket + 1} {
		require.Equal(t, invalid, collect(none, 0, 4))
		require.Equal(t, invalid, forget(none))
	}
	require.Zero(t, forget(blocked))
	require.Equal(t, invalid, forget(blocked))
}

func TestWaitMovesTheCompleteTicketsToTheFront(t *testing.T) {
	s := newSubmitted(100)
	var calls []*submittedCall
	for range 4 {
		call, status := s.add(t.Context(), 1)
		require.Zero(t, status)
		calls = append(calls, call)
	}
	tickets := []int64{1, 2, 3, 4}
	complete, changed, ok := s.sort(tickets)
	require.True(t, ok)
	require.Zero(t, complete)
	s.complete(calls[3], 1, nil, 0)
	s.complete(calls[1], 1, nil, 0)
	<-changed
	complete, _, _ = s.sort(tickets)
	require.Equal(t, 2, complete)
	require.ElementsMatch(t, []int64{2, 4}, tickets[:2])
	require.ElementsMatch(t, []int64{1, 3}, tickets[2:])
}
