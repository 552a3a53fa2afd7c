package cpython_test

import (
	"archive/zip"
	"bytes"
	"context"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/pyodide-build/cpython"
	"github.com/mmpy/mmpy/pyodide-build/recipe"
)

// fact returns the values that BUILDINFO gives for a word.
func fact(t *testing.T, word string) []string {
	t.Helper()
	for line := range strings.Lines(cpython.BuildInfo()) {
		if f := strings.Fields(line); f[0] == word {
			return f[1:]
		}
	}
	require.Failf(t, "missing", "BUILDINFO has no line %s", word)
	return nil
}

func TestTheArtefactIsBuiltFromTheFilesOfThisRepository(t *testing.T) {
	inputs, err := recipe.Inputs(os.DirFS("../.."))
	require.NoError(t, err)
	require.Equal(t, []string{inputs}, fact(t, "inputs"),
		"the guest's sources or its build have changed since the interpreter was built: run make runtime")
}

func TestTheVersionIsThePinnedOne(t *testing.T) {
	lock, err := os.ReadFile("../sources.lock")
	require.NoError(t, err)
	archives, err := recipe.ParseLock(lock)
	require.NoError(t, err)
	require.Equal(t, "python3.13", archives[0].Name)
	require.Equal(t, cpython.Version, archives[0].Version)
}

func TestTheModuleImportsTheContractAndNothingElse(t *testing.T) {
	wasm, err := cpython.Wasm()
	require.NoError(t, err)
	module, err := recipe.Inspect(context.Background(), wasm)
	require.NoError(t, err)

	modules := slices.Sorted(maps.Keys(module.Imports))
	require.Equal(t, []string{abi.APIModule, abi.HostModule, "wasi_snapshot_preview1"}, modules)
	var methods []string
	for _, method := range abi.Methods {
		methods = append(methods, method.Name)
	}
	slices.Sort(methods)
	require.Equal(t, methods, module.Imports[abi.APIModule])
	require.Equal(t, []string{
		"alarm", "collect", "complete", "defer", "forget", "http_request", "log", "over", "respond", "stream_close", "stream_control",
		"stream_pipe", "stream_read", "stream_write", "take", "tick", "wait",
	}, module.Imports[abi.HostModule])
	require.Equal(t, []string{
		"_initialize", "mm_abi_version", "mm_alloc", "mm_freeze", "mm_hook", "mm_init", "mm_interrupt_info", "mm_load", "mm_main",
		"mm_thaw", "mm_wake",
	}, module.Exports)
}

func TestTheLibraryIsBytecodeThatImportsWithoutUnpacking(t *testing.T) {
	stdlib, err := cpython.Stdlib()
	require.NoError(t, err)
	archive, err := zip.NewReader(bytes.NewReader(stdlib), int64(len(stdlib)))
	require.NoError(t, err)
	for _, file := range archive.File {
		require.Equal(t, zip.Store, file.Method, file.Name)
		require.True(t, strings.HasSuffix(file.Name, ".pyc"), file.Name)
	}
	for _, name := range []string{
		"asyncio/__init__.pyc", "dataclasses.pyc", "doctest.pyc", "email/message.pyc", "encodings/utf_8.pyc", "http/client.pyc",
		"json/decoder.pyc", "logging/handlers.pyc", "pdb.pyc", "sqlite3/dbapi2.pyc", "unittest/mock.pyc", "urllib/parse.pyc",
		"wsgiref/simple_server.pyc", "xml/etree/ElementTree.pyc", "zoneinfo/_zoneinfo.pyc",
	} {
		_, err := archive.Open(name)
		require.NoError(t, err)
	}
	for _, name := range []string{"test/support/__init__.pyc", "idlelib/idle.pyc", "tkinter/__init__.pyc", "ensurepip/__init__.pyc"} {
		_, err := archive.Open(name)
		require.ErrorIs(t, err, os.ErrNotExist)
	}
}
