package wasmhost

import (
	"bytes"
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
		"INFO " + strings.Repeat("x", maxLine) + "… (83616 more bytes)",
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
