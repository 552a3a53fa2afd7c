package server

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	packed "github.com/mmpy/mmpy/internal/bundle"
	"github.com/mmpy/mmpy/internal/manifest"
)

func TestOpen(t *testing.T) {
	dir := writeBundle(t, "print('hi')", []string{"OnDeactivate", "OnActivate"})
	bundle, err := Open(dir)
	require.NoError(t, err)
	defer bundle.Close()
	require.Equal(t, "com.example.test", bundle.ID())
	require.Equal(t, "Test", bundle.Name())
	require.Equal(t, []string{"OnActivate", "OnDeactivate"}, bundle.Hooks())
	source, err := fs.ReadFile(bundle.Files(), "plugin.py")
	require.NoError(t, err)
	require.Equal(t, "print('hi')", string(source))
}

func TestAFolderIsNoBundleForAReason(t *testing.T) {
	_, err := Open(filepath.Join(t.TempDir(), "nowhere"))
	require.ErrorIs(t, err, fs.ErrNotExist)

	_, err = Open(t.TempDir())
	require.ErrorContains(t, err, "has no plugin.json")

	dir := writeBundle(t, "", nil)
	require.NoError(t, os.Remove(filepath.Join(dir, "plugin.py")))
	_, err = Open(dir)
	var mistakes *manifest.Error
	require.ErrorAs(t, err, &mistakes)

	dir = writeBundle(t, "", []string{})
	require.NoError(t, os.WriteFile(filepath.Join(dir, filepath.FromSlash(packed.HooksName)), []byte("{}"), 0o600))
	_, err = Open(dir)
	require.ErrorContains(t, err, "hooks.json")
}

func TestLinksOutOfABundleAreNotFollowed(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(secret, []byte("x"), 0o600))
	dir := writeBundle(t, "", nil)
	require.NoError(t, os.Symlink(secret, filepath.Join(dir, "link")))
	bundle, err := Open(dir)
	require.NoError(t, err)
	defer bundle.Close()
	_, err = fs.ReadFile(bundle.Files(), "link")
	require.Error(t, err)
}

func TestTheBundleIsFoundAroundTheExecutable(t *testing.T) {
	dir := writeBundle(t, "", nil)
	found, err := bundleOf(filepath.Join(dir, "server", "dist", "plugin-linux-amd64"))
	require.NoError(t, err)
	require.Equal(t, dir, found)
}
