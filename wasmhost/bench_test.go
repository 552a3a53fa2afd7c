package wasmhost

import (
	"bytes"
	"context"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/abi"
)

func BenchmarkNewRuntime(b *testing.B) {
	b.Run("cached", func(b *testing.B) {
		sharedRuntime(b)
		for b.Loop() {
			runtime, err := NewRuntime(b.Context(), NewRuntimeConfig())
			require.NoError(b, err)
			require.NoError(b, runtime.Close(b.Context()))
		}
	})
	b.Run("not cached", func(b *testing.B) {
		for b.Loop() {
			runtime, err := NewRuntime(b.Context(), NewRuntimeConfig().WithoutCache())
			require.NoError(b, err)
			require.NoError(b, runtime.Close(b.Context()))
		}
	})
}

func BenchmarkInstantiate(b *testing.B) {
	program, err := sharedRuntime(b).NewProgram(ProgramConfig{
		Files: files("load = lambda argument: b''\ndispatch = lambda id, request: request"), Entry: "main",
	})
	require.NoError(b, err)
	for b.Loop() {
		i, err := program.Instantiate(b.Context(), InstanceConfig{})
		require.NoError(b, err)
		require.NoError(b, i.Close(b.Context()))
	}
}

func BenchmarkHook(b *testing.B) {
	program, err := sharedRuntime(b).NewProgram(ProgramConfig{
		Files: files("load = lambda argument: b''\ndispatch = lambda id, request: request"), Entry: "main",
	})
	require.NoError(b, err)
	i, err := program.Instantiate(b.Context(), InstanceConfig{})
	require.NoError(b, err)
	defer i.Close(context.Background())
	deadline, cancel := context.WithTimeout(b.Context(), DefaultGrace*1000)
	defer cancel()
	for _, size := range []int{0, 250, 4096, 60000} {
		request := bytes.Repeat([]byte{'x'}, size)
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := i.Hook(deadline, 0, request); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// An API call from Python, without the hook around it.
func BenchmarkAPICall(b *testing.B) {
	const calls = 1000
	for _, size := range []int{0, 250, 4096, 60000} {
		response := bytes.Repeat([]byte{'x'}, size)
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			program, err := sharedRuntime(b).NewProgram(ProgramConfig{Files: files(`
from _mmpy import call
load = lambda argument: b''
def dispatch(id, request):
    for _ in range(id): call("GetUser", request)
`), Entry: "main"})
			require.NoError(b, err)
			i, err := program.Instantiate(b.Context(), InstanceConfig{Caller: CallerFunc(
				func(context.Context, abi.Method, []byte) ([]byte, error) { return response, nil })})
			require.NoError(b, err)
			defer i.Close(context.Background())
			deadline, cancel := context.WithTimeout(b.Context(), DefaultGrace*1000)
			defer cancel()
			request := bytes.Repeat([]byte{'x'}, 26)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := i.Hook(deadline, calls, request); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/calls, "ns/call")
		})
	}
}
