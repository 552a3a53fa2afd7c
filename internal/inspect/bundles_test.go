package inspect_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/bundle"
	"github.com/mmpy/mmpy/internal/inspect"
	"github.com/mmpy/mmpy/server"
	"github.com/mmpy/mmpy/wasmhost"
)

const (
	id       = "com.example.shop"
	platform = "linux-amd64"
)

// sources is a plugin that brings a package along, and says something while it is loaded.
var sources = map[string]string{
	"plugin.json": `{"id": "` + id + `", "name": "Shop", "version": "1.0.0", "server": {"runtime": "python", "executable": "plugin.py"}}`,
	"plugin.py": `import json
from mattermost_plugin import Plugin, hook, run_plugin
import goods

with open("/plugin/plugin.json") as file:
    print("version", json.load(file)["version"])

class Shop(Plugin):
    @hook
    def OnActivate(self): pass

run_plugin(Shop)
`,
	"lib/goods/__init__.py":                   "from goods.types import Thing\n",
	"lib/goods/types.py":                      "class Thing: pass\n",
	"lib/goods-2.1.dist-info/RECORD":          "goods/__init__.py,sha256=x,1\ngoods/types.py,,\n",
	"lib/goods-2.1.dist-info/METADATA":        "Name: goods\n",
	"test_plugin.py":                          "import unittest\n",
	"lib/goods/__pycache__/types.cpython.pyc": "left out",
}

// bundles makes bundles around a program that stands in for mmpy.
type bundles struct {
	dir, mmpy string
	runtime   *wasmhost.Runtime
}

func newBundles(t *testing.T) *bundles {
	t.Helper()
	b := &bundles{dir: t.TempDir()}
	b.mmpy = filepath.Join(b.dir, "mmpy")
	require.NoError(t, os.WriteFile(b.mmpy, bytes.Repeat([]byte("\x7fELF mmpy "), 1000), 0o755))
	var err error
	b.runtime, err = wasmhost.NewRuntime(t.Context(), wasmhost.NewRuntimeConfig().WithLogger(quiet))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.runtime.Close(t.Context())) })
	return b
}

var quiet = slog.New(slog.DiscardHandler)

// write writes a plugin's folder.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	return dir
}

// pack packs a plugin as mmpy pack does.
func (b *bundles) pack(t *testing.T, files map[string]string) []file {
	t.Helper()
	dir := write(t, files)
	opened, err := server.Open(dir)
	require.NoError(t, err)
	defer opened.Close()
	code, snapshot := b.temporary(t), b.temporary(t)
	require.NoError(t, b.runtime.WriteCode(code))
	image, err := server.MakeImage(t.Context(), opened, b.runtime, snapshot)
	require.NoError(t, err)
	executable, err := os.Open(b.mmpy)
	require.NoError(t, err)
	defer executable.Close()
	for _, file := range []*os.File{code, snapshot} {
		_, err = file.Seek(0, io.SeekStart)
		require.NoError(t, err)
	}
	var packed bytes.Buffer
	_, err = (&bundle.Plugin{
		Dir: dir, Files: opened.Files(), Manifest: opened.Manifest(), Hooks: image.Hooks,
		Platform: platform, Executable: executable, Code: code, Snapshot: snapshot,
	}).Write(&packed)
	require.NoError(t, err)
	return unpack(t, packed.Bytes())
}

func (b *bundles) temporary(t *testing.T) *os.File {
	t.Helper()
	file, err := os.CreateTemp(b.dir, "")
	require.NoError(t, err)
	t.Cleanup(func() { file.Close() })
	return file
}

// file is one of an archive.
type file struct {
	tar.Header
	content []byte
}

func unpack(t *testing.T, packed []byte) (files []file) {
	t.Helper()
	compressed, err := gzip.NewReader(bytes.NewReader(packed))
	require.NoError(t, err)
	archive := tar.NewReader(compressed)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		require.NoError(t, err)
		content, err := io.ReadAll(archive)
		require.NoError(t, err)
		files = append(files, file{*header, content})
	}
}

// archive writes the files into one again.
func (b *bundles) archive(t *testing.T, files []file) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "shop.tar.gz")
	out, err := os.Create(name)
	require.NoError(t, err)
	compressed, err := gzip.NewWriterLevel(out, gzip.BestSpeed)
	require.NoError(t, err)
	archive := tar.NewWriter(compressed)
	for _, file := range files {
		file.Size = int64(len(file.content))
		require.NoError(t, archive.WriteHeader(&file.Header))
		_, err := archive.Write(file.content)
		require.NoError(t, err)
	}
	require.NoError(t, errors.Join(archive.Close(), compressed.Close(), out.Close()))
	return name
}

// folder writes the files of an archive.
func folder(t *testing.T, files []file) string {
	t.Helper()
	dir := t.TempDir()
	for _, file := range files {
		name := filepath.Join(dir, filepath.FromSlash(file.Name))
		if file.Typeflag == tar.TypeDir {
			require.NoError(t, os.MkdirAll(name, 0o755))
			continue
		}
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, file.content, 0o644))
	}
	return filepath.Join(dir, id)
}

func (b *bundles) inspect(t *testing.T, path string) *inspect.Report {
	t.Helper()
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	report, err := inspect.Inspect(t.Context(), inspect.Config{Path: path, Executable: b.mmpy, Log: quiet})
	require.NoError(t, err)
	left, err := os.ReadDir(temporary)
	require.NoError(t, err)
	require.Empty(t, left, "nothing stays on the disk")
	for _, problem := range report.Problems {
		require.NotContains(t, problem, temporary, "problems name the bundle, and not where it was unpacked")
		require.Contains(t, problem, path)
	}
	return report
}

// verdicts are those of the parts, by their names.
func verdicts(report *inspect.Report) map[string]inspect.Verdict {
	all := map[string]inspect.Verdict{}
	for _, part := range report.Parts {
		all[part.Name] = part.Verdict
	}
	return all
}
