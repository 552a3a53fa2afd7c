package hostile

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/hostile"
	"github.com/mmpy/mmpy/server"
)

const head = `
from mattermost_plugin import Plugin, hook, HookName, run_plugin
from mattermost_plugin.grpc.post_pb2 import Post
import _mmpy
`

func TestHostileReentrancy(t *testing.T) {
	row := func(name, limit string, test func(t *testing.T, m *mattermost) string) {
		hostile.Attack(t, "Re-entrancy", name, limit, func(t *testing.T) string { return test(t, newMattermost()) })
	}
	row("A posts when B posts when A posts …", "time of a hook", func(t *testing.T, m *mattermost) string {
		for turn, id := range []string{"com.example.a", "com.example.b"} {
			m.run(t, id, head+fmt.Sprintf(`
class Echo(Plugin):
    @hook(HookName.MessageWillBePosted)
    def check(self, context, post):
        depth = len(post.message)
        if depth %% 2 == %d:
            self.api.create_post(Post(user_id=post.user_id, channel_id=post.channel_id, message=post.message + "x"))
        return post, ""
run_plugin(Echo)
`, turn), server.Config{HookTimeout: time.Second})
		}
		return m.answers(t)
	})
	row("a hook that changes the configuration, which is a hook", "time of a hook", func(t *testing.T, m *mattermost) string {
		m.run(t, "com.example.config", head+`
class Config(Plugin):
    active = False
    @hook(HookName.OnConfigurationChange)
    def changed(self):
        if self.active: self.api.save_plugin_config({"n": 1})
    @hook(HookName.OnActivate)
    def activated(self): self.active = True
    @hook(HookName.MessageWillBePosted)
    def check(self, context, post):
        self.api.save_plugin_config({"n": 0})
        return post, ""
run_plugin(Config)
`, server.Config{HookTimeout: time.Second})
		return m.answers(t)
	})
	row("a hook while it is deactivated", "deactivation", func(t *testing.T, m *mattermost) string {
		p := m.run(t, "com.example.end", head+`
class End(Plugin):
    @hook(HookName.OnDeactivate)
    def end(self):
        while True:
            try: self.api.create_post(Post(user_id="x" * 26, channel_id="x" * 26, message="bye"))
            except Exception: pass
    @hook(HookName.MessageWillBePosted)
    def check(self, context, post):
        while True: pass
run_plugin(End)
`, server.Config{HookTimeout: time.Second})
		go func() { _, _ = m.post("hello") }()
		began := time.Now()
		_ = p.OnDeactivate()
		require.Less(t, time.Since(began), 30*time.Second)
		return m.answers(t)
	})
}

// answers posts, and says that Mattermost took it.
func (m *mattermost) answers(t *testing.T) string {
	t.Helper()
	began := time.Now()
	post, appErr := m.post("hello")
	require.Nil(t, appErr)
	require.NotNil(t, post)
	require.Less(t, time.Since(began), time.Minute)
	return "the post went through"
}

func TestHostileLifecycle(t *testing.T) {
	row := func(name, limit string, test func(t *testing.T, m *mattermost) string) {
		hostile.Attack(t, "Plugin", name, limit, func(t *testing.T) string { return test(t, newMattermost()) })
	}
	row("dies in each hook", "restarts", func(t *testing.T, m *mattermost) string {
		p := m.run(t, "com.example.dies", head+`
import os
class Dies(Plugin):
    @hook(HookName.MessageWillBePosted)
    def check(self, context, post): os._exit(1)
run_plugin(Dies)
`, server.Config{})
		for range 30 {
			m.answers(t)
		}
		health := "and another interpreter takes over"
		if err := p.Health(); err != nil {
			health = "down: " + strings.SplitN(err.Error(), ":", 2)[0]
		}
		return "posts went through, " + health
	})
	row("forged and damaged messages, both ways", "codec", func(t *testing.T, m *mattermost) string {
		p := m.run(t, "com.example.codec", head+`
def varint(n):
    out = b""
    while n > 127: out += bytes([n & 127 | 128]); n >>= 7
    return out + bytes([n])
def field(tag, content): return bytes([tag]) + varint(len(content)) + content
nested = b""
for _ in range(10000): nested = field(0x0a, field(0x12, field(0x2a, nested)[:1 << 20]))
forged = [b"\xff" * 100, b"\x0a\xff\xff\xff\xff\x0f", b"\x0b" * 100000, b"\x0a\x02\xff\xfe", nested, field(0x0a, bytes(1 << 20)),
    b"\x08" + b"\x80" * 9 + b"\x02", b"\x00" * 1000, field(0x0a, b"\x0a") * 100000, b"\x0a\x05ab"]
class Codec(Plugin):
    @hook(HookName.MessageWillBePosted)
    def check(self, context, post):
        kinds = set()
        for message in forged:
            for method in ("GetUser", "CreatePost", "KVSetWithOptions", "SavePluginConfig", "UpdateUserStatus", "LogInfo", "PublishWebSocketEvent"):
                try: _mmpy.call(method, message)
                except _mmpy.StatusError as e: kinds.add("status")
            try: Post.FromString(message)
            except Exception as e: kinds.add(type(e).__name__)
            try: _mmpy.call("NoSuchMethod", message)
            except AttributeError as e: kinds.add("AttributeError")
        post.message = " ".join(sorted(kinds))
        return post, ""
run_plugin(Codec)
`, server.Config{})
		post, appErr := m.post("hello")
		require.Nil(t, appErr)
		require.Contains(t, post.Message, "AttributeError")
		require.Contains(t, post.Message, "status")
		require.NoError(t, p.Health())
		require.NotContains(t, m.log.String(), "panic")
		return post.Message
	})
	row("spins while it is loaded", "time to start", func(t *testing.T, m *mattermost) string {
		_, err := m.tryToLoad(t, "com.example.spin", "while True: pass", server.Config{})
		require.ErrorContains(t, err, "deadline exceeded")
		return "it does not start: deadline exceeded"
	})
	row("raises BaseException at the import", "loading", func(t *testing.T, m *mattermost) string {
		_, err := m.tryToLoad(t, "com.example.raise", "class E(BaseException): pass\nraise E", server.Config{})
		require.Error(t, err)
		return "it does not start"
	})
	row("exits at the import", "loading", func(t *testing.T, m *mattermost) string {
		_, err := m.tryToLoad(t, "com.example.exit", "import os; os._exit(0)", server.Config{})
		require.Error(t, err)
		return "it does not start"
	})
	row("100 activations of one that never ends its tasks", "deactivation", func(t *testing.T, m *mattermost) string {
		p := m.load(t, "com.example.again", head+`
import asyncio
class Again(Plugin):
    @hook(HookName.OnActivate)
    async def start(self):
        self.task = asyncio.ensure_future(asyncio.sleep(3600))
        self.kept = bytearray(1 << 20)
run_plugin(Again)
`, server.Config{HookTimeout: 5 * time.Second})
		cycle := func() {
			require.NoError(t, p.OnConfigurationChange())
			require.NoError(t, p.OnActivate())
			require.NoError(t, p.OnDeactivate())
		}
		cycle()
		goroutines, before := runtime.NumGoroutine(), heap()
		for range 100 {
			cycle()
		}
		require.Less(t, heap()-before, int64(8<<20))
		require.LessOrEqual(t, runtime.NumGoroutine(), goroutines+5)
		return "all given back"
	})
}
