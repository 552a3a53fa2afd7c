package python_test

import (
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/python"
)

func TestSourcesAreTheWholeSDKAndNothingElse(t *testing.T) {
	onDisk := list(t, os.DirFS("."), func(name string) bool {
		return (path.Ext(name) == ".py" || path.Base(name) == "py.typed") &&
			!strings.HasPrefix(name, "tests/") && !strings.HasPrefix(name, "internal/")
	})
	all := func(string) bool { return true }
	require.Equal(t, onDisk, list(t, python.Sources(), all))
	require.Equal(t, onDisk, list(t, python.Files(), all))
}

func TestFilesHoldBytecodeWherePythonLooksForIt(t *testing.T) {
	source := "mattermost_plugin/_internal/guest.py"
	content, err := fs.ReadFile(python.Files(), source)
	require.NoError(t, err)
	require.Contains(t, string(content), "def load(")

	compiled, err := fs.ReadFile(python.Files(), "mattermost_plugin/_internal/__pycache__/guest.cpython-313.pyc")
	require.NoError(t, err)
	require.Contains(t, string(compiled), "load")

	_, err = fs.ReadFile(python.Files(), "mattermost_plugin/__pycache__/missing.cpython-313.pyc")
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func list(t *testing.T, files fs.FS, take func(name string) bool) []string {
	t.Helper()
	var names []string
	require.NoError(t, fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && take(name) {
			names = append(names, name)
		}
		return err
	}))
	return names
}
