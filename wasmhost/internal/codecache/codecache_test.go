package codecache

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func open(t *testing.T, root string) (*Dir, string) {
	t.Helper()
	var log strings.Builder
	d, err := Open(root, []byte("module"), slog.New(slog.NewTextHandler(&log, nil)))
	require.NoError(t, err)
	return d, log.String()
}

// write makes an entry as wazero does.
func write(t *testing.T, d *Dir, name string) string {
	t.Helper()
	dir := filepath.Join(d.Path(), "wazero-v1")
	require.NoError(t, os.MkdirAll(dir, 0o700))
	path := filepath.Join(dir, name)
	require.NoError(t, os.WriteFile(path, []byte("code of "+name), 0o600))
	return path
}

func TestASealedEntryIsKeptAndAnotherIsNot(t *testing.T) {
	root := t.TempDir()
	d, _ := open(t, root)
	require.True(t, d.Empty())
	sealed := write(t, d, "sealed")
	require.NoError(t, d.Seal())
	unsealed := write(t, d, "unsealed")
	temporary := write(t, d, "other.123.tmp")

	d, log := open(t, root)
	require.False(t, d.Empty())
	require.FileExists(t, sealed)
	require.NoFileExists(t, unsealed)
	require.FileExists(t, temporary, "another process may be writing it")
	require.Contains(t, log, "unsealed")
	require.NotContains(t, log, "/sealed")

	require.NoError(t, d.Clear())
	require.NoFileExists(t, sealed)
	d, log = open(t, root)
	require.True(t, d.Empty())
	require.Empty(t, log)
}

func TestWhatLeadsElsewhereOrIsAnothersIsRefused(t *testing.T) {
	attacks := map[string]func(t *testing.T, d *Dir){
		"an entry that is a link": func(t *testing.T, d *Dir) {
			require.NoError(t, os.Symlink("/etc/passwd", write(t, d, "x")+"2"))
		},
		"a folder that is a link": func(t *testing.T, d *Dir) {
			require.NoError(t, os.Symlink(t.TempDir(), filepath.Join(d.Path(), "wazero-v2")))
		},
		"a folder that others may write": func(t *testing.T, d *Dir) {
			require.NoError(t, os.Chmod(filepath.Dir(write(t, d, "x")), 0o770))
		},
		"the module's folder that others may write": func(t *testing.T, d *Dir) {
			require.NoError(t, os.Chmod(d.Path(), 0o702))
		},
	}
	if os.Geteuid() == 0 {
		attacks["a folder of another user"] = func(t *testing.T, d *Dir) {
			require.NoError(t, os.Chown(d.Path(), 12345, 12345))
		}
	}
	for name, attack := range attacks {
		root := t.TempDir()
		d, _ := open(t, root)
		attack(t, d)
		_, err := Open(root, []byte("module"), slog.New(slog.DiscardHandler))
		require.Error(t, err, name)
	}
}

func TestWhatWasNotUsedForLongIsRemoved(t *testing.T) {
	root := t.TempDir()
	old, recent, other := filepath.Join(root, strings.Repeat("a1", 16)), filepath.Join(root, strings.Repeat("b2", 16)), filepath.Join(root, "mine")
	ago := time.Now().Add(-2 * unusedFor)
	for _, dir := range []string{old, recent, other} {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, "wazero-v1"), 0o700))
	}
	d, _ := open(t, root)
	for _, dir := range []string{old, other, d.Path()} {
		require.NoError(t, os.Chtimes(dir, ago, ago))
	}
	open(t, root)
	require.NoDirExists(t, old)
	require.DirExists(t, recent)
	require.DirExists(t, other)
	require.DirExists(t, d.Path())
}
