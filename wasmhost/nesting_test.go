package wasmhost

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/wasmhost/internal/gate"
)

const nesting = `
import _mmpy
def down(request):
    n = int(request)
    if n == 0: return b"."
    kept = [object() for _ in range(100)]
    answer = _mmpy.call("CreatePost", b"%d" % (n - 1))
    assert len(kept) == 100
    return b"%d" % n + answer
def echo(request): return request
def fail(request): raise ValueError("inner")
def call(request): return _mmpy.call("GetUser", request)
`

const (
	down = iota
	echo
	failing
	callOut
)

func TestAPluginMayCauseItsOwnHooks(t *testing.T) {
	var i *Instance
	i = start(t, nesting, InstanceConfig{Caller: CallerFunc(func(ctx context.Context, _ abi.Method, request []byte) ([]byte, error) {
		return i.Hook(ctx, down, request)
	})})
	require.Equal(t, "54321.", hook(t, i, down, "5"))
	require.Len(t, hook(t, i, down, strconv.Itoa(DefaultNesting-1)), 22*2+9+1)
	require.Equal(t, "again", hook(t, i, echo, "again"))
}

func TestBeyondTheLimitHooksStillNestButSlowly(t *testing.T) {
	var i *Instance
	i = start(t, nesting, InstanceConfig{Nesting: 3, Caller: CallerFunc(func(ctx context.Context, _ abi.Method, request []byte) ([]byte, error) {
		return i.Hook(ctx, down, request)
	})})
	began := time.Now()
	require.Equal(t, "7654321.", hook(t, i, down, "7"))
	require.GreaterOrEqual(t, time.Since(began), 5*gate.Patience)
}

func TestHooksThatCauseEachOtherForeverEndInPython(t *testing.T) {
	var i *Instance
	i = start(t, `
import _mmpy, sys
sys.setrecursionlimit(150)
def forever(request): return _mmpy.call("CreatePost", request)
def echo(request): return request
`, InstanceConfig{Nesting: 1000, Caller: CallerFunc(func(ctx context.Context, _ abi.Method, request []byte) ([]byte, error) {
		return i.Hook(ctx, 0, request)
	})})
	_, err := i.Hook(t.Context(), 0, nil)
	require.ErrorIs(t, err, Exception)
	require.Equal(t, "again", hook(t, i, 1, "again"))
}

func TestAFailureOfAnInnerHookIsItsOwn(t *testing.T) {
	var i *Instance
	i = start(t, nesting, InstanceConfig{Caller: CallerFunc(func(ctx context.Context, _ abi.Method, _ []byte) ([]byte, error) {
		_, err := i.Hook(ctx, failing, nil)
		return []byte(err.Error()), nil
	})})
	require.Equal(t, "hook 2: ValueError: inner", hook(t, i, callOut, ""))
}

func TestOthersGoOnWhileOneHookWaits(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	i := start(t, nesting, InstanceConfig{Caller: CallerFunc(func(_ context.Context, _ abi.Method, request []byte) ([]byte, error) {
		arrived <- struct{}{}
		<-release
		return request, nil
	})})
	ended := make(chan string)
	go func() {
		response, err := i.Hook(context.Background(), callOut, []byte("outer"))
		ended <- fmt.Sprint(string(response), err)
	}()
	<-arrived
	for n := range 10 {
		require.Equal(t, strconv.Itoa(n), hook(t, i, echo, strconv.Itoa(n)))
	}
	close(release)
	require.Equal(t, "outer<nil>", <-ended)
}

func TestACallerThatWaitsInVainSaysSo(t *testing.T) {
	i := start(t, runaways, InstanceConfig{})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		_, err := i.Hook(ctx, spin, nil)
		ended <- err
	}()
	require.Eventually(t, func() bool { return i.gate.Depth() == 1 }, time.Second, time.Millisecond)
	e := hookError(t, within(t, 20*time.Millisecond), i, answer, "")
	require.Equal(t, Busy, e.Code)
	require.ErrorIs(t, e, context.DeadlineExceeded)
	require.EqualError(t, e, "hook 10: busy with other calls: context deadline exceeded")
	require.True(t, e.Temporary())
	cancel()
	require.Error(t, <-ended)
}

// When what runs on top dies, the hooks below cannot go on, and their memory goes with the last of them.
func TestADeadInstanceTakesAllItsHooksAlong(t *testing.T) {
	release := make(chan struct{})
	var i *Instance
	var inner error
	i = start(t, `
import _mmpy, os
def outer(request): _mmpy.call("GetUser", b"")
def kill(request): os._exit(3)
`, InstanceConfig{Caller: CallerFunc(func(ctx context.Context, _ abi.Method, _ []byte) ([]byte, error) {
		_, inner = i.Hook(ctx, 1, nil)
		<-release
		return nil, nil
	})})
	ended := make(chan error)
	go func() {
		_, err := i.Hook(context.Background(), 0, nil)
		ended <- err
	}()
	<-i.Retired()
	require.ErrorIs(t, hookError(t, t.Context(), i, 0, ""), Closed)
	select {
	case <-i.released:
		t.Fatal("released while a hook is still outside")
	default:
	}
	close(release)
	err := <-ended
	require.ErrorIs(t, err, Closed)
	require.ErrorIs(t, err, Exited, "the reason")
	require.ErrorIs(t, inner, Exited)
	require.EqualError(t, err, "hook 0: closed: hook 1: exited with code 3")
	<-i.released
}

// Hooks that come all at once, each of which causes others and waits for them, do not wait for each other.
func TestABurstOfHooksThatCauseOthersEnds(t *testing.T) {
	var i *Instance
	i = start(t, nesting, InstanceConfig{Caller: CallerFunc(func(ctx context.Context, _ abi.Method, request []byte) ([]byte, error) {
		time.Sleep(200 * time.Microsecond) // the way to Mattermost
		return i.Hook(ctx, down, request)
	})})
	began := time.Now()
	var all sync.WaitGroup
	for range 200 {
		all.Go(func() {
			if response, err := i.Hook(t.Context(), down, []byte("2")); err != nil || string(response) != "21." {
				t.Error(string(response), err)
			}
		})
	}
	all.Wait()
	require.Less(t, time.Since(began), 10*time.Second)
	t.Log(time.Since(began), len(i.calls), "deep")
}

// Many goroutines, with hooks that call out, nest, fail, time out and are cancelled: every answer is the right one.
func TestHammer(t *testing.T) {
	var i *Instance
	var depth, deepest atomic.Int32
	i = start(t, nesting, InstanceConfig{Caller: CallerFunc(func(ctx context.Context, method abi.Method, request []byte) ([]byte, error) {
		if d := depth.Add(1); d > deepest.Load() {
			deepest.Store(d)
		}
		defer depth.Add(-1)
		if rand.IntN(3) == 0 {
			time.Sleep(time.Duration(rand.IntN(2000)) * time.Microsecond)
		}
		if method == abi.CreatePost {
			return i.Hook(ctx, down, request)
		}
		return append([]byte(nil), request...), nil
	})})
	duration := 3 * time.Second
	if testing.Short() {
		duration = 300 * time.Millisecond
	}
	finish := time.Now().Add(duration)
	var count, waited atomic.Int64
	var all sync.WaitGroup
	for worker := range 16 {
		all.Go(func() {
			for n := 0; time.Now().Before(finish); n++ {
				ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
				text := fmt.Sprintf("%d/%d", worker, n)
				var err error
				var response []byte
				want := text
				switch rand.IntN(6) {
				case 0, 1:
					response, err = i.Hook(ctx, echo, []byte(text))
				case 2, 3:
					response, err = i.Hook(ctx, callOut, []byte(text))
				case 4:
					want = "21."
					response, err = i.Hook(ctx, down, []byte("2"))
				default:
					hurry, stop := context.WithTimeout(ctx, time.Duration(rand.IntN(1000))*time.Microsecond)
					response, err = i.Hook(hurry, echo, []byte(text))
					stop()
					if errors.Is(err, Busy) || errors.Is(err, Timeout) {
						waited.Add(1)
						response, err = []byte(text), nil
					}
				}
				cancel()
				count.Add(1)
				if err != nil || string(response) != want {
					t.Errorf("got %q, want %q: %v", response, want, err)
					return
				}
			}
		})
	}
	all.Wait()
	require.Zero(t, i.gate.Depth())
	t.Logf("%d hooks, %d of them gave up, %d deep", count.Load(), waited.Load(), deepest.Load())
}
