package main

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPackMakesABundle(t *testing.T) {
	bundle := filepath.Join(t.TempDir(), "hello.tar.gz")
	got := mmpy(t, "", "pack", hello, "-o", bundle)
	require.Zero(t, got.code, got.err)
	platform := runtime.GOOS + "-" + runtime.GOARCH
	require.Regexp(t, `^`+bundle+`: com\.mmpy\.hello-python 0\.1\.0 with 5 files and 4 hooks for `+platform+`, [0-9.]+ MB\n$`, got.out)
	require.Empty(t, got.err)

	file, err := os.Open(bundle)
	require.NoError(t, err)
	defer file.Close()
	compressed, err := gzip.NewReader(file)
	require.NoError(t, err)
	archive := tar.NewReader(compressed)
	contents, large := map[string]string{}, map[string]int64{}
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		if header.Size < 1<<20 {
			content, err := io.ReadAll(archive)
			require.NoError(t, err)
			contents[header.Name] = string(content)
		} else {
			large[header.Name] = header.Size
		}
	}
	itself, err := os.Executable()
	require.NoError(t, err)
	info, err := os.Stat(itself)
	require.NoError(t, err)
	const folder = "com.mmpy.hello-python/"
	require.Equal(t, info.Size(), large[folder+"server/dist/plugin-"+platform])
	require.Greater(t, large[folder+"mmpy/python.code"], int64(10<<20))
	require.Greater(t, large[folder+"mmpy/plugin.snapshot"], int64(20<<20))
	require.Len(t, large, 3)
	require.JSONEq(t, `["ExecuteCommand", "MessageWillBePosted", "OnActivate", "OnDeactivate"]`, contents["com.mmpy.hello-python/mmpy/hooks.json"])
	require.Contains(t, contents["com.mmpy.hello-python/plugin.py"], "class HelloPlugin")
}

func TestPackLeavesNothingBehindWhenItFails(t *testing.T) {
	files := withPlugin("    @hook\n    def OnActivate(self): pass")
	dir := t.TempDir()
	trials(t, map[string]trial{
		"a plugin that cannot be loaded": {args: []string{"pack", "{dir}", "-o", filepath.Join(dir, "x.tar.gz")}, files: map[string]string{"plugin.json": pluginJSON, "plugin.py": "import numpy"}, code: 1, err: `cannot be loaded`},
	})
	linked := filepath.Join(dir, "plugin")
	require.NoError(t, os.Mkdir(linked, 0o755))
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(linked, name), []byte(text), 0o644))
	}
	require.NoError(t, os.Symlink("/etc/passwd", filepath.Join(linked, "passwd")))
	got := mmpy(t, "", "pack", linked, "-o", filepath.Join(dir, "x.tar.gz"))
	require.Equal(t, 1, got.code)
	require.Equal(t, "mmpy: "+filepath.Join(linked, "passwd")+": a link cannot be in a bundle: only files and folders can\n", got.err)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 1, "neither the bundle nor a part of it")
}

func TestDemoShowsAConversation(t *testing.T) {
	got := mmpy(t, "bob: teh end\nbadword\n\n# a remark\nalice: /hello\n/nix\n", "demo", hello, "-")
	require.Zero(t, got.code, got.err)
	require.Regexp(t, `(?s)^Hello Python 0\.1\.0, in CPython 3\.13\.\d+ in the sandbox, loaded in [0-9.]+ s
on an in-memory Mattermost, channel "Project" of team "Acme"
         INFO  hello from Python, on Mattermost [0-9.]+
bob      teh end
       → the end
bob      badword
         WARN  rejected a post with the word 'badword'
       ✗ Post rejected by plugin\. please say it without 'badword'
a remark
alice    /hello
       ← Hello, Alice! :wave: That was greeting number 1\.  \(only alice sees this\)
bob      /nix
       ✗ There is no command of this name\.
         INFO  goodbye
$`, got.out)
}

func TestEveryExampleHasAScript(t *testing.T) {
	examples, err := filepath.Glob("../../examples/*/" + scriptName)
	require.NoError(t, err)
	for _, example := range examples {
		require.Zero(t, mmpy(t, "", "demo", filepath.Dir(example)).code)
	}
	plugins, err := filepath.Glob("../../examples/*/plugin.json")
	require.NoError(t, err)
	require.Len(t, examples, len(plugins))
}

func TestPackSaysWhyThereIsNoSnapshot(t *testing.T) {
	pack := func(files map[string]string) (result, int64) {
		dir := t.TempDir()
		for name, text := range files {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
		}
		bundle := filepath.Join(t.TempDir(), "bundle.tar.gz")
		got := mmpy(t, "", "pack", dir, "-o", bundle)
		require.Zero(t, got.code, got.err)
		return got, sizeInBundle(t, bundle, "mmpy/plugin.snapshot")
	}
	plain := withPlugin("    @hook\n    def OnActivate(self): pass")
	got, size := pack(plain)
	require.Empty(t, got.err)
	require.Greater(t, size, int64(20<<20))

	clock := map[string]string{"plugin.json": plain["plugin.json"], "plugin.py": "import time\nbegan = time.time()\n" + plain["plugin.py"]}
	got, size = pack(clock)
	require.Equal(t, "mmpy: note: the plugin is loaded anew each time it starts, which takes longer: /plugin/plugin.py:2 reads the clock\n", got.err)
	require.Less(t, size, int64(1<<20), "that there is none is in the bundle")

	off := map[string]string{"plugin.py": clock["plugin.py"], "plugin.json": strings.Replace(plain["plugin.json"],
		`"runtime": "python"`, `"runtime": "python", "python": {"snapshot": false}`, 1)}
	require.NotEqual(t, plain["plugin.json"], off["plugin.json"])
	got, size = pack(off)
	require.Empty(t, got.err)
	require.Equal(t, int64(-1), size)
}

// sizeInBundle is the size of a file in a plugin's bundle; -1 where there is none.
func sizeInBundle(t *testing.T, bundle, name string) int64 {
	t.Helper()
	file, err := os.Open(bundle)
	require.NoError(t, err)
	defer file.Close()
	compressed, err := gzip.NewReader(file)
	require.NoError(t, err)
	for archive := tar.NewReader(compressed); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return -1
		}
		require.NoError(t, err)
		if strings.HasSuffix(header.Name, "/"+name) {
			return header.Size
		}
	}
}
