package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/internal/grant"
	"github.com/mmpy/mmpy/internal/manifest"
)

const uses = `"""Talks to https://docstring.example, which does not count."""
import http.client
import urllib.request
from mattermost_plugin import AsyncPluginAPIClient, Plugin, hook, HookName

class Uses(Plugin):
    @hook(HookName.OnActivate)
    def start(self):
        self.schedule_cluster("nightly", 3600, self.tidy)
        self.get_user()  # its own

    def get_user(self): ...

    def tidy(self):
        urllib.request.urlopen("https://api.example.com/v1")
        urllib.request.urlopen(f"http://user:pass@files.example.com:8080/{self.name}")
        urllib.request.urlopen(f"https://{self.name}/x")
        http.client.HTTPSConnection("plain.example.com", 8443)

    @hook("MessageWillBePosted")
    async def check(self, context, post):
        api = AsyncPluginAPIClient()
        await api.create_post(post)
        await api.call("GetGroups")
        getattr(self.api, "get_team")("t")
        getattr(self.api, context.request_id)()
        self.api.call(context.request_id)

    @hook
    def UserWillLogIn(self, context, user): ...
`

// writePlugin writes a plugin's folder.
func writePlugin(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	return dir
}

const usesJSON = `{
  "id": "com.example.uses", "name": "Uses",
  "server": {
    "runtime": "python", "executable": "plugin.py",
    "python": {"permissions": {"api": ["kv", "teams:read"], "http": ["*.example.com"], "hooks": ["MessageWillBePosted"]}}
  }
}
`

func TestPermissionsShowWhatTheCodeUses(t *testing.T) {
	dir := writePlugin(t, map[string]string{"plugin.json": usesJSON, "plugin.py": uses, "test_plugin.py": "api.delete_post('p')"})
	got := mmpy(t, "", "permissions", dir)
	require.Zero(t, got.code, got.err)
	var lines []string
	for line := range strings.Lines(got.out) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	require.Equal(t, []string{
		"API methods",
		"CreatePost posts:write NOT ASKED FOR plugin.py:23",
		"GetGroups groups:read NOT ASKED FOR plugin.py:24",
		"GetTeam teams:read plugin.py:25",
		"KVDelete kv plugin.py:9",
		"KVGet kv plugin.py:9",
		"KVSet kv plugin.py:9",
		"KVSetWithOptions kv plugin.py:9",
		"hooks",
		"MessageWillBePosted plugin.py:21",
		"OnActivate plugin.py:8",
		"UserWillLogIn NOT ASKED FOR plugin.py:30",
		"hosts that are named",
		"api.example.com plugin.py:15",
		"files.example.com:8080 NOT ASKED FOR plugin.py:16",
		"plain.example.com:8443 NOT ASKED FOR plugin.py:18",
		"note: plugin.py:17: names a host that is made when it runs",
		"note: plugin.py:26: calls a method whose name is made when it runs",
		"note: plugin.py:27: calls a method whose name is made when it runs",
	}, lines)
}

func TestTheLeastPermissionsAreWritten(t *testing.T) {
	dir := writePlugin(t, map[string]string{"plugin.json": usesJSON, "plugin.py": uses, "trace.txt": `INFO a line of the log
{"api":"SendMail","request":{"to":"a"},"us":3}
{"api":"SendMail","us":3}`})
	got := mmpy(t, "", "permissions", dir, "--trace", filepath.Join(dir, "trace.txt"), "--write")
	require.Zero(t, got.code, got.err)
	require.Regexp(t, `SendMail +mail +NOT ASKED FOR +called 2 times`, got.out)
	require.Contains(t, got.out, "plugin.json: asks for 8 methods, 2 hooks and 3 hosts\n")
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	defer root.Close()
	m, err := manifest.Read(dir, root.FS())
	require.NoError(t, err)
	require.Equal(t, grant.Permissions{
		API:   []string{"CreatePost", "GetGroups", "GetTeam", "KVDelete", "KVGet", "KVSet", "KVSetWithOptions", "SendMail"},
		HTTP:  []string{"api.example.com", "files.example.com:8080", "plain.example.com:8443"},
		Hooks: []string{"MessageWillBePosted", "UserWillLogIn"},
	}, m.Permissions)
	again := mmpy(t, "", "permissions", dir, "--trace", filepath.Join(dir, "trace.txt"))
	require.NotContains(t, again.out, "NOT ASKED FOR")
}

func TestPermissionsCountWhatTestsCall(t *testing.T) {
	got := mmpy(t, "", "permissions", hello, "--test")
	require.Zero(t, got.code, got.err)
	require.Regexp(t, `RegisterCommand +commands +plugin\.py:\d+, called \d+ times`, got.out)
	require.Contains(t, got.err, "OK")
}

// The scan knows every method of the client: what one of them calls must not be overlooked.
func TestTheScanFindsEveryMethod(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "api.md"))
	require.NoError(t, err)
	source := "def f(api):\n"
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(line, "- `"); ok {
			name, _, _ = strings.Cut(name, "(")
			source += "    api." + name + "()\n"
		}
	}
	dir := writePlugin(t, map[string]string{"plugin.json": strings.Replace(usesJSON, `["kv", "teams:read"]`, `[]`, 1), "plugin.py": source})
	got := mmpy(t, "", "permissions", dir)
	require.Zero(t, got.code, got.err)
	for _, info := range abi.Methods {
		require.Contains(t, got.out, "\n  "+info.Name+" ", info.Name)
	}
}

func TestWrongUseOfPermissions(t *testing.T) {
	trials(t, map[string]trial{
		"no trace":          {args: []string{"permissions", "{dir}", "--trace", "{dir}/none"}, files: map[string]string{"plugin.json": usesJSON, "plugin.py": uses}, code: 2, err: `none: no such file`},
		"an unknown method": {args: []string{"permissions", "{dir}", "--trace", "{dir}/t"}, files: map[string]string{"plugin.json": usesJSON, "plugin.py": uses, "t": `{"api":"Create"}`}, code: 2, err: `"Create" is no method`},
		"no Python":         {args: []string{"permissions", "{dir}"}, files: map[string]string{"plugin.json": usesJSON, "plugin.py": "class ("}, code: 1, err: `plugin.py: invalid syntax`},
		"no tests":          {args: []string{"permissions", "{dir}", "--test"}, files: map[string]string{"plugin.json": usesJSON, "plugin.py": ""}, code: 1, err: `has no tests`},
	})
}

func TestAPolicyIsPacked(t *testing.T) {
	dir := writePlugin(t, map[string]string{"plugin.json": usesJSON, "plugin.py": "from mattermost_plugin import *\nclass P(Plugin):\n    @hook\n    def UserWillLogIn(self, c, u): ...\n"})
	policy := filepath.Join(t.TempDir(), "policy.yaml")
	const text = "# ours\ndefault: {deny: {api: [kv]}}\n"
	require.NoError(t, os.WriteFile(policy, []byte(text), 0o644))
	bundle := filepath.Join(t.TempDir(), "uses.tar.gz")
	got := mmpy(t, "", "pack", dir, "-o", bundle, "--policy", policy)
	require.Zero(t, got.code, got.err)
	require.EqualValues(t, len(text), sizeInBundle(t, bundle, "mmpy/policy.yaml"))
	require.EqualValues(t, len(`["UserWillLogIn"]`+"\n"), sizeInBundle(t, bundle, "mmpy/hooks.json"), "also those that it does not get")

	require.NoError(t, os.WriteFile(policy, []byte("default: {deny: {api: [kvv]}}"), 0o644))
	got = mmpy(t, "", "pack", dir, "-o", bundle, "--policy", policy)
	require.Equal(t, 2, got.code)
	require.Equal(t, "mmpy: "+policy+`:1: default.deny.api[0]: "kvv" is no method or group of methods: do you mean "kv"?`+"\n", got.err)
}

func TestInvokeRunsUnderAPolicy(t *testing.T) {
	policy := filepath.Join(t.TempDir(), "policy.yaml")
	require.NoError(t, os.WriteFile(policy, []byte("default: {deny: {api: [commands]}}"), 0o644))
	got := mmpy(t, "", "invoke", hello, "OnActivate", "--policy", policy)
	require.Equal(t, 1, got.code)
	require.Contains(t, got.err, "RegisterCommand is not granted: the policy "+policy+" denies it to all plugins")
}
