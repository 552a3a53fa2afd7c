package server

import (
	"errors"
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
	bundle, err := Open(dir)
	require.NoError(t, err)
	defer bundle.Close()
	require.NoError(t, os.Remove(filepath.Join(dir, "plugin.py")))
	require.NoError(t, os.Symlink(secret, filepath.Join(dir, "plugin.py")))
	_, err = fs.ReadFile(bundle.Files(), "plugin.py")
	require.Error(t, err)
	_, err = fs.ReadFile(bundle.program(), "plugin.py")
	require.Error(t, err)
}

func TestAFolderWithWhatCannotBeInABundleIsNotOpened(t *testing.T) {
	for name, test := range map[string]struct {
		add  func(dir string) error
		want string
	}{
		"a link": {func(dir string) error { return os.Symlink("plugin.py", filepath.Join(dir, "link")) }, "link: a link cannot be in a bundle: only files and folders can"},
		"a manifest that links": {func(dir string) error {
			return errors.Join(os.Rename(filepath.Join(dir, "plugin.json"), filepath.Join(dir, "x")), os.Symlink("x", filepath.Join(dir, "plugin.json")))
		}, "plugin.json: a link cannot be in a bundle"},
		"a module of Python's": {func(dir string) error { return os.WriteFile(filepath.Join(dir, "json.py"), nil, 0o600) }, "json.py: this would be the module json, which is Python's own"},
		"setuid": {func(dir string) error {
			return errors.Join(os.WriteFile(filepath.Join(dir, "x"), nil, 0o600), os.Chmod(filepath.Join(dir, "x"), 0o700|fs.ModeSetuid))
		}, "x: a file with the setuid, setgid or sticky bit"},
		"a list without end": {func(dir string) error {
			return errors.Join(os.MkdirAll(filepath.Join(dir, packed.Own), 0o700), os.WriteFile(filepath.Join(dir, packed.HooksName), make([]byte, 2<<20), 0o600))
		}, "hooks.json: it has 2097152 bytes: at most 1048576 are allowed"},
		"an id that is a path": {func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "plugin.json"), []byte(`{"id": "...", "name": "x", "server": {"runtime": "python", "executable": "plugin.py"}}`), 0o600)
		}, `plugin.json: id: "..." is not allowed`},
	} {
		t.Run(name, func(t *testing.T) {
			dir := writeBundle(t, "", nil)
			require.NoError(t, test.add(dir))
			_, err := Open(dir)
			require.ErrorContains(t, err, test.want)
			require.ErrorContains(t, err, dir)
		})
	}
}

func TestTheBundleIsFoundAroundTheExecutable(t *testing.T) {
	dir := writeBundle(t, "", nil)
	found, err := bundleOf(filepath.Join(dir, "server", "dist", "plugin-linux-amd64"))
	require.NoError(t, err)
	require.Equal(t, dir, found)
}
