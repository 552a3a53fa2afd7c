package hostile

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/internal/hostile"
	"github.com/mmpy/mmpy/wasmhost"
)

func TestHostileLifecycle(t *testing.T) {
	t.Run("in turns", func(t *testing.T) {
		row := func(name, limit string, test func(t *testing.T) string) {
			hostile.Attack(t, "Lifecycle", name, limit, func(t *testing.T) string {
				return watched(t, func() string { return test(t) })
			})
		}
		row("two plugins that call each other without end", "time of a hook", pingPong)
		row("a hook that calls itself without end", "depth", bottomless)
		row("killed during a call of its host", "end of an instance", killedOutside)
		row("more hooks than may wait", "queue", overload)
		row("1,000 beginnings and ends", "resources", thousandTimes)
	})
}

func start(t *testing.T, source string, config wasmhost.InstanceConfig) *wasmhost.Instance {
	t.Helper()
	i, err := program(t, of(t, attackers), source).Instantiate(t.Context(), config)
	require.NoError(t, err)
	return i
}

const caller = `
import _mmpy
def attack(request): return _mmpy.call("GetUser", request)`

// pingPong has A's hook call B's, which calls A's, …: each in the time that the first has.
func pingPong(t *testing.T) string {
	var a, b *wasmhost.Instance
	to := func(other **wasmhost.Instance) wasmhost.Caller {
		return wasmhost.CallerFunc(func(ctx context.Context, _ abi.Method, request []byte) ([]byte, error) {
			return (*other).Hook(ctx, 0, request)
		})
	}
	a = start(t, caller, wasmhost.InstanceConfig{Caller: to(&b), Grace: hard})
	b = start(t, caller, wasmhost.InstanceConfig{Caller: to(&a), Grace: hard})
	ctx, cancel := context.WithTimeout(t.Context(), soft)
	defer cancel()
	_, err := a.Hook(ctx, 0, nil)
	require.NoError(t, errors.Join(a.Close(t.Context()), b.Close(t.Context())))
	return attack{want: []string{"_mmpy.StatusError", "TimeoutError", "killed", "RecursionError", "busy"}}.judge(t, outcomeOf(nil, err))
}

// bottomless has a hook cause itself.
func bottomless(t *testing.T) string {
	var i *wasmhost.Instance
	i = start(t, caller, wasmhost.InstanceConfig{Grace: hard, Caller: wasmhost.CallerFunc(
		func(ctx context.Context, _ abi.Method, request []byte) ([]byte, error) {
			return i.Hook(ctx, 0, request)
		})})
	ctx, cancel := context.WithTimeout(t.Context(), soft)
	defer cancel()
	_, err := i.Hook(ctx, 0, nil)
	require.NoError(t, i.Close(t.Context()))
	return attack{want: []string{"_mmpy.StatusError", "TimeoutError", "killed", "RecursionError", "busy"}}.judge(t, outcomeOf(nil, err))
}

// killedOutside ends an instance while its hook waits for the host, which then answers.
func killedOutside(t *testing.T) string {
	arrived, answer := make(chan struct{}), make(chan struct{})
	i := start(t, caller, wasmhost.InstanceConfig{Caller: wasmhost.CallerFunc(func(context.Context, abi.Method, []byte) ([]byte, error) {
		close(arrived)
		<-answer
		return make([]byte, 1<<20), nil
	})})
	ended := make(chan error)
	go func() {
		_, err := i.Hook(context.Background(), 0, nil)
		ended <- err
	}()
	<-arrived
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, i.Close(ctx), wasmhost.Killed)
	close(answer)
	err := <-ended
	require.ErrorIs(t, err, wasmhost.Closed)
	return outcomeOf(nil, err)
}

// overload fires more hooks at a plugin that is busy than may wait for it.
func overload(t *testing.T) string {
	i := start(t, `
def attack(request):
    while True: pass`, wasmhost.InstanceConfig{Queue: 16, Grace: hard})
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	var all sync.WaitGroup
	var mu sync.Mutex
	refused := 0
	for range 200 {
		all.Go(func() {
			_, err := i.Hook(ctx, 0, nil)
			mu.Lock()
			defer mu.Unlock()
			if errors.Is(err, wasmhost.Overloaded) {
				refused++
			}
			if err == nil {
				t.Error("a hook that spins has answered")
			}
		})
	}
	all.Wait()
	require.NoError(t, i.Close(t.Context()))
	require.Greater(t, refused, 100)
	return "overloaded"
}

// thousandTimes begins and ends instances, some of which die.
// Most begin from a snapshot; those that have files from the beginning on cannot.
func thousandTimes(t *testing.T) string {
	quick := program(t, of(t, attackers), `
import os
def attack(request):
    global kept
    open("/tmp/f", "w").close()
    kept = open("/plugin/main.py")
    bytearray(1 << 20)
    if request: os._exit(1)
    return "ran"`)
	slow := program(t, of(t, attackers), `
import os
open("/tmp/f", "w").close()
kept = open("/plugin/main.py")
def attack(request):
    bytearray(1 << 20)
    if request: os._exit(1)
    return "ran"`)
	for n := range 1000 {
		p := quick
		if n%20 < 2 {
			p = slow
		}
		if n%100 == 0 {
			t.Log(n) // who waits for the test sees that it goes on
		}
		i, err := p.Instantiate(t.Context(), wasmhost.InstanceConfig{})
		require.NoError(t, err)
		_, err = i.Hook(t.Context(), 0, make([]byte, n%2))
		require.Equal(t, n%2 == 1, errors.Is(err, wasmhost.Exited))
		require.NoError(t, i.Close(t.Context()))
	}
	return "all given back"
}
