package nativecode

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tetratelabs/wazero"
)

// answer exports f, which gives 42, and a memory; its data is "data" at 8.
var answer = []byte("\x00asm\x01\x00\x00\x00" +
	"\x01\x05\x01\x60\x00\x01\x7f" + // type: () -> i32
	"\x03\x02\x01\x00" + // one function of it
	"\x05\x03\x01\x00\x01" + // a memory of a page
	"\x07\x0e\x02\x01f\x00\x00\x06memory\x02\x00" + // exports
	"\x0a\x06\x01\x04\x00\x41\x2a\x0b" + // i32.const 42
	"\x0b\x0a\x01\x00\x41\x08\x0b\x04data" +
	"\x00\x05\x04name")

// withEngine calls f with an engine and its feed.
func withEngine(t *testing.T, f func(engine wazero.Runtime, feed *Feed)) {
	t.Helper()
	feed, err := NewFeed(t.TempDir())
	require.NoError(t, err)
	ctx := context.Background()
	engine := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().WithCompilationCache(feed.Cache()))
	f(engine, feed)
	require.NoError(t, errors.Join(engine.Close(ctx), feed.Cache().Close(ctx), feed.Close()))
	_, err = os.Stat(feed.path)
	require.ErrorIs(t, err, os.ErrNotExist)
}

func makeCode(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "code")
	withEngine(t, func(engine wazero.Runtime, feed *Feed) {
		file, err := os.Create(path)
		require.NoError(t, err)
		_, err = Make(t.Context(), engine, feed, "answer", answer, file)
		require.NoError(t, errors.Join(err, file.Close()))
	})
	return path
}

func TestAShellRunsTheModulesCode(t *testing.T) {
	path := makeCode(t)
	withEngine(t, func(engine wazero.Runtime, feed *Feed) {
		code, err := Open(path, "answer", feed)
		require.NoError(t, err)
		defer code.Close()
		for _, whole := range []bool{false, true} {
			compiled, err := code.CompileShell(t.Context(), engine, feed)
			if whole {
				compiled, err = code.CompileWhole(t.Context(), engine, feed, answer)
			}
			require.NoError(t, err)
			module, err := engine.InstantiateModule(t.Context(), compiled, wazero.NewModuleConfig().WithName(""))
			require.NoError(t, err)
			result, err := module.ExportedFunction("f").Call(t.Context())
			require.NoError(t, err)
			require.Equal(t, []uint64{42}, result)
			data, ok := module.Memory().Read(8, 4)
			require.True(t, ok)
			require.Equal(t, whole, string(data) == "data", "%q", data)
			require.NoDirExists(t, feed.path, "it is there only while it is used")
		}
	})
}

func TestCodeOfSomethingElse(t *testing.T) {
	path := makeCode(t)
	withEngine(t, func(engine wazero.Runtime, feed *Feed) {
		_, err := Open(path, "question", feed)
		require.ErrorIs(t, err, ErrOther)
		feed.maker = "wazero-of-tomorrow"
		_, err = Open(path, "answer", feed)
		require.ErrorIs(t, err, ErrOther)
	})
	// Another processor: wazero asks for an entry of another name, and would run the shell's own functions.
	withEngine(t, func(engine wazero.Runtime, feed *Feed) {
		code, err := Open(path, "answer", feed)
		require.NoError(t, err)
		defer code.Close()
		name := code.header.Shell
		code.header.Shell = "0" + name[1:]
		if code.header.Shell == name {
			code.header.Shell = "1" + name[1:]
		}
		_, err = code.CompileShell(t.Context(), engine, feed)
		require.ErrorIs(t, err, ErrOther)
		code.header.Shell = name
		compiled, err := code.CompileShell(t.Context(), engine, feed)
		require.NoError(t, err)
		module, err := engine.InstantiateModule(t.Context(), compiled, wazero.NewModuleConfig())
		require.NoError(t, err)
		result, err := module.ExportedFunction("f").Call(t.Context())
		require.NoError(t, err, "what was compiled for the wrong name is not used")
		require.Equal(t, []uint64{42}, result)
	})
}

func TestWhatHasNoShell(t *testing.T) {
	for name, module := range map[string][]byte{
		"nothing":        nil,
		"no module":      []byte("something else"),
		"cut off":        answer[:len(answer)-3],
		"passive data":   append(answer[:len(answer)-19:len(answer)-19], "\x0b\x07\x01\x01\x04data"...),
		"data cut off":   append(answer[:len(answer)-19:len(answer)-19], "\x0b\x06\x01\x00\x41\x08\x0b\x04"...),
		"no data at all": append(answer[:len(answer)-19:len(answer)-19], "\x0b\x01\x01"...),
	} {
		_, err := Shell(module)
		require.Error(t, err, name)
	}
}
