package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// tampered copies a bundle, with each file changed by change, and what add gives beside it.
func tampered(t *testing.T, bundle string, change func(name string, content []byte) []byte, add ...*tar.Header) string {
	t.Helper()
	in, err := os.Open(bundle)
	require.NoError(t, err)
	defer in.Close()
	decompressed, err := gzip.NewReader(in)
	require.NoError(t, err)
	name := filepath.Join(t.TempDir(), "tampered.tar.gz")
	out, err := os.Create(name)
	require.NoError(t, err)
	compressed, err := gzip.NewWriterLevel(out, gzip.BestSpeed)
	require.NoError(t, err)
	from, to := tar.NewReader(decompressed), tar.NewWriter(compressed)
	for {
		header, err := from.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		content, err := io.ReadAll(from)
		require.NoError(t, err)
		content = change(header.Name, content)
		header.Size = int64(len(content))
		require.NoError(t, to.WriteHeader(header))
		_, err = to.Write(content)
		require.NoError(t, err)
	}
	for _, header := range add {
		require.NoError(t, to.WriteHeader(header))
	}
	require.NoError(t, errors.Join(to.Close(), compressed.Close(), out.Close()))
	return name
}

func TestInspectTellsAGenuineBundleFromTamperedOnes(t *testing.T) {
	bundle := filepath.Join(t.TempDir(), "hello.tar.gz")
	require.Zero(t, mmpy(t, "", "pack", hello, "-o", bundle).code)
	platform := runtime.GOOS + "-" + runtime.GOARCH

	got := mmpy(t, "", "inspect", bundle)
	require.Zero(t, got.code, got.err)
	require.Empty(t, got.err)
	require.Regexp(t, `(?m)\Acom\.mmpy\.hello-python 0\.1\.0 +Hello Python\n`, got.out)
	for _, line := range []string{
		`for +` + platform + `, Mattermost 10\.0\.0 or newer`,
		`hooks +ExecuteCommand, MessageWillBePosted, OnActivate, OnDeactivate`,
		`native code +none of the plugin's`,
		`executable +genuine +server/dist/plugin-` + platform + `\S*, this very mmpy`,
		`interpreter +genuine +CPython 3\.13\.\d+`, `standard library +genuine`, `SDK +genuine`,
		`machine code +genuine +mmpy/python\.code`, `snapshot +genuine +mmpy/plugin\.snapshot`,
		`memory image +\d+ MiB`,
	} {
		require.Regexp(t, `(?m)^`+line+`$`, got.out)
	}

	got = mmpy(t, "", "inspect", bundle, "--json", "--anew")
	require.Zero(t, got.code, got.err)
	var report struct {
		ID       string
		Problems []string
		Parts    []struct{ Name, Verdict, SHA256 string }
	}
	require.NoError(t, json.Unmarshal([]byte(got.out), &report))
	require.Equal(t, "com.mmpy.hello-python", report.ID)
	require.Empty(t, report.Problems)
	require.Len(t, report.Parts, 6)
	for _, part := range report.Parts {
		require.Equal(t, "genuine", part.Verdict, "%s, compiled anew", part.Name)
		require.Len(t, part.SHA256, 64)
	}

	same := func(_ string, content []byte) []byte { return content }
	for name, test := range map[string]struct {
		bundle   string
		out, err string
	}{
		"a byte of the executable": {
			tampered(t, bundle, func(name string, content []byte) []byte {
				if strings.Contains(name, "/server/dist/plugin-") {
					content[len(content)/2] ^= 1
				}
				return content
			}),
			`executable +NOT genuine`,
			`/server/dist/plugin-` + platform + `\S*: it is not this mmpy but a program that calls itself github\.com/mmpy/mmpy/cmd/mmpy\S* .*, and cannot be vouched for: pack the plugin with your own mmpy`,
		},
		"a changed plugin.py": {
			tampered(t, bundle, func(name string, content []byte) []byte {
				if strings.HasSuffix(name, "/plugin.py") {
					content = bytes.ReplaceAll(content, []byte("badword"), []byte("goodword"))
				}
				return content
			}),
			`snapshot +NOT genuine`,
			`/mmpy/plugin\.snapshot: it is of other files than those in the bundle, or of another mmpy`,
		},
		"a link": {
			tampered(t, bundle, same, &tar.Header{Typeflag: tar.TypeSymlink, Name: "com.mmpy.hello-python/data", Linkname: "/etc"}),
			``, ` com\.mmpy\.hello-python/data: a link cannot be in a bundle: only files and folders can`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := mmpy(t, "", "inspect", test.bundle)
			require.Equal(t, 1, got.code)
			require.Regexp(t, `(?m)^mmpy: `+test.bundle+`.?`+test.err+`.*\n\z`, got.err)
			require.Equal(t, 1, strings.Count(got.err, "\n"))
			require.Regexp(t, test.out, got.out)
		})
	}
}

func TestInspectNeedsABundle(t *testing.T) {
	trials(t, map[string]trial{
		"nothing there":       {args: []string{"inspect", "{dir}/none.tar.gz"}, code: 2, err: `^mmpy: /.*/none\.tar\.gz: there is no such file\n$`},
		"no archive":          {args: []string{"inspect", "{dir}/x.tar.gz"}, files: map[string]string{"x.tar.gz": "PK\x03\x04"}, code: 1, err: `^mmpy: /.*/x\.tar\.gz: it is no bundle, which is a \.tar\.gz: .*\n$`},
		"a folder of nothing": {args: []string{"inspect", "{dir}"}, code: 1, err: `^mmpy: /.*: it has no plugin\.json: it is no plugin\n$`},
		"a mistake in JSON":   {args: []string{"inspect", "{dir}"}, files: map[string]string{"plugin.json": "{", "plugin.py": ""}, code: 1, err: `^mmpy: /.*/plugin\.json: line 1 is not JSON`},
		"no time": {
			args: []string{"inspect", "{dir}", "--timeout", "2s"}, code: 1, err: `^mmpy: /.*: it takes longer than 2s to inspect; --timeout gives it more\n$`,
			files: map[string]string{"plugin.json": pluginJSON, "plugin.py": "while True: pass\n"},
		},
		"a terminal's control characters": {
			args: []string{"inspect", "{dir}"}, out: `.*"Tri\\x1b\[2Jal"\n.*it said +WARN "a\\x1b\[31mb"\n.*`,
			files: map[string]string{
				"plugin.json": strings.Replace(pluginJSON, `"Trial"`, `"Tri\u001b[2Jal"`, 1),
				"plugin.py":   "import sys\nprint('a\\x1b[31mb', file=sys.stderr)\n" + withPlugin("")["plugin.py"],
			},
		},
	})
}

func TestAModuleThatTakesPythonsPlaceIsRefusedEverywhere(t *testing.T) {
	files := withPlugin("    @hook\n    def OnActivate(self): pass")
	files["json.py"] = "def loads(text): return None\n"
	files["test_plugin.py"] = "import unittest\n"
	all := map[string]trial{}
	for _, command := range []string{"pack", "test", "inspect", "demo"} {
		all[command] = trial{args: []string{command, "{dir}"}, files: files, code: 1,
			err: `^mmpy: /.*/json\.py: this would be the module json, which is Python's own, to the whole plugin: give it another name, or put it into a package, where every name is allowed\n$`}
	}
	all["invoke"] = trial{args: []string{"invoke", "{dir}", "OnActivate"}, files: files, code: 1, err: `json\.py: this would be the module json`}
	trials(t, all)

	inside := withPlugin("    @hook\n    def ExecuteCommand(self, context, args):\n        from shop.calendar import day\n        import calendar\n        return day + str(calendar.isleap(2024))")
	inside["shop/__init__.py"], inside["shop/calendar.py"] = "", "day = 'today '\n"
	trials(t, map[string]trial{"inside of a package it is the author's own": {
		args: []string{"invoke", "{dir}", "ExecuteCommand"}, files: inside, out: `.*"text": "today True".*`,
	}})
}
