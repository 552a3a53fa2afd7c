package python_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/python"
	"github.com/mmpy/mmpy/wasmhost"
)

// TestSDK runs the unittest tests of the folder tests in the guest, with warnings as errors.
func TestSDK(t *testing.T) {
	root, err := os.OpenRoot("tests")
	require.NoError(t, err)
	defer root.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	runtime, err := wasmhost.NewRuntime(ctx, wasmhost.NewRuntimeConfig())
	require.NoError(t, err)
	defer func() { require.NoError(t, runtime.Close(context.WithoutCancel(ctx))) }()
	program, err := runtime.NewProgram(wasmhost.ProgramConfig{
		Libraries: map[string]fs.FS{"sdk": python.Files()},
		Files:     root.FS(),
	})
	require.NoError(t, err)

	var output bytes.Buffer
	exitCode, err := program.Main(ctx, wasmhost.InstanceConfig{Stdout: &output, Stderr: &output},
		[]string{"-W", "error", "-m", "unittest", "discover", "-s", "/plugin"})
	require.NoError(t, err, output.String())
	require.Zero(t, exitCode, output.String())
	require.Regexp(t, `Ran \d\d\d tests`, output.String())
}
