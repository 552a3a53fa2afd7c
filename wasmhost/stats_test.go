package wasmhost

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCallsBeyondTheQueueAreTurnedAway(t *testing.T) {
	i := start(t, runaways, InstanceConfig{Queue: 2})
	ctx, cancel := context.WithCancel(t.Context())
	spun, answered := make(chan error), make(chan error)
	go func() {
		_, err := i.Hook(ctx, spin, nil)
		spun <- err
	}()
	require.Eventually(t, func() bool { return i.Stats().Depth == 1 }, 10*time.Second, time.Millisecond)
	for range 2 {
		go func() {
			_, err := i.Hook(t.Context(), answer, nil)
			answered <- err
		}()
	}
	require.Eventually(t, func() bool { return i.Stats().Waiting == 2 }, 10*time.Second, time.Millisecond)

	began := time.Now()
	e := hookError(t, t.Context(), i, answer, "")
	require.Equal(t, Overloaded, e.Code)
	require.EqualError(t, e, "hook 10: overloaded: 2 calls wait for their turn already")
	require.True(t, e.Temporary())
	require.True(t, e.NotBegun)
	require.Less(t, time.Since(began), time.Second)
	require.EqualValues(t, 1, i.Stats().Overloaded)

	cancel()
	require.ErrorIs(t, <-spun, Timeout)
	require.NoError(t, <-answered)
	require.NoError(t, <-answered)
	require.Equal(t, "alive ", hook(t, i, answer, ""))
}

func TestStatsTellWhatAnInstanceHasUsed(t *testing.T) {
	i := start(t, runaways, InstanceConfig{})
	before := i.Stats()
	require.Equal(t, i.MemorySize(), before.Memory)
	require.Zero(t, before.Depth)
	require.Equal(t, 1, before.Deepest)
	_ = hookError(t, within(t, 100*time.Millisecond), i, spin, "")
	require.Greater(t, i.Stats().Ticks, before.Ticks+10, "a loop of 100 ms")
	require.NoError(t, i.Close(t.Context()))
	require.NotPanics(t, func() { i.Stats() })
}

// Whether a call that an instance's end has met has begun decides whether another instance may answer it.
func TestACallThatWaitedForADyingInstanceHasNotBegun(t *testing.T) {
	i := start(t, `
import os, time
def end(request):
    time.sleep(0.2)
    os._exit(3)
def echo(request): return request
`, InstanceConfig{})
	ended := make(chan error)
	go func() {
		_, err := i.Hook(t.Context(), 0, nil)
		ended <- err
	}()
	require.Eventually(t, func() bool { return i.Stats().Depth == 1 }, 10*time.Second, time.Millisecond)
	e := hookError(t, t.Context(), i, 1, "")
	require.ErrorIs(t, e, Closed)
	require.ErrorIs(t, e, Exited, "the reason")
	require.True(t, e.NotBegun)
	require.ErrorAs(t, <-ended, &e)
	require.Equal(t, Exited, e.Code)
	require.False(t, e.NotBegun)
}
