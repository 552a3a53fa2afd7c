package wasmhost

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/abi"
)

const leaky = `
import json, _mmpy
def work(request):
    answer = _mmpy.call("GetUser", request)
    return json.dumps({"answer": answer.decode(), "list": list(range(100))}).encode()
def fail(request): raise ValueError("x" * 1000)
`

func heap() uint64 {
	for range 2 {
		runtime.GC()
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

func TestTenThousandHooksLeaveNothingBehind(t *testing.T) {
	large := make([]byte, 5000)
	for n := range large {
		large[n] = 'x'
	}
	i := start(t, leaky, InstanceConfig{Caller: CallerFunc(func(_ context.Context, _ abi.Method, request []byte) ([]byte, error) {
		if len(request)%2 == 0 {
			return large, nil // which the guest has to fetch
		}
		return append([]byte(nil), request...), nil
	})})
	run := func(count int) {
		for n := range count {
			_, err := i.Hook(t.Context(), 0, []byte(fmt.Sprint(n)))
			require.NoError(t, err)
			if n%10 == 0 {
				_, err = i.Hook(t.Context(), 1, nil)
				require.ErrorIs(t, err, Exception)
			}
		}
	}
	run(1000)
	guest, host := i.MemorySize(), heap()
	run(10000)
	require.Equal(t, guest, i.MemorySize())
	require.Less(t, int64(heap())-int64(host), int64(64<<10))
}

func TestInstancesGiveEverythingBack(t *testing.T) {
	program := newProgram(t, sharedRuntime(t), leaky)
	answer := CallerFunc(func(context.Context, abi.Method, []byte) ([]byte, error) { return nil, nil })
	cycles := 0
	cycle := func() {
		i, err := program.Instantiate(t.Context(), InstanceConfig{Caller: answer})
		require.NoError(t, err)
		_, err = i.Hook(t.Context(), 0, nil)
		require.NoError(t, err)
		if cycles++; cycles%20 == 1 {
			_, err = i.Hook(t.Context(), 1, nil)
			require.ErrorIs(t, err, Exception)
		}
		require.NoError(t, i.Close(t.Context()))
	}
	for range 3 {
		cycle()
	}
	before, mappings := heap(), mapped(t)
	for range 1000 {
		cycle()
	}
	require.Less(t, int64(heap())-int64(before), int64(256<<10))
	require.InDelta(t, mappings, mapped(t), 50) // threads and the heap have theirs, and come and go
}
