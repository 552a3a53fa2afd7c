package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = "../../.."

// A guard whose line has changed is one that nobody disables any more.
func TestEachGuardIsWhereItsEntrySays(t *testing.T) {
	names := map[string]bool{}
	for _, g := range guards {
		require.False(t, names[g.name], "%s is there twice", g.name)
		names[g.name] = true
		source, err := os.ReadFile(filepath.Join(root, g.file))
		require.NoError(t, err, g.name)
		require.Equal(t, 1, strings.Count(string(source), g.old), "%s: how often %s has %q", g.name, g.file, g.old)
		require.NotEqual(t, g.old, g.new, g.name)
		require.DirExists(t, filepath.Join(root, g.pkg), g.name)
		for part := range strings.SplitSeq(g.run, "/") {
			_, err := regexp.Compile(part)
			require.NoError(t, err, g.name)
		}
	}
}
