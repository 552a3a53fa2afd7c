package server

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/mattermost/mattermost/server/public/shared/mlog"
	"github.com/stretchr/testify/require"

	packed "github.com/mmpy/mmpy/internal/bundle"
	"github.com/mmpy/mmpy/internal/memserver"
)

// processTimeout is the hook timeout of the plugin processes in these tests.
const processTimeout = 2 * time.Second

// patienceKey is the environment variable that says after how many failures these give up.
const patienceKey = "MMPY_TEST_PATIENCE"

// TestMain makes the test binary the executable of the plugins that the tests pack.
func TestMain(m *testing.M) {
	if StartedByMattermost() {
		p := ofProcess(processTimeout)
		prisoner(p)
		if patience, err := strconv.Atoi(os.Getenv(patienceKey)); err == nil {
			p.guests.patience = patience
		}
		p.serve()
		return
	}
	os.Exit(m.Run())
}

// environment is Mattermost's own plugin environment, with an in-memory server as the rest of it.
type environment struct {
	*memserver.Server
	*plugin.Environment
	dir string
	log *syncBuffer // of the server and its plugins

	apis map[string]*memserver.API
	wrap func(plugin.API) plugin.API // what plugins get in the place of their API; may be nil
}

func newEnvironment(t *testing.T) *environment {
	t.Helper()
	if testing.Short() {
		t.Skip("starts plugin processes")
	}
	env := &environment{dir: t.TempDir(), log: &syncBuffer{}, apis: map[string]*memserver.API{}}
	env.Server = memserver.New(memserver.Config{
		Logger: slog.New(slog.NewTextHandler(env.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	logger, err := mlog.NewLogger()
	require.NoError(t, err)
	require.NoError(t, mlog.AddWriterTarget(logger, env.log, false, mlog.StdAll...))
	newAPI := func(manifest *model.Manifest) plugin.API {
		env.apis[manifest.Id] = env.Plugin(manifest)
		if env.wrap != nil {
			return env.wrap(env.apis[manifest.Id])
		}
		return env.apis[manifest.Id]
	}
	env.Environment, err = plugin.NewEnvironment(newAPI, nil, env.dir, t.TempDir(), logger, nil)
	require.NoError(t, err)
	t.Cleanup(func() {
		env.Shutdown()
		require.NotContains(t, env.log.String(), "DATA RACE", "in a plugin's process")
		require.NoError(t, logger.Shutdown())
	})
	return env
}

// install packs the plugin in the folder dir and unpacks it as the server does. The executable is this test, put there
// afterwards: compressing it would take most of the test's time.
func (e *environment) install(t *testing.T, dir string, hooks []string) (id string) {
	t.Helper()
	source, err := Open(dir)
	require.NoError(t, err)
	defer source.Close()
	placeholder, err := os.Open(filepath.Join(dir, "plugin.py"))
	require.NoError(t, err)
	defer placeholder.Close()
	var archive bytes.Buffer
	_, err = (&packed.Plugin{
		Dir: dir, Files: source.Files(), Manifest: source.Manifest(), Hooks: hooks,
		Platform: runtime.GOOS + "-" + runtime.GOARCH, Executable: placeholder,
	}).Write(&archive)
	require.NoError(t, err)
	unpack(t, &archive, e.dir)

	installed, err := Open(filepath.Join(e.dir, source.ID()))
	require.NoError(t, err)
	defer installed.Close()
	executable := filepath.Join(e.dir, source.ID(), installed.Manifest().Model.GetExecutableForRuntime(runtime.GOOS, runtime.GOARCH))
	require.NoError(t, os.Remove(executable))
	itself, err := os.Executable()
	require.NoError(t, err)
	require.NoError(t, os.Link(itself, executable))
	return source.ID()
}

func unpack(t *testing.T, archive io.Reader, dir string) {
	t.Helper()
	unzipped, err := gzip.NewReader(archive)
	require.NoError(t, err)
	files := tar.NewReader(unzipped)
	for {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
		path := filepath.Join(dir, filepath.FromSlash(header.Name))
		if header.FileInfo().IsDir() {
			require.NoError(t, os.MkdirAll(path, 0o755))
			continue
		}
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, header.FileInfo().Mode())
		require.NoError(t, err)
		_, err = io.Copy(file, files)
		require.NoError(t, errors.Join(err, file.Close()))
	}
}

// activate activates an installed plugin and connects its hooks to the in-memory server.
func (e *environment) activate(t *testing.T, id string) plugin.Hooks {
	t.Helper()
	_, activated, err := e.Activate(id)
	require.NoError(t, err, "%s", e.log)
	require.True(t, activated)
	hooks, err := e.HooksForPlugin(id)
	require.NoError(t, err)
	implemented, err := hooks.Implemented()
	require.NoError(t, err)
	e.apis[id].Attach(attached{hooks, implemented})
	return hooks
}

// attached spares the in-memory server to ask for the hooks again and again, for which Mattermost's client is not made.
type attached struct {
	rpcHooks
	implemented []string
}

type rpcHooks = plugin.Hooks

func (a attached) Hooks() []string { return a.implemented }

func (e *environment) post(message string) (*model.Post, *model.AppError) {
	home := e.Home()
	return e.CreatePost(&model.Post{UserId: home.Bob.Id, ChannelId: home.TownSquare.Id, Message: message})
}

func TestTheExampleInMattermostsPluginEnvironment(t *testing.T) {
	env := newEnvironment(t)
	hooks := []string{"ExecuteCommand", "MessageWillBePosted", "OnActivate", "OnDeactivate"}
	id := env.install(t, filepath.Join("..", "examples", "hello_python"), hooks)
	implemented, err := env.activate(t, id).Implemented()
	require.NoError(t, err)
	require.ElementsMatch(t, append(hooks, "ServeMetrics"), implemented, "what the plugin defines, mmpy's metrics, and nothing else")

	post, appErr := env.post("teh end")
	require.Nil(t, appErr)
	require.Equal(t, "the end", post.Message)
	_, appErr = env.post("a badword here")
	require.NotNil(t, appErr)
	require.Contains(t, appErr.Error(), "please say it without 'badword'")

	greet := func() string {
		response, appErr := env.ExecuteCommand(&model.CommandArgs{
			Command: "/hello you", UserId: env.Home().Bob.Id, ChannelId: env.Home().TownSquare.Id, TeamId: env.Home().Team.Id,
		})
		require.Nil(t, appErr)
		return response.Text
	}
	require.Contains(t, greet(), "greeting number 1")
	require.True(t, env.Deactivate(id))
	require.Contains(t, env.log.String(), "goodbye")
	env.activate(t, id)
	require.Contains(t, greet(), "greeting number 2")
	require.NoError(t, env.PerformHealthCheck(id))
	require.NotContains(t, env.log.String(), "level=ERROR")
}

func TestAPluginInAProcessOfItsOwn(t *testing.T) {
	env := newEnvironment(t)
	id := env.install(t, writeBundle(t, `
from mattermost_plugin import Plugin, hook, HookName
from mattermost_plugin.grpc.post_pb2 import Post

class Nested(Plugin):
    @hook(HookName.MessageHasBeenPosted)
    def posted(self, context, post):
        if post.message == "echo":
            self.api.create_post(Post(user_id=post.user_id, channel_id=post.channel_id, message="echoed"))

    @hook(HookName.MessageWillBePosted)
    def check(self, context, post):
        word, _, depth = post.message.partition(" ")
        if word == "nest" and int(depth) > 0:
            inner = self.api.create_post(Post(user_id=post.user_id, channel_id=post.channel_id, message=f"nest {int(depth) - 1}"))
            post.message = f"<{inner.message}>"
        elif word == "spin":
            while True:
                pass
        elif word == "spin!":
            while True:
                try:
                    while True:
                        pass
                except BaseException:
                    pass
        elif word == "clear":
            post.message = ""
        elif word == "raise":
            raise ValueError("not this one")
        return post, ""
`, nil), []string{"MessageHasBeenPosted", "MessageWillBePosted"})
	env.activate(t, id)

	_, appErr := env.post("echo")
	require.Nil(t, appErr)
	require.NoError(t, env.Wait(t.Context()))
	posts := env.Posts(env.Home().TownSquare.Id)
	require.Equal(t, "echoed", posts[len(posts)-1].Message)

	post, appErr := env.post("nest 8")
	require.Nil(t, appErr)
	require.Equal(t, "<<<<<<<<nest 0>>>>>>>>", post.Message)

	post, appErr = env.post("clear this")
	require.Nil(t, appErr)
	require.Equal(t, "clear this", post.Message)
	require.Contains(t, env.log.String(), "they stay as they were")

	post, appErr = env.post("raise")
	require.Nil(t, appErr)
	require.Equal(t, "raise", post.Message)
	require.Contains(t, env.log.String(), "ValueError: not this one")

	for _, message := range []string{"spin", "spin!"} {
		start := time.Now()
		post, appErr = env.post(message)
		require.Nil(t, appErr)
		require.Equal(t, message, post.Message)
		require.Less(t, time.Since(start), processTimeout+10*time.Second)
		require.NoError(t, env.PerformHealthCheck(id))
		post, appErr = env.post("nest 1")
		require.Nil(t, appErr)
		require.Equal(t, "<nest 0>", post.Message)
	}
	require.Contains(t, env.log.String(), "HookTimeoutError")
	require.Contains(t, env.log.String(), "the plugin was restarted")
}

func TestAPluginThatDoesNotStartIsReportedWithTheReason(t *testing.T) {
	env := newEnvironment(t)
	for name, test := range map[string]struct{ source, reason string }{
		"OnActivate raises": {`
from mattermost_plugin import Plugin, hook, HookName

class Sad(Plugin):
    @hook(HookName.OnActivate)
    def activated(self):
        raise RuntimeError("no token configured")
`, "OnActivate: RuntimeError: no token configured"},
		"the file is no Python": {"class Broken(:\n", "SyntaxError: invalid syntax"},
	} {
		t.Run(name, func(t *testing.T) {
			id := env.install(t, writeBundle(t, test.source, nil), []string{"OnActivate"})
			_, _, err := env.Activate(id)
			require.ErrorContains(t, err, test.reason)
			require.Equal(t, model.PluginStateFailedToStart, env.GetPluginState(id))
			require.Contains(t, env.log.String(), "Traceback")
			require.NoError(t, os.RemoveAll(filepath.Join(env.dir, id)))
		})
	}
}

func TestABundleWithoutAListOfHooksIsAskedForThem(t *testing.T) {
	env := newEnvironment(t)
	id := env.install(t, writeBundle(t, filter, nil), []string{"OnActivate"})
	require.NoError(t, os.Remove(filepath.Join(env.dir, id, filepath.FromSlash(packed.HooksName))))
	implemented, err := env.activate(t, id).Implemented()
	require.NoError(t, err)
	require.ElementsMatch(t,
		[]string{"ExecuteCommand", "MessageHasBeenPosted", "MessageWillBePosted", "OnActivate", "OnConfigurationChange", "OnDeactivate", "ServeMetrics"}, implemented)
	post, appErr := env.post("teh props")
	require.Nil(t, appErr)
	require.Equal(t, "the props", post.Message)
	require.Equal(t, map[string]any{"list": []any{1.0, "a", nil, map[string]any{"b": true}}}, post.GetProp("nested"))
}

func TestEveryHookInMattermostsPluginEnvironment(t *testing.T) {
	env := newEnvironment(t)
	id := env.install(t, writeBundle(t, everyHook(false), nil), append(eventHooks(), lifecycleHooks...))
	hooks := env.activate(t, id)
	c := &hookCaller{hooks: hooks, store: env.apis[id]}
	require.Empty(t, c.saw(t, "OnConfigurationChange"))
	require.Empty(t, c.saw(t, "OnActivate"))

	requireEveryAnswer(t, c)
	require.NotContains(t, env.log.String(), "RPC call")
	require.NotContains(t, env.log.String(), "level=ERROR")

	documented := documentedFailures(t)
	for _, name := range eventHooks() {
		failures[documented[name]](t, c.call(t, name, "raise"), true, "ValueError: on purpose")
		require.Contains(t, env.log.String(), "hook "+name+" failed")
	}
	require.NoError(t, env.PerformHealthCheck(id))
	require.Nil(t, c.store.KVSet("answer", nil))
	require.True(t, env.Deactivate(id))
	require.Empty(t, c.saw(t, "OnDeactivate"))
}
