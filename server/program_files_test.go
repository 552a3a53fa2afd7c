package server

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAPluginSeesTheSameFilesPackedAndUnpacked(t *testing.T) {
	source := writeBundle(t, "print('hi')", nil)
	unpacked := writeBundle(t, "print('hi')", []string{"OnActivate"})
	add := func(dir, name, text string) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	for _, dir := range []string{source, unpacked} {
		add(dir, "lib/words/__init__.py", "WORDS = ()")
	}
	for _, name := range []string{".env", ".git/config", "__pycache__/plugin.cpython-313.pyc", "lib/words/__pycache__/__init__.cpython-313.pyc", "lib/x.pyc"} {
		add(source, name, "secret")
	}
	add(unpacked, "server/dist/plugin-linux-amd64", "\x7fELF")
	add(unpacked, "mmpy/policy.yaml", "{}")
	manifest, err := os.ReadFile(filepath.Join(unpacked, "plugin.json"))
	require.NoError(t, err)
	rewritten := strings.Replace(string(manifest), `"executable": "plugin.py"`,
		`"python": {"entry_point": "plugin.py"}, "executables": {"linux-amd64": "server/dist/plugin-linux-amd64"}`, 1)
	require.NotEqual(t, rewritten, string(manifest))
	add(unpacked, "plugin.json", rewritten)

	views := make([]map[string]string, 2)
	digests := make([]string, 2)
	for n, dir := range []string{source, unpacked} {
		bundle, err := Open(dir)
		require.NoError(t, err)
		defer bundle.Close()
		seen := bundle.program()
		opened, err := seen.Open(".")
		require.NoError(t, err)
		_, lists := opened.(fs.ReadDirFile)
		require.False(t, lists)
		require.NoError(t, opened.Close())
		views[n] = map[string]string{}
		require.NoError(t, fs.WalkDir(seen, ".", func(name string, entry fs.DirEntry, err error) error {
			require.NoError(t, err)
			if entry.IsDir() {
				views[n][name] = "a folder"
				return nil
			}
			content, err := fs.ReadFile(seen, name)
			views[n][name] = string(content)
			return err
		}))
		for _, hidden := range []string{".env", "__pycache__/plugin.cpython-313.pyc", "lib/x.pyc", "mmpy", "mmpy/hooks.json", "mmpy/policy.yaml", "server", "server/dist/plugin-linux-amd64", "../x"} {
			_, err := fs.Stat(seen, hidden)
			require.Error(t, err, hidden)
			_, err = seen.Open(hidden)
			require.Error(t, err, hidden)
			_, err = fs.ReadFile(seen, hidden)
			require.Error(t, err, hidden)
		}
		digest, err := seen.(programFiles).Digest()
		require.NoError(t, err)
		digests[n] = string(digest)
	}
	require.Equal(t, views[0], views[1])
	require.Equal(t, digests[0], digests[1])
	require.Contains(t, views[0]["plugin.json"], `"executable":"plugin.py"`)
	require.Len(t, views[0], 6)
}
