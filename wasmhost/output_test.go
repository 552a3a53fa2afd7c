package wasmhost

import (
	"bytes"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhatAPluginPrintsIsLoggedByLine(t *testing.T) {
	var log logged
	i := start(t, `
import sys, _mmpy
def out(request): print("one\ntwo", 3); print("no newline", end="")
def err(request): sys.stderr.write("oh\n")
def log(request):
    for level in range(0, 7): _mmpy.log(level, f"level {level}")
def long(request): print("x" * 100000)
def odd(request): sys.stdout.buffer.write(b"\xff\r\n\n"); sys.stdout.buffer.flush()
def lone(request): _mmpy.log(2, "\udcff") 
`, InstanceConfig{Log: log.log})
	for id, want := range []string{
		"INFO one\nINFO two 3\nINFO no newline",
		"WARN oh",
		"DEBUG level 0\nDEBUG level 1\nINFO level 2\nWARN level 3\nERROR level 4\nERROR+4 level 5\nERROR+4 level 6",
		"INFO " + strings.Repeat("x", DefaultLogLine) + "… (83616 more bytes)",
		"INFO \uFFFD\nINFO ",
	} {
		log.lines = nil
		hook(t, i, uint32(id), "")
		require.Equal(t, want, log.all())
	}
	require.ErrorIs(t, hookError(t, t.Context(), i, 5, ""), Exception)
}

func TestOutputMayGoElsewhere(t *testing.T) {
	var stdout, stderr bytes.Buffer
	var log logged
	i := start(t, `
import sys
def f(request): print("out"); print("err", file=sys.stderr)
`, InstanceConfig{Log: log.log, Stdout: &stdout, Stderr: &stderr})
	hook(t, i, 0, "")
	require.Equal(t, "out\n", stdout.String())
	require.Equal(t, "err\n", stderr.String())
	require.Empty(t, log.all())
}

func TestAFatalErrorOfPythonIsLogged(t *testing.T) {
	var log logged
	i := start(t, `
import os
def f(request): os.abort()
`, InstanceConfig{Log: log.log})
	require.ErrorIs(t, hookError(t, t.Context(), i, 0, ""), Trap)
	t.Log(log.all())
}

// TestNoTextOfAGuestIsTooLongForItsHost: of each the host keeps the beginning, and no more than that passes through its
// memory.
func TestNoTextOfAGuestIsTooLongForItsHost(t *testing.T) {
	var log logged
	i := start(t, `
import sys, _mmpy
def line(request):
    for _ in range(100):
        sys.stdout.write("x" * 1_000_000)
    sys.stdout.write("\n")
def record(request): _mmpy.log(2, "x" * 60_000_000)
def raising(request): raise ValueError("x" * 30_000_000)
def named(request): raise type("N" * 1_000_000, (Exception,), {})("short")
`, InstanceConfig{Log: log.log, Limits: Limits{Line: 1000}})
	allocated := func(f func()) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}

	require.Less(t, allocated(func() { hook(t, i, 0, "") }), uint64(1<<20))
	require.Equal(t, "INFO "+strings.Repeat("x", 1000)+"… (99999000 more bytes)", log.all())

	log.lines = nil
	require.Less(t, allocated(func() { hook(t, i, 1, "") }), uint64(1<<20))
	require.Equal(t, "INFO "+strings.Repeat("x", 1000)+"… (59999000 more bytes)", log.all())

	var failure *Error
	require.ErrorAs(t, hookError(t, t.Context(), i, 2, ""), &failure)
	require.Equal(t, strings.Repeat("x", maxExceptionText)+"… (29737856 more bytes)", failure.Message)
	require.Less(t, len(failure.Traceback), maxExceptionText+100)
	require.Contains(t, failure.Traceback, "in raising\n")

	require.ErrorAs(t, hookError(t, t.Context(), i, 3, ""), &failure)
	require.Less(t, len(failure.Type), maxExceptionName+100)
	require.Equal(t, "short", failure.Message)
}
