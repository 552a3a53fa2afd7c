package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// variant copies a plugin's folder for a plugin with another id, and that many interpreters. It returns the new folder.
func variant(t *testing.T, folder, id string, instances int) string {
	t.Helper()
	return edited(t, folder, id, map[string]any{"instances": instances})
}

// edited copies a plugin's folder for a plugin with another id, whose manifest says that of Python. It returns the new folder.
func edited(t *testing.T, folder, id string, python map[string]any) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), id)
	require.NoError(t, os.CopyFS(dir, os.DirFS(folder)))
	path := filepath.Join(dir, "plugin.json")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var manifest map[string]any
	require.NoError(t, json.Unmarshal(text, &manifest))
	manifest["id"] = id
	manifest["server"].(map[string]any)["python"] = python
	text, err = json.Marshal(manifest)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, text, 0o644))
	return dir
}
