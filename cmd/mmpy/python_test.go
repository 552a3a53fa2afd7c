package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPythonRunsAsItsCommandLineSays(t *testing.T) {
	script := map[string]string{"dir/script.py": "import sys, helper\nprint(sys.argv, helper.NAME)\nsys.exit(7)\n", "dir/helper.py": "NAME = 'helper'\n"}
	trials(t, map[string]trial{
		"code":                 {args: []string{"python", "-c", "import sys; print(sys.argv)", "-x", "y"}, out: `\['-c', '-x', 'y'\]\n`},
		"a module":             {args: []string{"python", "-m", "json.tool", "--compact"}, stdin: `{ "a": 1 }`, out: `\{"a":1\}\n`},
		"a script":             {args: []string{"python", "{dir}/dir/script.py", "-c", "b"}, files: script, code: 7, out: `\['/plugin/script.py', '-c', 'b'\] helper\n`},
		"a script after flags": {args: []string{"python", "-X", "utf8", "-W", "error", "{dir}/dir/script.py"}, files: script, code: 7, out: `\['/plugin/script.py'\] helper\n`},
		"standard input":       {args: []string{"python"}, stdin: "print(6 * 7)", out: `42\n`},
		"standard input by -":  {args: []string{"python", "-", "x"}, stdin: "import sys; print(sys.argv)", out: `\['-', 'x'\]\n`},
		"a folder of modules":  {args: []string{"python", "--mount", "{dir}/dir:/plugin", "-m", "helper"}, files: script, out: ``},
		"folders to read":      {args: []string{"python", "--mount", "{dir}/dir:/data/a", "--mount={dir}:/all", "-c", "import os; print(os.listdir('/data/a'), os.listdir('/all'))"}, files: script, out: `\['helper.py', 'script.py'\] \['dir'\]\n`},
		"nothing to write":     {args: []string{"python", "--mount", "{dir}:/data", "-c", "open('/data/x', 'w')"}, code: 1, err: `OSError: \[Errno \d+\] Read-only file system: '/data/x'\n$`},
		"an exception":         {args: []string{"python", "-c", "raise ValueError('no')"}, code: 1, err: `ValueError: no\n$`},
		"an exit code":         {args: []string{"python", "-c", "raise SystemExit(3)"}, code: 3},
		"Python's version":     {args: []string{"python", "--version"}, out: `Python 3\.13\.\d+\n`},
	})
}

func TestPythonSeesNothingOfTheHost(t *testing.T) {
	t.Setenv("SECRET", "secret")
	trials(t, map[string]trial{
		"no files, environment or arguments": {args: []string{"python", "-c", "import os, sys; print(os.listdir('/'), dict(os.environ), sys.argv)"}, out: `\['lib', 'tmp'\] \{\} \['-c'\]\n`},
		"no network":                         {args: []string{"python", "-c", "import socket; socket.create_connection(('example.com', 443))"}, code: 1, err: `OSError: .*there is no network here\n`},
		"nobody who listens":                 {args: []string{"python", "-c", "import socket; socket.create_server(('', 8080))"}, code: 1, err: `OSError: .*\n$`},
		"no threads":                         {args: []string{"python", "-c", "import threading; threading.Thread(target=print).start()"}, code: 1, err: `RuntimeError: threads cannot be started here: the interpreter has one`},
		"no processes":                       {args: []string{"python", "-c", "import subprocess; subprocess.run(['ls'])"}, code: 1, err: `OSError: .*\n$`},
		"the whole library": {
			args: []string{"python", "-c", "import sys, json, re, sqlite3, zlib, asyncio, dataclasses, hashlib, uuid, datetime; print(sys.version, sys.platform)"},
			out:  `3\.13\..* wasi\n`,
		},
	})
}

func TestPythonHasTimeAndEntropy(t *testing.T) {
	const code = "import time, secrets; s = time.monotonic(); time.sleep(0.1); print(time.monotonic() - s >= 0.1, secrets.token_hex())"
	first, second := mmpy(t, "", "python", "-c", code), mmpy(t, "", "python", "-c", code)
	require.Contains(t, first.out, "True ")
	require.NotEqual(t, first.out, second.out)
}

func TestPythonIsInterrupted(t *testing.T) {
	require.Zero(t, mmpy(t, "", "python", "-c", "").code) // so that it is compiled
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	time.AfterFunc(2*time.Second, cancel)
	var out, err bytes.Buffer
	code := run(ctx, streams{strings.NewReader(""), &out, &err}, []string{"python", "-c", "while True: pass"})
	require.Equal(t, 130, code, err.String())
	require.Equal(t, "mmpy: interrupted\n", err.String())
}

func TestTheScriptIsFoundAmongPythonsArguments(t *testing.T) {
	for args, want := range map[string]int{
		"": -1, "a.py": 0, "a.py -c x": 0, "-c a.py": -1, "-Ic a.py": -1, "-m a.py": -1, "-": -1, "- a.py": -1,
		"-I a.py": 1, "-W error a.py": 2, "-Werror a.py": 1, "-X dev a.py": 2, "-IX dev a.py": 2, "--version": -1,
		"--check-hash-based-pycs always a.py": 2,
	} {
		t.Run(args, func(t *testing.T) { require.Equal(t, want, scriptIndex(strings.Fields(args))) })
	}
}

func TestTestsRunInTheSandbox(t *testing.T) {
	passing := withPlugin("    def double(self, n): return 2 * n")
	passing["lib/words.py"] = "WORDS = ['a']\n"
	passing["test_trial.py"] = `
import unittest
from mattermost_plugin import PluginAPIClient
from plugin import Trial
from words import WORDS

class TrialTest(unittest.TestCase):
    def test_double(self):
        self.assertEqual(Trial().double(4), 8)

    def test_api(self):
        PluginAPIClient().log_info("from a test")
        self.assertEqual(PluginAPIClient().get_user_by_username("bob").first_name, "Bob")
`
	failing := withPlugin("")
	failing["test_trial.py"] = "import unittest\nclass T(unittest.TestCase):\n    def test_no(self): self.fail('as it should')\n"
	endless := withPlugin("")
	endless["test_trial.py"] = "while True: pass\n"
	trials(t, map[string]trial{
		"and pass":        {args: []string{"test", "{dir}"}, files: passing, err: `^\.\.\n.*Ran 2 tests in .*\n\nOK\n$`},
		"by name":         {args: []string{"test", "{dir}", "-v", "-k", "api"}, files: passing, err: `INFO  from a test\n.*Ran 1 test in `},
		"and fail":        {args: []string{"test", "{dir}"}, files: failing, code: 1, err: `AssertionError: as it should\n.*FAILED \(failures=1\)\n$`},
		"for a while":     {args: []string{"test", "{dir}", "--timeout", "1s"}, files: endless, code: 1, err: `mmpy: the tests took longer than 1s; --timeout gives them more\n$`},
		"if there is one": {args: []string{"test", "{dir}"}, files: withPlugin(""), code: 1, err: `mmpy: /.* has no tests: write unittest test cases into files named test_\*\.py\n$`},
	})
}

func TestTheExamplesPassTheirTests(t *testing.T) {
	examples, err := filepath.Glob("../../examples/*/plugin.json")
	require.NoError(t, err)
	require.NotEmpty(t, examples)
	for _, example := range examples {
		dir := filepath.Dir(example)
		t.Run(filepath.Base(dir), trial{args: []string{"test", dir}, err: `OK\n$`}.run)
	}
}
