package server

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/memserver"
	"github.com/mmpy/mmpy/wasmhost"
)

// interpreterRuntime is the interpreter, compiled once for all tests.
var interpreterRuntime = sync.OnceValues(func() (*wasmhost.Runtime, error) {
	return wasmhost.NewRuntime(context.Background(), wasmhost.NewRuntimeConfig())
})

// onMattermost is a Python plugin on an in-memory Mattermost.
type onMattermost struct {
	*memserver.Server
	plugin *Plugin
	log    *syncBuffer
}

type syncBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *syncBuffer) Write(text []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(text)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// run activates a plugin of the given source.
func run(t *testing.T, source string, config Config) *onMattermost {
	t.Helper()
	m := load(t, source, config)
	require.NoError(t, m.plugin.OnConfigurationChange())
	require.NoError(t, m.plugin.OnActivate())
	return m
}

func load(t *testing.T, source string, config Config) *onMattermost {
	t.Helper()
	return loadFrom(t, writeBundle(t, source, nil), config)
}

// loadFrom is load for a plugin in a folder.
func loadFrom(t *testing.T, dir string, config Config) *onMattermost {
	t.Helper()
	if testing.Short() {
		t.Skip("starts the interpreter")
	}
	runtime, err := interpreterRuntime()
	require.NoError(t, err)
	bundle, err := Open(dir)
	require.NoError(t, err)
	m := &onMattermost{log: &syncBuffer{}}
	m.Server = memserver.New(memserver.Config{Logger: slog.New(slog.NewTextHandler(m.log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	api := m.Plugin(bundle.Manifest().Model)
	config.Bundle, config.Runtime, config.API = bundle, runtime, api
	m.plugin, err = New(t.Context(), config)
	require.NoError(t, err)
	api.Attach(m.plugin)
	t.Cleanup(func() {
		require.NoError(t, m.plugin.Close(context.Background()))
		require.NoError(t, bundle.Close())
	})
	return m
}

// post posts as Bob, and waits until everybody has been told.
func (m *onMattermost) post(message string) (*model.Post, *model.AppError) {
	home := m.Home()
	post, appErr := m.CreatePost(&model.Post{UserId: home.Bob.Id, ChannelId: home.TownSquare.Id, Message: message})
	_ = m.Wait(context.Background())
	return post, appErr
}

const filter = `
from mattermost_plugin import Plugin, hook, HookName, run_plugin, Command
from mattermost_plugin.exceptions import NotFoundError

class Filter(Plugin):
    @hook(HookName.OnConfigurationChange)
    def configured(self):
        self.logger.info("configured")

    @hook(HookName.OnActivate)
    def activated(self):
        self.logger.info("activated")
        self.api.register_command(Command(trigger="count", auto_complete=True))
        print("printed")

    @hook(HookName.MessageWillBePosted)
    def check(self, context, post):
        if "badword" in post.message:
            return None, "Mind your language."
        if "boom" in post.message:
            raise ValueError("boom\nover two lines")
        if "props" in post.message:
            post.props["nested"] = {"list": [1, "a", None, {"b": True}]}
        post.message = post.message.replace("teh", "the")
        return post, ""

    @hook(HookName.MessageHasBeenPosted)
    def posted(self, context, post):
        count = int(self.api.kv_get("count") or b"0")
        self.api.kv_set("count", str(count + 1).encode())
        if post.message == "echo":
            self.api.create_post(type(post)(user_id=post.user_id, channel_id=post.channel_id, message="echoed"))

    @hook(HookName.ExecuteCommand)
    def command(self, context, args):
        try:
            self.api.get_user("nobody")
        except NotFoundError as error:
            self.logger.warning("as expected: %s", error)
        return {"response_type": "ephemeral", "text": f"{int(self.api.kv_get('count') or b'0')} posts"}

if __name__ == "__main__":
    run_plugin(Filter)
`

func TestAPythonPluginOnMattermost(t *testing.T) {
	var calls []string
	var mu sync.Mutex
	m := run(t, filter, Config{Trace: func(record Record) {
		mu.Lock()
		defer mu.Unlock()
		calls = append(calls, record.API)
	}})
	require.Equal(t,
		[]string{"ExecuteCommand", "MessageHasBeenPosted", "MessageWillBePosted", "OnActivate", "OnConfigurationChange"},
		m.plugin.Hooks())

	post, appErr := m.post("teh props")
	require.Nil(t, appErr)
	require.Equal(t, "the props", post.Message)
	require.Equal(t, map[string]any{"list": []any{1.0, "a", nil, map[string]any{"b": true}}}, post.GetProp("nested"))

	_, appErr = m.post("a badword here")
	require.NotNil(t, appErr)
	require.Contains(t, appErr.Error(), "Mind your language.")

	post, appErr = m.post("boom")
	require.Nil(t, appErr, "a hook that fails lets the post through")
	require.Equal(t, "boom", post.Message)

	_, appErr = m.post("echo")
	require.Nil(t, appErr)
	posts := m.Posts(m.Home().TownSquare.Id)
	require.Equal(t, "echoed", posts[len(posts)-1].Message)

	response, appErr := m.ExecuteCommand(&model.CommandArgs{
		Command: "/count", UserId: m.Home().Bob.Id, ChannelId: m.Home().TownSquare.Id, TeamId: m.Home().Team.Id,
	})
	require.Nil(t, appErr)
	require.Equal(t, "4 posts", response.Text)

	log := m.log.String()
	require.Regexp(t, `(?s)level=INFO msg=configured .*level=INFO msg=activated .*msg=printed`, log)
	require.Regexp(t, `level=WARN msg="as expected: .*404`, log)
	require.Contains(t, log, `level=ERROR msg="hook MessageWillBePosted failed"`)
	require.Contains(t, log, `error="ValueError: boom\\nover two lines"`)
	require.Contains(t, log, `traceback="Traceback (most recent call last):\n`)
	require.Contains(t, log, `line 21, in check\n`)
	mu.Lock()
	defer mu.Unlock()
	require.Contains(t, calls, "RegisterCommand")
	require.Contains(t, calls, "KVSet")
}

func TestAPythonPluginThatRaisesInOnActivate(t *testing.T) {
	m := load(t, `
from mattermost_plugin import Plugin, hook, HookName

class Sad(Plugin):
    @hook(HookName.OnActivate)
    def activated(self):
        raise RuntimeError("no token configured")
`, Config{})
	require.EqualError(t, m.plugin.OnActivate(), `plugin "com.example.test": OnActivate: RuntimeError: no token configured`)
	require.Contains(t, m.log.String(), "in activated")
}

func TestAPythonPluginThatDoesNotLoad(t *testing.T) {
	runtime, err := interpreterRuntime()
	require.NoError(t, err)
	bundle, err := Open(writeBundle(t, "class Broken(:\n", nil))
	require.NoError(t, err)
	defer bundle.Close()
	_, err = New(t.Context(), Config{Bundle: bundle, Runtime: runtime, API: &logAPI{}})
	var failure *wasmhost.Error
	require.ErrorAs(t, err, &failure)
	require.Equal(t, "SyntaxError", failure.Type)
}

const spinner = `
from mattermost_plugin import Plugin, hook, HookName

class Spinner(Plugin):
    @hook(HookName.MessageWillBePosted)
    def check(self, context, post):
        if post.message == "spin":
            while True:
                pass
        if post.message == "spin for good":
            while True:
                try:
                    while True:
                        pass
                except BaseException:
                    pass
        post.message += "!"
        return post, ""
`

func TestASpinningHookEndsAtItsDeadline(t *testing.T) {
	m := run(t, spinner, Config{HookTimeout: 300 * time.Millisecond})
	start := time.Now()
	post, appErr := m.post("spin")
	require.Nil(t, appErr)
	require.Equal(t, "spin", post.Message)
	require.Less(t, time.Since(start), 10*time.Second)
	require.Contains(t, m.log.String(), "in check")

	post, appErr = m.post("hello")
	require.Nil(t, appErr)
	require.Equal(t, "hello!", post.Message)
	require.NotContains(t, m.log.String(), "restarted")
}

func TestAHookThatDoesNotStopIsKilledAndThePluginRestarted(t *testing.T) {
	m := run(t, spinner, Config{HookTimeout: 300 * time.Millisecond})
	post, appErr := m.post("spin for good")
	require.Nil(t, appErr)
	require.Equal(t, "spin for good", post.Message)
	require.Contains(t, m.log.String(), "killed")

	post, appErr = m.post("hello")
	require.Nil(t, appErr)
	require.Equal(t, "hello!", post.Message)
	require.Contains(t, m.log.String(), "the plugin was restarted")
}
