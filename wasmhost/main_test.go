package wasmhost

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMainIsPythonsCommandLine(t *testing.T) {
	program, err := sharedRuntime(t).NewProgram(ProgramConfig{Files: fstest.MapFS{
		"script.py":       {Data: []byte("import sys, helper\nprint(helper.name, sys.argv)")},
		"helper.py":       {Data: []byte("name = 'helper'")},
		"pkg/__main__.py": {Data: []byte("print('main of pkg')")},
	}})
	require.NoError(t, err)
	for _, test := range []struct {
		name, stdin    string
		args           []string
		stdout, stderr string
		code           int
	}{
		{name: "code", args: []string{"-c", "print(1 + 1)"}, stdout: "2\n"},
		{name: "arguments", args: []string{"-c", "import sys; print(sys.argv)", "a", "b c"}, stdout: "['-c', 'a', 'b c']\n"},
		{name: "a file", args: []string{"/plugin/script.py", "x"}, stdout: "helper ['/plugin/script.py', 'x']\n"},
		{name: "a module", args: []string{"-m", "pkg"}, stdout: "main of pkg\n"},
		{name: "standard input", args: []string{"-"}, stdin: "print('from stdin')", stdout: "from stdin\n"},
		{name: "input", args: []string{"-c", "print(input(), input())"}, stdin: "a\nb\n", stdout: "a b\n"},
		{name: "sys.exit", args: []string{"-c", "import sys; sys.exit(3)"}, code: 3},
		{name: "sys.exit with a text", args: []string{"-c", "import sys; sys.exit('no')"}, stderr: "no\n", code: 1},
		{name: "os._exit", args: []string{"-c", "import os; os._exit(4)"}, code: 4},
		{name: "an exception", args: []string{"-c", "1/0"}, stderr: "ZeroDivisionError: division by zero\n", code: 1},
		{name: "a syntax error", args: []string{"-c", "print("}, stderr: "SyntaxError: '(' was never closed\n", code: 1},
		{name: "a missing file", args: []string{"/none.py"}, stderr: "No such file or directory\n", code: 2},
		{name: "a wrong option", args: []string{"--none"}, stderr: "for more information.\n", code: 2},
		{name: "version", args: []string{"--version"}, stdout: "Python 3.13.5\n"},
		{name: "not utf-8", args: []string{"-c", "import sys; sys.stdout.buffer.write(b'\\xff')"}, stdout: "\xff"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code, err := program.Main(t.Context(), InstanceConfig{
				Stdin: strings.NewReader(test.stdin), Stdout: &stdout, Stderr: &stderr,
			}, test.args)
			require.NoError(t, err)
			require.Equal(t, test.stdout, stdout.String())
			require.True(t, strings.HasSuffix(stderr.String(), test.stderr), stderr.String())
			require.Equal(t, test.stderr == "", stderr.Len() == 0, stderr.String())
			require.Equal(t, test.code, code)
		})
	}
}

func TestMainEndsWithItsContext(t *testing.T) {
	program, err := sharedRuntime(t).NewProgram(ProgramConfig{})
	require.NoError(t, err)
	_, err = program.Main(t.Context(), InstanceConfig{}, []string{"-c", ""}) // whoever comes first loads the interpreter
	require.NoError(t, err)
	for _, code := range []string{"while True: pass", "import time; time.sleep(3600)"} {
		began := time.Now()
		_, err = program.Main(within(t, time.Second), InstanceConfig{}, []string{"-c", code})
		require.ErrorIs(t, err, Killed)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Less(t, time.Since(began), 20*time.Second)
	}
}

func TestArgumentsWithoutANul(t *testing.T) {
	program, err := sharedRuntime(t).NewProgram(ProgramConfig{})
	require.NoError(t, err)
	_, err = program.Main(t.Context(), InstanceConfig{}, []string{"-c", "print()\x00"})
	require.ErrorContains(t, err, "NUL")
	_, err = sharedRuntime(t).NewProgram(ProgramConfig{Entry: "a\x00b"})
	require.ErrorContains(t, err, "NUL")
}
