package server

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/memserver"
)

// runInstances is run for a plugin whose manifest asks for that many instances.
func runInstances(t *testing.T, source string, instances int) *onMattermost {
	t.Helper()
	dir := writeBundle(t, source, nil)
	name := filepath.Join(dir, "plugin.json")
	manifest, err := os.ReadFile(name)
	require.NoError(t, err)
	changed := strings.Replace(string(manifest), `"plugin.py"`, fmt.Sprintf(`"plugin.py", "python": {"instances": %d}`, instances), 1)
	require.NoError(t, os.WriteFile(name, []byte(changed), 0o644))
	m := loadFrom(t, dir, Config{})
	require.NoError(t, m.plugin.OnConfigurationChange())
	require.NoError(t, m.plugin.OnActivate())
	return m
}

const asker = `
from mattermost_plugin import Plugin, hook, HookName

class Asker(Plugin):
    @hook(HookName.MessageWillBePosted)
    def check(self, context, post):
        self.api.kv_get("answer")
        return None, ""
`

// inFlightAPI is an API with a method that takes a while and counts its calls that are under way.
type inFlightAPI struct {
	*memserver.API
	takes       time.Duration
	now         atomic.Int64
	calls, most atomic.Int64
}

func (a *inFlightAPI) KVGet(string) ([]byte, *model.AppError) {
	a.calls.Add(1)
	now := a.now.Add(1)
	defer a.now.Add(-1)
	for most := a.most.Load(); now > most && !a.most.CompareAndSwap(most, now); most = a.most.Load() {
	}
	time.Sleep(a.takes)
	return nil, nil
}

func TestSixteenInstancesHaveSixteenCallsInFlight(t *testing.T) {
	m := runInstances(t, asker, 16)
	api := &inFlightAPI{API: m.Plugin(m.plugin.bundle.manifest.Model), takes: 5 * time.Millisecond}
	m.plugin.SetAPI(api)
	call := func(hooks int) {
		var callers sync.WaitGroup
		for range 16 {
			callers.Go(func() {
				for range hooks {
					m.plugin.MessageWillBePosted(nil, &model.Post{Message: "hi"})
				}
			})
		}
		callers.Wait()
	}
	for deadline := time.Now().Add(time.Minute); len(m.plugin.guests.all()) < 16; {
		require.True(t, time.Now().Before(deadline), "%d instances", len(m.plugin.guests.all()))
		call(1)
	}
	api.most.Store(0)
	for deadline := time.Now().Add(time.Minute); api.most.Load() < 15; { // more than once where others keep the machine busy
		require.True(t, time.Now().Before(deadline), "%d in flight at most", api.most.Load())
		api.calls.Store(0)
		began := time.Now()
		call(20)
		took := time.Since(began)
		require.EqualValues(t, 16*20, api.calls.Load())
		average := float64(api.calls.Load()) * api.takes.Seconds() / took.Seconds()
		t.Logf("%d in flight at most, %.1f on average; 320 hooks in %v", api.most.Load(), average, took)
	}
}

const poster = `
from mattermost_plugin import Plugin, hook, HookName
from mattermost_plugin.grpc.post_pb2 import Post

class Poster(Plugin):
    @hook(HookName.MessageWillBePosted)
    def check(self, context, post):
        word, _, depth = post.message.partition(" ")
        if word == "dive" and int(depth) > 1:
            below = Post(user_id=post.user_id, channel_id=post.channel_id, message=f"dive {int(depth) - 1}")
            self.api.create_post(below)
        post.message += " (seen)"
        return post, ""

    @hook(HookName.MessageHasBeenPosted)
    def posted(self, context, post):
        if post.message.startswith("ping"):
            pong = post.message.replace("ping", "pong").removesuffix(" (seen)")
            self.api.create_post(Post(user_id=post.user_id, channel_id=post.channel_id, message=pong))
`

func TestHooksAreTwentyDeep(t *testing.T) {
	m := run(t, poster, Config{})
	_, appErr := m.post("dive 20")
	require.Nil(t, appErr)
	for depth := 20; depth >= 1; depth-- {
		require.Equal(t, 1, countPosts(m, fmt.Sprintf("dive %d (seen)", depth)))
	}
	require.EqualValues(t, 20, m.plugin.guests.all()[0].instance.Stats().Deepest)
	require.NotContains(t, m.log.String(), "level=ERROR")
}

func countPosts(m *onMattermost, message string) (count int) {
	for _, post := range m.Posts(m.Home().TownSquare.Id) {
		if post.Message == message {
			count++
		}
	}
	return count
}

// A plugin that posts from its own message hooks, while others post: nobody waits for ever, and nothing is lost.
func TestHammerOfAPluginThatPosts(t *testing.T) {
	for name, instances := range map[string]int{"one instance": 1, "three instances": 3} {
		t.Run(name, func(t *testing.T) {
			m := runInstances(t, poster, instances)
			finish := time.Now().Add(hammerTime(t))
			var posted, slowest atomic.Int64
			var users sync.WaitGroup
			for user := range 8 {
				users.Go(func() {
					for n := 0; time.Now().Before(finish); n++ {
						for len(m.plugin.guests.all()) > 0 && m.plugin.guests.state().Now.Waiting > 100 {
							time.Sleep(time.Millisecond) // what is posted has to be answered, too
						}
						began := time.Now()
						message := fmt.Sprintf("ping %d/%d", user, n)
						if n%5 == 4 {
							message = "dive 3"
						} else {
							posted.Add(1)
						}
						post, appErr := m.CreatePost(&model.Post{UserId: m.Home().Bob.Id, ChannelId: m.Home().TownSquare.Id, Message: message})
						if appErr != nil || post.Message != message+" (seen)" {
							t.Errorf("%v, %v", post, appErr)
							return
						}
						took := int64(time.Since(began))
						for most := slowest.Load(); took > most && !slowest.CompareAndSwap(most, took); most = slowest.Load() {
						}
					}
				})
			}
			users.Wait()
			require.NoError(t, m.Wait(t.Context()))
			pings, pongs := 0, 0
			for _, post := range m.Posts(m.Home().TownSquare.Id) {
				switch {
				case strings.HasPrefix(post.Message, "ping"):
					pings++
				case strings.HasPrefix(post.Message, "pong"):
					pongs++
				}
			}
			require.EqualValues(t, posted.Load(), pings)
			require.EqualValues(t, posted.Load(), pongs)
			require.NotContains(t, m.log.String(), "level=ERROR")
			t.Logf("%d posts and as many answers, the slowest in %v", pings, time.Duration(slowest.Load()))
		})
	}
}
