package wasmhost

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/abi"
)

const requesting = `
import _mmpy
def call(request):
    try:
        return _mmpy.call("http_request", request)
    except _mmpy.StatusError as error:
        return f"{error.method} {error.status}".encode()
def submit(request):
    wanted = [_mmpy.submit("http_request", b"%d" % n) for n in range(int(request))]
    tickets, answers = list(wanted), {}
    while tickets:
        for ticket in _mmpy.wait(tickets, None):
            answers[ticket] = _mmpy.collect(ticket)
            tickets.remove(ticket)
    return b" ".join(answers[ticket] for ticket in wanted)
def listed(request):
    return str("http_request" in _mmpy.METHODS).encode()
`

func TestHTTPRequestsAreCalledAndSubmittedAsMethodsAre(t *testing.T) {
	var log logged
	i := start(t, requesting, InstanceConfig{
		Caller: CallerFunc(func(context.Context, abi.Method, []byte) ([]byte, error) {
			return nil, errors.New("no method was called")
		}),
		Log: log.log,
		HTTP: func(_ context.Context, request []byte) ([]byte, error) {
			switch text := string(request); text {
			case "denied":
				return nil, fmt.Errorf("wrapped: %w", abi.StatusDenied)
			case "panic":
				panic("at the disco")
			case "long":
				return []byte(strings.Repeat("x", 100_000)), nil
			default:
				return []byte("a" + text), nil
			}
		},
	})
	require.Equal(t, "aquestion", hook(t, i, 0, "question"))
	require.Len(t, hook(t, i, 0, "long"), 100_000)
	require.Equal(t, "a0 a1 a2", hook(t, i, 1, "3"))
	require.Equal(t, "http_request -1", hook(t, i, 0, "denied"))
	require.Equal(t, "http_request -7", hook(t, i, 0, "panic"))
	require.Contains(t, log.all(), "ERROR http_request: panic: at the disco")
	require.Equal(t, "False", hook(t, i, 2, ""), "it is no method of the API")
}

func TestWithoutANetworkThereIsNone(t *testing.T) {
	i := start(t, requesting, InstanceConfig{})
	require.Equal(t, "http_request -6", hook(t, i, 0, "question"))
}
