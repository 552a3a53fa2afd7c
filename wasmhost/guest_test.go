package wasmhost

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"log/slog"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/wasmhost/internal/handmade"
)

func configOf(h handmade.Guest) RuntimeConfig {
	return NewRuntimeConfig().WithoutCache().WithLogger(slog.New(slog.DiscardHandler)).WithInterpreter(h.Wasm(), nil)
}

func runtimeOf(t testing.TB, h handmade.Guest) (*Runtime, error) {
	runtime, err := NewRuntime(context.Background(), configOf(h))
	if err == nil {
		t.Cleanup(func() { require.NoError(t, runtime.Close(context.Background())) })
	}
	return runtime, err
}

func startHandmade(t testing.TB, h handmade.Guest, config InstanceConfig) *Instance {
	t.Helper()
	runtime, err := runtimeOf(t, h)
	require.NoError(t, err)
	return startIn(t, runtime, "", config)
}

func TestPointersOutsideOfMemoryAreRefused(t *testing.T) {
	called := false
	i := startHandmade(t, handmade.Guest{}, InstanceConfig{Caller: CallerFunc(func(_ context.Context, _ abi.Method, request []byte) ([]byte, error) {
		called = true
		return []byte("four"), nil
	})})
	const page = 1 << 16
	for name, test := range map[string]struct {
		id         uint32
		parameters []uint32
		want       int64
	}{
		"inside":                           {handmade.API, []uint32{0, page, 0, page}, 4},
		"empty, and the pointers anywhere": {handmade.API, []uint32{math.MaxUint32, 0, math.MaxUint32, 0}, 4},
		"the request ends behind":          {handmade.API, []uint32{1, page, 0, 0}, int64(abi.StatusBadPointer)},
		"the request starts behind":        {handmade.API, []uint32{page, 1, 0, 0}, int64(abi.StatusBadPointer)},
		"the request wraps around":         {handmade.API, []uint32{math.MaxUint32, 2, 0, 0}, int64(abi.StatusBadPointer)},
		"the request is all there is":      {handmade.API, []uint32{1, math.MaxUint32, 0, 0}, int64(abi.StatusBadPointer)},
		"the response ends behind":         {handmade.API, []uint32{0, 0, page - 3, 4}, int64(abi.StatusBadPointer)},
		"the response wraps around":        {handmade.API, []uint32{0, 0, math.MaxUint32, math.MaxUint32 - 1}, int64(abi.StatusBadPointer)},
		"nothing is kept":                  {handmade.Take, []uint32{0, 4}, int64(abi.StatusInvalid)},
		"nothing is kept, nothing asked":   {handmade.Take, []uint32{0, 0}, int64(abi.StatusInvalid)},
		"taken":                            {handmade.Keep, []uint32{0, 0, 0, 3, 0, 4}, 4},
		"taken outside":                    {handmade.Keep, []uint32{0, 0, 0, 3, page - 3, 4}, int64(abi.StatusBadPointer)},
		"taken too short":                  {handmade.Keep, []uint32{0, 0, 0, 3, 0, 3}, int64(abi.StatusInvalid)},
		"taken too long":                   {handmade.Keep, []uint32{0, 0, 0, 3, 0, math.MaxUint32}, int64(abi.StatusInvalid)},
		"nothing is kept that did fit":     {handmade.Keep, []uint32{0, 0, 0, 4, 0, 4}, int64(abi.StatusInvalid)},
	} {
		called = false
		response := hook(t, i, test.id, string(handmade.Words(test.parameters...)))
		require.Len(t, response, 8, name)
		require.Equal(t, test.want, int64(binary.LittleEndian.Uint64([]byte(response))), name)
		if test.id == handmade.API {
			require.Equal(t, test.want != int64(abi.StatusBadPointer), called, name)
		}
	}
}

func TestAKeptResponseIsDroppedWithItsHook(t *testing.T) {
	i := startHandmade(t, handmade.Guest{}, InstanceConfig{Caller: CallerFunc(func(context.Context, abi.Method, []byte) ([]byte, error) {
		return []byte("four"), nil
	})})
	require.EqualValues(t, 4, binary.LittleEndian.Uint64([]byte(hook(t, i, handmade.API, string(handmade.Words(0, 0, 0, 0))))))
	response := hook(t, i, handmade.Take, string(handmade.Words(0, 4)))
	require.Equal(t, int64(abi.StatusInvalid), int64(binary.LittleEndian.Uint64([]byte(response))))
}

func TestAGuestThatLiesAboutItsAnswerIsStopped(t *testing.T) {
	for name, id := range map[string]uint32{"respond": handmade.Respond, "log": handmade.Log} {
		i := startHandmade(t, handmade.Guest{}, InstanceConfig{})
		_, err := i.Hook(t.Context(), id, handmade.Words(0, 1))
		require.NoError(t, err)
		e := hookError(t, t.Context(), i, id, string(handmade.Words(1, math.MaxUint32, math.MaxUint32)))
		require.Equal(t, BadGuest, e.Code, name)
		require.ErrorIs(t, i.Err(), BadGuest)
		require.Equal(t, "hook "+string('0'+rune(id)), e.Op)
	}
}

func TestAGuestThatSpinsIsKilledAndOneThatTrapsIsRetired(t *testing.T) {
	i := startHandmade(t, handmade.Guest{}, InstanceConfig{Grace: 1})
	require.ErrorIs(t, hookError(t, within(t, 10_000_000), i, handmade.Spin, string(handmade.Words())), Killed)
	i = startHandmade(t, handmade.Guest{}, InstanceConfig{})
	require.ErrorIs(t, hookError(t, t.Context(), i, handmade.Trap, string(handmade.Words())), Trap)
	<-i.released
}

// A guest can make the host write gigabytes with one call, by naming the same megabytes thousands of times.
func TestAFloodOfOutputEndsAtTheDeadline(t *testing.T) {
	const pages = 256
	flood := bytes.Repeat(binary.LittleEndian.AppendUint64(nil, (pages<<16-1)<<32), 4000) // from 0, all of the memory
	for name, config := range map[string]InstanceConfig{
		"to the log": {Grace: 1}, "to a writer": {Grace: 1, Stdout: sha256.New()},
	} {
		i := startHandmade(t, handmade.Guest{Memory: pages}, config)
		began := time.Now()
		e := hookError(t, within(t, 50*time.Millisecond), i, handmade.Flood, string(flood))
		require.Equal(t, Killed, e.Code, name)
		require.Less(t, time.Since(began), 20*time.Second, name)
	}
}

func TestAGuestThatBreaksTheABIIsRefused(t *testing.T) {
	for want, h := range map[string]handmade.Guest{
		"exports no function mm_hook":                          {Omit: exportHook},
		"imports evil.f, which no host has":                    {Extra: [3]string{"evil", "f", ":"}},
		"imports mmpy.f, which no host has":                    {Extra: [3]string{abi.HostModule, "f", ":"}},
		"imports mmpy.tick with another":                       {Extra: [3]string{abi.HostModule, "tick", "i:"}},
		"imports mattermost.pluginapi.v1.GetTeam with another": {Extra: [3]string{abi.APIModule, "GetTeam", "ii:I"}},
	} {
		_, err := runtimeOf(t, h)
		require.ErrorIs(t, err, BadGuest, want)
		require.ErrorContains(t, err, want)
	}
	for want, h := range map[string]handmade.Guest{
		"version 9 of the ABI":                              {Version: 9},
		"mm_alloc gives a buffer outside of its memory":     {Alloc: handmade.I32Const(-1)},
		"mm_interrupt_info gives an address outside of its": {Info: handmade.I32Const(-8)},
	} {
		runtime, err := runtimeOf(t, h)
		require.NoError(t, err)
		_, err = newProgram(t, runtime, "").Instantiate(t.Context(), InstanceConfig{})
		require.ErrorIs(t, err, BadGuest, want)
		require.ErrorContains(t, err, want)
	}
	runtime, err := runtimeOf(t, handmade.Guest{Alloc: handmade.I32Const(0)})
	require.NoError(t, err)
	_, err = newProgram(t, runtime, "").Instantiate(t.Context(), InstanceConfig{})
	require.ErrorIs(t, err, OutOfMemory)
}

func TestAMethodThatThisHostDoesNotKnowIsAnsweredSo(t *testing.T) {
	i := startHandmade(t, handmade.Guest{Method: "GetTheFuture"}, InstanceConfig{})
	response := hook(t, i, handmade.API, string(handmade.Words(0, 0, 0, 0)))
	require.Equal(t, int64(abi.StatusUnimplemented), int64(binary.LittleEndian.Uint64([]byte(response))))
}
