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

func TestFilesHoldTheWholeSDKAndNothingElse(t *testing.T) {
	onDisk := os.DirFS(".")
	isSDK := func(name string) bool {
		return (path.Ext(name) == ".py" || path.Base(name) == "py.typed") && !strings.HasPrefix(name, "tests/")
	}
	require.Equal(t, list(t, onDisk, isSDK), list(t, python.Files(), func(string) bool { return true }))
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
