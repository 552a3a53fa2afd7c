package hostile

import (
	"context"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/wasmhost"
)

// handmadeRuntime runs another interpreter than Python's.
func handmadeRuntime(t *testing.T, wasm []byte) *wasmhost.Runtime {
	t.Helper()
	r, err := wasmhost.NewRuntime(context.Background(), wasmhost.NewRuntimeConfig().WithoutCache().
		WithLogger(slog.New(slog.DiscardHandler)).WithInterpreter(wasm, nil))
	require.NoError(t, err)
	return r
}
