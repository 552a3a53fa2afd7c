package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// TestMain also sees to it that no command leaves anything running.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// result is what a run of the command left behind.
type result struct {
	code     int
	out, err string
}

// mmpy runs the command in this process.
func mmpy(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	var out, err bytes.Buffer
	code := run(t.Context(), streams{strings.NewReader(stdin), &out, &err}, args)
	return result{code, out.String(), err.String()}
}

// trial is a call of the command and what to expect; {dir} in arguments is a folder with the trial's files.
type trial struct {
	args  []string
	stdin string
	files map[string]string
	code  int
	out   string // a regular expression that standard output matches, anchored
	err   string // one that is found in standard error
}

func (tr trial) run(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range tr.files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	}
	var args []string
	for _, arg := range tr.args {
		args = append(args, strings.ReplaceAll(arg, "{dir}", dir))
	}
	got := mmpy(t, tr.stdin, args...)
	require.Equal(t, tr.code, got.code, "stdout: %s\nstderr: %s", got.out, got.err)
	require.Regexp(t, regexp.MustCompile(`(?s)\A`+tr.out+`\z`), got.out)
	require.Regexp(t, regexp.MustCompile(`(?s)`+tr.err), got.err)
	require.NotContains(t, got.err, "goroutine", "no Go stack traces for people")
	require.NotContains(t, got.err, ".go:", "no Go source for people")
}

func trials(t *testing.T, all map[string]trial) {
	t.Helper()
	for name, tr := range all {
		t.Run(name, tr.run)
	}
}

// pluginJSON is a manifest without mistakes.
const pluginJSON = `{"id": "com.example.trial", "name": "Trial", "version": "1.2.3", "server": {"runtime": "python", "executable": "plugin.py"}}`

// withPlugin is a plugin's folder; body is indented by four spaces, inside of the class.
func withPlugin(body string) map[string]string {
	return map[string]string{"plugin.json": pluginJSON, "plugin.py": "from mattermost_plugin import Command, Plugin, hook, run_plugin\n\n" +
		"class Trial(Plugin):\n    x = 1\n" + body + "\n\nif __name__ == '__main__':\n    run_plugin(Trial)\n"}
}

func TestWrongUse(t *testing.T) {
	trials(t, map[string]trial{
		"nothing shows the help":     {code: 2, out: "Usage: mmpy <command>.*"},
		"an unknown command":         {args: []string{"fly"}, code: 2, err: `^mmpy: unexpected argument fly; see mmpy --help\n$`},
		"an unknown flag":            {args: []string{"pack", "x", "--fast"}, code: 2, err: `^mmpy: unknown flag --fast.*; see mmpy pack --help\n$`},
		"a missing argument":         {args: []string{"invoke", "x"}, code: 2, err: `^mmpy: expected "<hook>.*"; see mmpy invoke --help\n$`},
		"no such folder":             {args: []string{"pack", "{dir}/none"}, code: 2, err: `^mmpy: /.*/none: there is no such folder\n$`},
		"a folder without plugin":    {args: []string{"test", "{dir}"}, code: 2, err: `^mmpy: /.* has no plugin.json: it is not a plugin's folder\n$`},
		"a hook of no such name":     {args: []string{"invoke", "{dir}", "message_will_be_post"}, code: 2, err: `^mmpy: there is no hook message_will_be_post; do you mean MessageWillBePosted\?\n$`},
		"a hook of no name like it":  {args: []string{"invoke", "{dir}", "X"}, code: 2, err: `^mmpy: there is no hook X; hooks are named as in OnActivate, MessageWillBePosted and ExecuteCommand\n$`},
		"a request that is no JSON":  {args: []string{"invoke", "{dir}", "ExecuteCommand", "{"}, code: 2, err: `^mmpy: the request of ExecuteCommand: .*; its fields are: .*args\n$`},
		"a field that is none":       {args: []string{"invoke", "{dir}", "ExecuteCommand", `{"arg": 1}`}, code: 2, err: `^mmpy: the request of ExecuteCommand: \(line 1:2\): unknown field "arg"; its fields are: .*args\n$`},
		"a time limit of nothing":    {args: []string{"invoke", "{dir}", "OnActivate", "--timeout", "0s"}, code: 2, err: `^mmpy: --timeout must be more than 0\n$`},
		"a folder shown nowhere":     {args: []string{"python", "--mount", "x"}, code: 2, err: `^mmpy: --mount takes DIR:/PATH, as in --mount data:/data\n$`},
		"a folder that is not there": {args: []string{"python", "--mount={dir}/none:/x"}, code: 2, err: `^mmpy: /.*/none: there is no such folder\n$`},
		"a script that is not there": {args: []string{"python", "{dir}/none.py"}, code: 2, err: `^mmpy: /.*/none.py: there is no such file\n$`},
		"a script's place is taken":  {args: []string{"python", "--mount", "{dir}:/plugin", "{dir}/a.py"}, files: map[string]string{"a.py": ""}, code: 2, err: `^mmpy: --mount: /plugin is where the folder of .*a.py is shown\n$`},
		"a folder over Python's own": {args: []string{"python", "--mount", "{dir}:/tmp", "-c", ""}, code: 2, err: `^mmpy: --mount: .*"/tmp" is already there\n$`},
		"an example with no script":  {args: []string{"demo", "{dir}"}, files: withPlugin(""), code: 2, err: `mmpy: /.*/demo.txt: there is no such file; name a script, or - to type\n$`},
		"a bundle in no folder":      {args: []string{"pack", "{dir}", "-o", "{dir}/none/x.tar.gz"}, files: withPlugin(""), code: 2, err: `mmpy: /.*/none/x.tar.gz: no such file or directory\n$`},
		"a hook the plugin lacks":    {args: []string{"invoke", "{dir}", "MessageWillBePosted"}, files: withPlugin("    @hook\n    def OnActivate(self): pass"), code: 2, err: `mmpy: the plugin in /.* does not define MessageWillBePosted; it defines OnActivate\n$`},
	})
}

func TestEveryCommandExplainsItself(t *testing.T) {
	for _, command := range []string{"python", "test", "invoke", "demo", "pack", "inspect"} {
		t.Run(command, func(t *testing.T) {
			got := mmpy(t, "", command, "--help")
			require.Zero(t, got.code)
			require.Contains(t, got.out, "Usage: mmpy "+command)
			require.Contains(t, got.out, "Examples:")
			require.Contains(t, got.out, "mmpy "+command+" ")
			require.Empty(t, got.err)
		})
	}
}

func TestVersionNamesWhatIsInside(t *testing.T) {
	trials(t, map[string]trial{"version": {
		args: []string{"version"},
		out:  `mmpy +\S.*\nCPython +3\.13\.\d+\nwazero +\d+\.\d+\.\d+\nABI +5\nMattermost API +\d+\.\d+\.\d+, of server \d+\.\d+\.\d+\n`,
	}})
}
