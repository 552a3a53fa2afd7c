package bundle_test

import (
	"bytes"
	_ "embed"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/wasmhost"
)

var (
	//go:embed stdlib.py
	script string
	//go:embed stdlib.txt
	committed string
)

func TestTheModulesArePythonsOwn(t *testing.T) {
	runtime, err := wasmhost.NewRuntime(t.Context(), wasmhost.NewRuntimeConfig().WithLogger(slog.New(slog.DiscardHandler)))
	require.NoError(t, err)
	defer runtime.Close(t.Context())
	program, err := runtime.NewProgram(wasmhost.ProgramConfig{})
	require.NoError(t, err)
	var out bytes.Buffer
	code, err := program.Main(t.Context(), wasmhost.InstanceConfig{Stdout: &out, Stderr: t.Output()}, []string{"-c", script})
	require.NoError(t, err)
	require.Zero(t, code)
	require.Equal(t, out.String(), committed, "go generate ./internal/bundle")
}
