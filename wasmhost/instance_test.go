package wasmhost

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/abi"
)

func TestAHookGetsItsRequestAndGivesItsAnswer(t *testing.T) {
	i := start(t, `
def echo(request): return request
def length(request): return str(len(request)).encode()
def nothing(request): return None
`, InstanceConfig{})
	require.Equal(t, "hello", hook(t, i, 0, "hello"))
	require.Equal(t, "", hook(t, i, 0, ""))
	large := bytes.Repeat([]byte("0123456789"), 1<<20)
	require.Equal(t, string(large), hook(t, i, 0, string(large)))
	require.Equal(t, "10485760", hook(t, i, 1, string(large)))
	require.Equal(t, "", hook(t, i, 2, "x"))
}

func TestAnAPICallReachesTheCallerAndItsAnswerTheGuest(t *testing.T) {
	i := start(t, `
import _mmpy
def call(request): return _mmpy.call("GetUser", request)
`, InstanceConfig{Caller: CallerFunc(func(_ context.Context, method abi.Method, request []byte) ([]byte, error) {
		require.Equal(t, abi.GetUser, method)
		return bytes.Repeat(request, 2), nil
	})})
	for _, size := range []int{0, 1, 2047, 2048, 2049, 1 << 20} { // the guest's buffer has 4096 bytes
		request := bytes.Repeat([]byte{'x'}, size)
		require.Equal(t, string(bytes.Repeat(request, 2)), hook(t, i, 0, string(request)), size)
	}
}
