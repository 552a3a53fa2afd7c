package server

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/abi"
	packed "github.com/mmpy/mmpy/internal/bundle"
	"github.com/mmpy/mmpy/internal/grant"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// writeAsking is writeBundle with the permissions that the manifest is to ask for.
func writeAsking(t *testing.T, source, permissions string) string {
	t.Helper()
	dir := writeBundle(t, source, nil)
	write(t, dir, "plugin.json", fmt.Sprintf(`{"id": "com.example.test", "name": "Test", "version": "0.1.0",
		"server": {"runtime": "python", "executable": "plugin.py", "python": {"permissions": %s}}}`, permissions))
	return dir
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
}

// asking has a command for each way to call what it was not granted.
const asking = `
import asyncio
from mattermost_plugin import Plugin, hook, HookName, Command
from mattermost_plugin.grpc.post_pb2 import Post
from mattermost_plugin.async_client import AsyncPluginAPIClient
from mattermost_plugin.client import PluginAPIClient
from mattermost_plugin.exceptions import PermissionDeniedError, UnavailableError

try:
    WHILE_LOADING = PluginAPIClient().can("CreatePost")
except UnavailableError as error:
    WHILE_LOADING = str(error)

class Asking(Plugin):
    @hook(HookName.ExecuteCommand)
    async def command(self, context, args):
        what = args.command.removeprefix("/")
        return {"text": str(await getattr(self, what)())}

    async def loading(self):
        return WHILE_LOADING

    async def sync(self):
        try:
            return self.api.create_post(Post(user_id="u", channel_id="c", message="m"))
        except PermissionDeniedError as error:
            return f"{error} where={error.where}"

    async def awaited(self):
        try:
            return await AsyncPluginAPIClient().create_post(Post(user_id="u", channel_id="c", message="m"))
        except PermissionDeniedError as error:
            return str(error)

    async def called(self):
        try:
            return self.api.call("GetUnsanitizedConfig")
        except PermissionDeniedError as error:
            return str(error)

    async def many(self):
        calls = [AsyncPluginAPIClient().get_session(str(n)) for n in range(50)]
        answers = await asyncio.gather(*calls, return_exceptions=True)
        return [type(answer).__name__ for answer in answers].count("PermissionDeniedError")

    async def piped(self):
        from io import BytesIO
        answers = []
        for install in (self.api.install_plugin, AsyncPluginAPIClient().install_plugin):
            try:
                answer = install(BytesIO(bytes(1 << 20)))
                await answer
            except PermissionDeniedError as error:
                answers.append(error.where)
        return answers

    async def granted(self):
        self.api.kv_set("k", b"v")
        return (await AsyncPluginAPIClient().kv_get("k")).decode()

    async def can(self):
        clients = self.api, AsyncPluginAPIClient()
        return [[client.can(name) for name in ("KVSet", "CreatePost", "GetSession")] for client in clients]

    async def unknown(self):
        texts = []
        for name in ("create_post", "Nonsense", ""):
            try:
                self.api.can(name)
            except ValueError as error:
                texts.append(str(error))
        return texts
`

// say gives what the plugin's command answers.
func (m *onMattermost) say(t *testing.T, command string) string {
	t.Helper()
	response, appErr := m.plugin.ExecuteCommand(nil, &model.CommandArgs{Command: "/" + command})
	require.Nil(t, appErr, "%s\n%s", command, m.log)
	return response.Text
}

func TestADeniedCallRaisesAnErrorThatSaysWhoDeniedIt(t *testing.T) {
	m := loadFrom(t, writeAsking(t, asking, `{"api": ["kv", "sessions"]}`), Config{Policy: policyFile(t, `
default:
  deny:
    api: [GetSession]
`)})
	const denied = `CreatePost is not granted: the manifest asks neither for it nor for its group "posts:write" [mmpy.denied] (HTTP 403)`
	require.Equal(t, denied+" where=CreatePost", m.say(t, "sync"))
	require.Equal(t, denied, m.say(t, "awaited"))
	require.Equal(t, `GetUnsanitizedConfig is not granted: the manifest asks neither for it nor for its group "secrets" [mmpy.denied] (HTTP 403)`, m.say(t, "called"))
	require.Equal(t, "50", m.say(t, "many"))
	require.Equal(t, "['InstallPlugin', 'InstallPlugin']", m.say(t, "piped"), "and nobody waits for a reader")
	require.Equal(t, "v", m.say(t, "granted"))
	metrics, err := m.plugin.Metrics().text()
	require.NoError(t, err)
	require.Contains(t, string(metrics), "mmpy_api_denied_total 55\n")
	require.Contains(t, string(metrics), `mmpy_api_errors_total{method="GetSession",kind="denied"} 50`)
	require.NotContains(t, m.log.String(), "level=ERROR")
}

func TestAPluginAsksWhatItMay(t *testing.T) {
	m := loadFrom(t, writeAsking(t, asking, `{"api": ["kv", "sessions"]}`), Config{})
	require.Equal(t, "[[True, False, True], [True, False, True]]", m.say(t, "can"))
	require.Equal(t, `["there is no API method 'create_post': do you mean CreatePost?", "there is no API method 'Nonsense'", "there is no API method ''"]`, m.say(t, "unknown"))
	require.Equal(t, "what the plugin is granted is not known while its file is loaded: ask from OnActivate on [mmpy.unavailable] (HTTP 503)", m.say(t, "loading"))
}

func policyFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "policy.yaml")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

// The same snapshot serves under every policy, and yet each instance knows its own.
func TestAPolicyNeedsNoSnapshotOfItsOwn(t *testing.T) {
	dir := writeAsking(t, asking, `{"api": ["*"]}`)
	var snapshots [][]byte
	for policy, want := range map[string]string{
		"{}":                                   "[[True, True, True], [True, True, True]]",
		"default: {deny: {api: [GetSession]}}": "[[True, True, False], [True, True, False]]",
		"default: {allow: {api: [sessions]}}":  "[[False, False, True], [False, False, True]]",
	} {
		m := loadFrom(t, dir, Config{Policy: policyFile(t, policy)})
		require.NoError(t, m.plugin.Snapshot(t.Context()), "the plugin begins with one")
		require.Equal(t, want, m.say(t, "can"), policy)
		var snapshot bytes.Buffer
		require.NoError(t, m.plugin.WriteSnapshot(t.Context(), &snapshot))
		snapshots = append(snapshots, snapshot.Bytes())
	}
	require.True(t, bytes.Equal(snapshots[0], snapshots[1]) && bytes.Equal(snapshots[0], snapshots[2]))
}

func TestAHookThatIsNotGrantedIsAsIfItWereNotDefined(t *testing.T) {
	engine := &fakeEngine{script: does(new([]string), "OnActivate", "MessageWillBePosted", "UserWillLogIn", "ServeHTTP")}
	for _, packedHooks := range [][]string{nil, {"MessageWillBePosted", "OnActivate", "ServeHTTP", "UserWillLogIn"}} {
		granted, err := grant.Of("com.example.test", grant.Permissions{Hooks: []string{"MessageWillBePosted"}}, nil, nil)
		require.NoError(t, err)
		p, api := fakeGranted(t, engine, granted, packedHooks...)
		require.NoError(t, p.OnConfigurationChange())
		require.NoError(t, p.OnActivate())
		require.Equal(t, []string{"MessageWillBePosted", "OnActivate"}, p.Hooks())
		implemented, err := p.Implemented()
		require.NoError(t, err)
		require.Equal(t, []string{"MessageWillBePosted", "OnActivate", "OnDeactivate", "ServeMetrics"}, implemented)
		require.Empty(t, p.UserWillLogIn(nil, &model.User{}))
		_, err = p.Invoke(t.Context(), abi.HookUserWillLogIn, &pb.UserWillLogInRequest{})
		require.ErrorIs(t, err, ErrNotDefined)
		require.Equal(t, 1, strings.Count(api.String(), "the plugin defines hooks that it does not get"))
		require.Contains(t, api.String(), "the hook ServeHTTP is not granted: the manifest does not ask for it; the hook UserWillLogIn is not granted: the manifest does not ask for it")
		require.NotContains(t, api.String(), "pack it again")
	}
}

func TestAPolicyInTheBundleHolds(t *testing.T) {
	dir := writeAsking(t, "", `{"api": ["*"]}`)
	write(t, dir, packed.PolicyName, "default: {deny: {api: [kv]}}")
	open := func(config Config) (*grant.Grant, error) {
		bundle, err := Open(dir)
		require.NoError(t, err)
		defer bundle.Close()
		config.Bundle = bundle
		return grantFor(config)
	}
	g, err := open(Config{})
	require.NoError(t, err)
	require.EqualError(t, g.Call(abi.KVGet), "KVGet is not granted: the policy mmpy/policy.yaml denies it to all plugins")

	file := policyFile(t, "default: {deny: {api: [bots]}}")
	g, err = open(Config{Policy: file})
	require.NoError(t, err)
	require.Nil(t, g.Call(abi.KVGet), "the server's policy takes the place of the bundle's")
	require.EqualError(t, g.Call(abi.GetBot), "GetBot is not granted: the policy "+file+" denies it to all plugins")

	g, err = open(Config{GrantAll: true})
	require.NoError(t, err)
	require.Empty(t, g.Denied())

	write(t, dir, packed.PolicyName, "default: {deny: {api: [kvs]}}")
	_, err = open(Config{})
	require.EqualError(t, err, `mmpy/policy.yaml:1: default.deny.api[0]: "kvs" is no method or group of methods: do you mean "kv"?`)
	require.NoError(t, os.Remove(filepath.Join(dir, packed.PolicyName)))
	require.NoError(t, os.Symlink("plugin.py", filepath.Join(dir, packed.PolicyName)))
	_, err = open(Config{})
	require.EqualError(t, err, "read the bundle's policy: it is no file")
}

// A process runs under the policy that its environment names, or not at all.
func TestTheServersPolicy(t *testing.T) {
	env := newEnvironment(t)
	id := env.install(t, writeAsking(t, asking, `{"api": ["*"]}`), []string{"ExecuteCommand"})
	file := policyFile(t, "default: {deny: {api: [posts:write]}}")
	t.Setenv(policyVariable, file)
	hooks := env.activate(t, id)
	response, appErr := hooks.ExecuteCommand(nil, &model.CommandArgs{Command: "/sync"})
	require.Nil(t, appErr)
	require.Equal(t, "CreatePost is not granted: the policy "+file+" denies it to all plugins [mmpy.denied] (HTTP 403) where=CreatePost", response.Text)
	require.True(t, env.Deactivate(id))

	for policy, want := range map[string]string{
		file + ".none":                      "read the policy: open " + file + ".none: no such file or directory",
		policyFile(t, "default: {deny: 1}"): `policy.yaml:1: default.deny: must be an object, not "1"`,
		policyFile(t, "a: b: c"):            "policy.yaml is not YAML: mapping values are not allowed in this context",
		t.TempDir():                         "is a directory",
		"policy.yaml":                       "MMPY_POLICY=policy.yaml: the policy's path must be absolute",
	} {
		t.Setenv(policyVariable, policy)
		_, activated, err := env.Activate(id)
		require.False(t, activated)
		require.ErrorContains(t, err, "com.example.test")
		require.ErrorContains(t, err, want)
	}
}
