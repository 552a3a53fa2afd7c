package hostile

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/hostile"
	"github.com/mmpy/mmpy/wasmhost"
	"github.com/mmpy/mmpy/wasmhost/internal/handmade"
)

// logOf runs a handmade guest with a cache, and gives what the host has to say of it.
func logOf(t *testing.T, dir string, g handmade.Guest) string {
	t.Helper()
	var log strings.Builder
	r, err := wasmhost.NewRuntime(t.Context(), wasmhost.NewRuntimeConfig().WithCacheDir(dir).
		WithLogger(slog.New(slog.NewTextHandler(&log, nil))).WithInterpreter(g.Wasm(), nil))
	require.NoError(t, err)
	i, err := program(t, r, "").Instantiate(t.Context(), wasmhost.InstanceConfig{})
	require.NoError(t, err)
	_, err = i.Hook(t.Context(), handmade.Log, handmade.Words(1, 0, 0))
	require.NoError(t, err)
	require.NoError(t, r.Close(t.Context()))
	return log.String()
}

// codeIn is the one file with compiled code in a cache.
func codeIn(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.code"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	return files[0]
}

func TestHostileCache(t *testing.T) {
	row := func(name string, spoil func(t *testing.T, dir string), want string) {
		hostile.Attack(t, "Cache", name, "made anew, or not used", func(t *testing.T) string {
			dir := filepath.Join(t.TempDir(), "cache")
			require.Contains(t, logOf(t, dir, handmade.Guest{}), "compiling")
			require.Empty(t, logOf(t, dir, handmade.Guest{}), "it comes from the cache")
			spoil(t, dir)
			log := logOf(t, dir, handmade.Guest{})
			require.Contains(t, log, want)
			require.Contains(t, log, "compiling")
			return want
		})
	}
	content := func(change func([]byte) []byte) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			file := codeIn(t, dir)
			code, err := os.ReadFile(file)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(file, change(code), 0o600))
		}
	}
	flip := func(at func(size int) int) func([]byte) []byte {
		return func(code []byte) []byte {
			code[at(len(code))] ^= 1
			return code
		}
	}
	row("a flipped bit at the beginning", content(flip(func(int) int { return 0 })), "damaged")
	row("a flipped bit in the middle", content(flip(func(size int) int { return size / 2 })), "damaged")
	row("a flipped bit at the end", content(flip(func(size int) int { return size - 1 })), "damaged")
	row("truncated", content(func(code []byte) []byte { return code[:len(code)/2] }), "damaged")
	row("empty", content(func([]byte) []byte { return nil }), "damaged")
	row("something behind it", content(func(code []byte) []byte { return append(code, "more"...) }), "damaged")
	row("another guest's code in its place", func(t *testing.T, dir string) {
		other := filepath.Join(t.TempDir(), "other")
		logOf(t, other, handmade.Guest{Memory: 2})
		code, err := os.ReadFile(codeIn(t, other))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(codeIn(t, dir), code, 0o600))
	}, "cannot be used here")
	row("a folder that others can write to", func(t *testing.T, dir string) {
		require.NoError(t, os.Chmod(dir, 0o777))
	}, "can be written by other users")
	row("a symbolic link to a folder", func(t *testing.T, dir string) {
		require.NoError(t, os.Rename(dir, dir+"-real"))
		require.NoError(t, os.Symlink(dir+"-real", dir))
	}, "is a symbolic link")
	row("a folder of another user's", func(t *testing.T, dir string) {
		if err := os.Chown(dir, 65534, 65534); errors.Is(err, os.ErrPermission) {
			t.Skip("only root can give a folder away")
		}
	}, "belongs to another user")
	snapshots(t)
	diskFull(t)
}

// snapshots are those that a bundle brings along, for a program of Python's.
func snapshots(t *testing.T) {
	source := "def attack(request): return 'made anew'\n# " + t.Name()
	var good bytes.Buffer
	require.NoError(t, program(t, of(t, attackers), source).WriteSnapshot(t.Context(), &good))
	var foreign bytes.Buffer
	require.NoError(t, program(t, of(t, attackers), "def attack(request): return 'FOREIGN'").WriteSnapshot(t.Context(), &foreign))
	flipped := bytes.Clone(good.Bytes())
	flipped[len(flipped)/2] ^= 1
	for name, image := range map[string][]byte{
		"a snapshot with a flipped bit": flipped, "a snapshot cut in half": good.Bytes()[:good.Len()/2], "an empty snapshot": nil,
		"a snapshot of another program": foreign.Bytes(), "a snapshot that is none": []byte("#!/bin/sh\n"),
	} {
		hostile.Attack(t, "Cache", name, "made anew, or not used", func(t *testing.T) string {
			file := filepath.Join(t.TempDir(), "snapshot")
			require.NoError(t, os.WriteFile(file, image, 0o600))
			p, err := of(t, attackers).NewProgram(wasmhost.ProgramConfig{Files: filesOf(source), Entry: "entry", Snapshot: file})
			require.NoError(t, err)
			i, err := p.Instantiate(t.Context(), wasmhost.InstanceConfig{})
			require.NoError(t, err)
			answer, err := i.Hook(t.Context(), 0, nil)
			require.NoError(t, i.Close(t.Context()))
			return attack{want: []string{"made anew"}}.judge(t, outcomeOf(answer, err))
		})
	}
}
