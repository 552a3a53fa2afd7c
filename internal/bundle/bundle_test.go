package bundle_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/bundle"
	"github.com/mmpy/mmpy/internal/manifest"
)

const pluginJSON = `{"id": "com.example.hello", "name": "Hello", "version": "0.1.0",
  "server": {"runtime": "python", "executable": "plugin.py"}}`

func files() fstest.MapFS {
	return fstest.MapFS{
		"plugin.json":      {Data: []byte(pluginJSON)},
		"plugin.py":        {Data: []byte("print('hello')\n"), Mode: 0o600, ModTime: time.Now()},
		"lib/words.py":     {Data: []byte("WORDS = ()\n"), Mode: 0o777},
		"assets/icon.svg":  {Data: []byte("<svg/>")},
		"test_plugin.py":   {Data: []byte("import unittest\n")},
		"requirements.txt": {},
	}
}

func plugin(t *testing.T, dir string, fsys fs.FS) *bundle.Plugin {
	t.Helper()
	m, err := manifest.Read(dir, fsys)
	require.NoError(t, err)
	executable, err := fstest.MapFS{"mmpy": {Data: []byte("\x7fELF")}}.Open("mmpy")
	require.NoError(t, err)
	return &bundle.Plugin{
		Dir: dir, Files: fsys, Manifest: m, Hooks: []string{"OnDeactivate", "OnActivate"},
		Platform: "linux-amd64", Executable: executable,
	}
}

type entry struct {
	mode    int64
	content string
}

// unpack reads an archive; folders have no content.
func unpack(t *testing.T, packed []byte) (names []string, entries map[string]entry) {
	t.Helper()
	compressed, err := gzip.NewReader(bytes.NewReader(packed))
	require.NoError(t, err)
	archive := tar.NewReader(compressed)
	entries = map[string]entry{}
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return names, entries
		}
		require.NoError(t, err)
		require.Contains(t, []byte{tar.TypeReg, tar.TypeDir}, header.Typeflag)
		require.Equal(t, 1980, header.ModTime.UTC().Year())
		content, err := io.ReadAll(archive)
		require.NoError(t, err)
		names = append(names, header.Name)
		entries[header.Name] = entry{header.Mode, string(content)}
	}
}

func TestABundleHoldsThePluginMmpyAndTheHooks(t *testing.T) {
	p := plugin(t, "hello", files())
	require.Equal(t, "com.example.hello-0.1.0-linux-amd64.tar.gz", p.Name())
	var packed bytes.Buffer
	written, err := p.Write(&packed)
	require.NoError(t, err)
	require.Equal(t, []string{"assets/icon.svg", "lib/words.py", "plugin.json", "plugin.py", "requirements.txt", "test_plugin.py"}, written)

	names, entries := unpack(t, packed.Bytes())
	require.Equal(t, []string{
		"com.example.hello/",
		"com.example.hello/plugin.json",
		"com.example.hello/mmpy/",
		"com.example.hello/mmpy/hooks.json",
		"com.example.hello/mmpy/LICENSE",
		"com.example.hello/mmpy/THIRD_PARTY_LICENSES",
		"com.example.hello/server/",
		"com.example.hello/server/dist/",
		"com.example.hello/server/dist/plugin-linux-amd64",
		"com.example.hello/assets/",
		"com.example.hello/assets/icon.svg",
		"com.example.hello/lib/",
		"com.example.hello/lib/words.py",
		"com.example.hello/plugin.py",
		"com.example.hello/requirements.txt",
		"com.example.hello/test_plugin.py",
	}, names)
	require.Equal(t, entry{0o755, "\x7fELF"}, entries["com.example.hello/server/dist/plugin-linux-amd64"])
	require.Equal(t, entry{0o644, "[\"OnActivate\",\"OnDeactivate\"]\n"}, entries["com.example.hello/mmpy/hooks.json"])
	require.Equal(t, entry{0o644, "print('hello')\n"}, entries["com.example.hello/plugin.py"])
}

func TestMattermostFindsItsExecutable(t *testing.T) {
	var packed bytes.Buffer
	_, err := plugin(t, "hello", files()).Write(&packed)
	require.NoError(t, err)
	_, entries := unpack(t, packed.Bytes())
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "plugin.json"), []byte(entries["com.example.hello/plugin.json"].content), 0o600))
	found, _, err := model.FindManifest(dir)
	require.NoError(t, err)
	require.NoError(t, found.IsValid())
	require.Equal(t, "server/dist/plugin-linux-amd64", found.GetExecutableForRuntime("linux", "amd64"))
}

func TestTheSameFilesMakeTheSameBytes(t *testing.T) {
	var first, second bytes.Buffer
	_, err := plugin(t, "hello", files()).Write(&first)
	require.NoError(t, err)
	touched := files()
	for _, file := range touched {
		file.ModTime = time.Now().Add(time.Hour)
		file.Mode |= 0o111
	}
	_, err = plugin(t, "elsewhere", touched).Write(&second)
	require.NoError(t, err)
	require.Equal(t, first.Bytes(), second.Bytes())
}

func TestWhatIsNotThePluginsStaysOut(t *testing.T) {
	extra := files()
	for _, name := range []string{
		".git/config", ".DS_Store", "__pycache__/plugin.cpython-313.pyc", "lib/words.pyc", "venv/pyvenv.cfg", "venv/lib/big.py",
		"com.example.hello-0.0.9-linux-amd64.tar.gz", "mmpy/hooks.json", "server/dist/plugin-linux-amd64",
	} {
		extra[name] = &fstest.MapFile{Data: []byte("x")}
	}
	var clean, cluttered bytes.Buffer
	_, err := plugin(t, "hello", files()).Write(&clean)
	require.NoError(t, err)
	_, err = plugin(t, "hello", extra).Write(&cluttered)
	require.NoError(t, err)
	names, _ := unpack(t, cluttered.Bytes())
	want, _ := unpack(t, clean.Bytes())
	require.Equal(t, want, names)
}

func TestAnUnpackedBundleIsPackedToTheSameBytes(t *testing.T) {
	var first, second bytes.Buffer
	_, err := plugin(t, "hello", files()).Write(&first)
	require.NoError(t, err)
	names, entries := unpack(t, first.Bytes())
	unpacked := fstest.MapFS{}
	for _, name := range names {
		if name[len(name)-1] != '/' {
			unpacked[name[len("com.example.hello/"):]] = &fstest.MapFile{Data: []byte(entries[name].content)}
		}
	}
	_, err = plugin(t, "hello", unpacked).Write(&second)
	require.NoError(t, err)
	require.Equal(t, first.Bytes(), second.Bytes())
}

func TestEveryPlatformHasItsExecutable(t *testing.T) {
	p := plugin(t, "hello", files())
	p.Platform = "windows-amd64"
	var packed bytes.Buffer
	_, err := p.Write(&packed)
	require.NoError(t, err)
	_, entries := unpack(t, packed.Bytes())
	require.Contains(t, slices.Collect(maps.Keys(entries)), "com.example.hello/server/dist/plugin-windows-amd64.exe")
}
