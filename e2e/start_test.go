package e2e

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Where a bundle has what saves time at the start.
const (
	codeFile     = "mmpy/python.code"
	snapshotFile = "mmpy/plugin.snapshot"
)

func TestAPluginStartsWithWhatItsBundleBrings(t *testing.T) {
	id := install(t, "testdata/plugins/mishaps")
	channel := newChannel(t)
	before := cached(t)
	starts := func(t *testing.T, start func()) {
		t.Helper()
		from := server.Log.Len()
		start()
		process := pluginProcess(t, id)
		ready := waitSaid(t, from, id, "mishaps is ready")
		require.Equal(t, "hello [mishaps]", say(t, channel, "hello"))
		for _, entry := range server.Log.Since(from) {
			for _, slow := range []string{"compiling", "compiled code", "snapshot", "loaded by each instance"} {
				require.False(t, entry.Contains(id) && entry.Contains(slow), "%s", entry)
			}
		}
		require.Equal(t, before, cached(t), "nothing had to be made")
		mapped := mappedFiles(t, process)
		for _, file := range []string{codeFile, snapshotFile} {
			require.True(t, slices.ContainsFunc(mapped, func(path string) bool { return strings.HasSuffix(path, id+"/"+file) }),
				"the bundle's %s is mapped; there are %q", file, mapped)
		}
		t.Logf("%v from the start of the process to the end of OnActivate", ready.Time.Sub(startOf(t, process)).Round(10*time.Millisecond))
	}
	t.Run("when it is enabled", func(t *testing.T) { starts(t, func() { enableRunning(t, id) }) })
	t.Run("when the server starts", func(t *testing.T) {
		starts(t, func() {
			began := time.Now()
			require.NoError(t, server.Restart(testContext(t)))
			t.Logf("the server started again in %v", time.Since(began).Round(time.Millisecond))
		})
	})
}

func TestAPluginStartsWithADamagedBundle(t *testing.T) {
	showLog(t)
	manifest, bundle := pack(t, "testdata/plugins/mishaps")
	for _, damaged := range []struct{ file, complaint, made string }{
		{snapshotFile, "the snapshot is damaged, and will be made anew", ".snapshot"},
		{codeFile, "compiled code is damaged and will be made anew", ".code"},
	} {
		t.Run(damaged.file, func(t *testing.T) {
			id, channel, before := manifest.Id, newChannel(t), cached(t)
			upload(t, id, withFlippedBit(t, bundle, id+"/"+damaged.file))
			start := func() (took time.Duration) {
				from := server.Log.Len()
				enableRunning(t, id)
				process := pluginProcess(t, id)
				complaint := waitSaid(t, from, id, damaged.complaint)
				require.Equal(t, "warn", complaint.Level)
				ready := waitSaid(t, from, id, "mishaps is ready")
				require.Equal(t, "hello [mishaps]", say(t, channel, "hello"))
				require.True(t, slices.ContainsFunc(mappedFiles(t, process), func(path string) bool {
					return strings.HasPrefix(path, server.CacheFolder()) && strings.HasSuffix(path, damaged.made)
				}), "what was made anew, in the user's cache, is mapped")
				return ready.Time.Sub(startOf(t, process)).Round(10 * time.Millisecond)
			}
			first := start()
			made := slices.DeleteFunc(cached(t), func(name string) bool { return slices.Contains(before, name) })
			require.Len(t, made, 1)
			require.Equal(t, damaged.made, filepath.Ext(made[0]))
			disable(t, id)
			t.Logf("%v from the start of the process to the end of OnActivate, and %v the next time", first, start())
		})
	}
}

// cached lists what plugins keep in the cache of the server's user.
func cached(t *testing.T) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(server.CacheFolder())
	if !errors.Is(err, os.ErrNotExist) {
		require.NoError(t, err)
	}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

// withFlippedBit copies a bundle, with another bit in the middle of that file. It returns the path of the copy.
func withFlippedBit(t *testing.T, bundle, name string) string {
	t.Helper()
	return withChanged(t, bundle, name, func(content []byte) []byte {
		content[len(content)/2] ^= 1
		return content
	})
}

// withChanged copies a bundle with another content of that file. It returns the path of the copy.
func withChanged(t *testing.T, bundle, name string, change func([]byte) []byte) string {
	t.Helper()
	in, err := os.Open(bundle)
	require.NoError(t, err)
	defer func() { _ = in.Close() }()
	decompressed, err := gzip.NewReader(in)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "changed.tar.gz")
	out, err := os.Create(path)
	require.NoError(t, err)
	compressed, err := gzip.NewWriterLevel(out, gzip.BestSpeed)
	require.NoError(t, err)
	from, to, found := tar.NewReader(decompressed), tar.NewWriter(compressed), false
	for {
		header, err := from.Next()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		content, err := io.ReadAll(from)
		require.NoError(t, err)
		if header.Name == name {
			content, found = change(content), true
			header.Size = int64(len(content))
		}
		require.NoError(t, to.WriteHeader(header))
		_, err = to.Write(content)
		require.NoError(t, err)
	}
	require.True(t, found, "%s in the bundle", name)
	require.NoError(t, errors.Join(to.Close(), compressed.Close(), out.Close()))
	return path
}
