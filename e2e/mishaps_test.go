package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/e2e/site"
)

const (
	hookTimeout = 30 * time.Second // of a packed plugin, which cannot change it
	hookGrace   = 2 * time.Second  // from the exception to the end of the interpreter
	slack       = 5 * time.Second  // for a machine that has other things to do
)

// timedPost writes a message, and says how long that took.
func timedPost(ctx context.Context, client *model.Client4, channel *model.Channel, message string) (string, time.Duration, error) {
	began := time.Now()
	created, _, err := client.CreatePost(ctx, &model.Post{ChannelId: channel.Id, Message: message})
	if err != nil {
		return "", 0, err
	}
	return created.Message, time.Since(began), nil
}

// say writes a message as the ordinary member, which takes no longer than posts do when no plugin is in the way.
func say(t *testing.T, channel *model.Channel, message string) (stored string) {
	t.Helper()
	stored, took, err := timedPost(testContext(t), server.User, channel, message)
	require.NoError(t, err)
	require.Less(t, took, slack, "a post that nothing holds up")
	return stored
}

// waitSaid waits for a line of the log, from the n-th on, with all of the texts.
func waitSaid(t *testing.T, n int, texts ...string) site.Entry {
	t.Helper()
	return waitWhere(t, n, func(e site.Entry) bool {
		for _, text := range texts {
			if !e.Contains(text) {
				return false
			}
		}
		return true
	}, "with %q", texts)
}

// waitWhere waits for a line of the log, from the n-th on, that matches.
func waitWhere(t *testing.T, n int, matches func(site.Entry) bool, format string, args ...any) site.Entry {
	t.Helper()
	ctx, cancel := context.WithTimeout(testContext(t), time.Minute)
	defer cancel()
	entry, err := server.Log.Wait(ctx, n, matches)
	require.NoError(t, err, "a line %s", fmt.Sprintf(format, args...))
	return entry
}

// Here the plugin's process lives on: only the interpreter in it is replaced.
func TestPostsGoThroughWhateverAnInterpreterDiesOf(t *testing.T) {
	id := install(t, "testdata/plugins/mishaps")
	enableRunning(t, id)
	channel := newChannel(t)
	process := pluginProcess(t, id)
	require.Equal(t, "hello [mishaps]", say(t, channel, "hello"))

	t.Run("exhaust: a MemoryError is an exception like others", func(t *testing.T) {
		require.Equal(t, "@mishaps exhaust", say(t, channel, "@mishaps exhaust"))
		require.Equal(t, "hello [mishaps]", say(t, channel, "hello"))
		m := metrics(t, id)
		require.EqualValues(t, 1, m[`mmpy_hook_errors_total{hook="MessageWillBePosted",kind="out_of_memory"}`])
		require.Zero(t, m[`mmpy_restarts_total{cause="out_of_memory"}`])
	})
	for n, mishap := range []struct{ name, cause, reason string }{
		{"exit", "exited", "exited with code 3"},
		{"abort", "crashed", "crashed"},
		{"hoard", "out_of_memory", "MemoryError"},
	} {
		t.Run(mishap.name+": another interpreter takes over", func(t *testing.T) {
			from, message := server.Log.Len(), "@mishaps "+mishap.name
			require.Equal(t, message, say(t, channel, message), "the post as it was written")
			died, missed := time.Now(), 0
			for say(t, channel, "hello") != "hello [mishaps]" {
				missed++
				require.Less(t, time.Since(died), time.Minute, "the hook does not work again")
			}
			took := time.Since(died)
			if n == 0 {
				require.Zero(t, missed, "the first time the next interpreter starts at once, and the next hook waits for it")
			}
			waitLog(t, from, id, mishap.reason)
			waitSaid(t, from, id, "the plugin was restarted")
			require.EqualValues(t, 1, metrics(t, id)[`mmpy_restarts_total{cause="`+mishap.cause+`"}`])
			t.Logf("%s: %v to the end of the next post with a hook, %d without one before it", mishap.name, took.Round(time.Millisecond), missed)
		})
	}
	require.Equal(t, process, pluginProcess(t, id), "the process goes on")
}

// Both take half a minute, for which nothing but a post is held up: the first waits for the server's health check while
// the second one waits for the end of a hook.
func TestPostsGoThroughWhile(t *testing.T) {
	t.Run("a plugin's process is gone", testKilledProcess)
	t.Run("a plugin spins", testSpinningHooks)
}

func testKilledProcess(t *testing.T) {
	id := install(t, variant(t, "testdata/plugins/mishaps", "org.mmpy.phoenix", 1))
	enableRunning(t, id)
	channel := newChannel(t)
	require.Equal(t, "hello [phoenix]", say(t, channel, "hello"))
	from, old := server.Log.Len(), pluginProcess(t, id)
	require.NoError(t, kill(old))
	killed := time.Now()
	for range 10 {
		require.Equal(t, "is somebody there?", say(t, channel, "is somebody there?"))
	}
	t.Logf("10 posts in the first %v without the plugin", time.Since(killed).Round(time.Millisecond))
	t.Parallel()

	checked := waitSaid(t, from, "Health check failed for plugin", id)
	ready := waitSaid(t, from, id, "phoenix is ready")
	t.Logf("killed; the health check saw it %v later; ready again after %v more",
		checked.Time.Sub(killed).Round(time.Millisecond), ready.Time.Sub(checked.Time).Round(time.Millisecond))
	require.NotEqual(t, old, pluginProcess(t, id))
	stored, _, err := timedPost(testContext(t), server.User, channel, "hello")
	require.NoError(t, err)
	require.Equal(t, "hello [phoenix]", stored)
}

func testSpinningHooks(t *testing.T) {
	one := install(t, "testdata/plugins/mishaps")
	enableRunning(t, one)
	two := install(t, variant(t, "testdata/plugins/mishaps", "org.mmpy.pair", 2))
	enableRunning(t, two)
	channel := newChannel(t)
	client, maria, err := server.NewMember(testContext(t), "maria")
	require.NoError(t, err)
	_, _, err = server.Admin.AddChannelMember(testContext(t), channel.Id, maria.Id)
	require.NoError(t, err)
	type outcome struct {
		message string
		took    time.Duration
		err     error
	}
	write := func(client *model.Client4, message string) <-chan outcome {
		done := make(chan outcome, 1)
		ctx := testContext(t)
		go func() {
			stored, took, err := timedPost(ctx, client, channel, message)
			done <- outcome{stored, took, err}
		}()
		return done
	}
	signed := func(message string) bool {
		return strings.HasPrefix(message, "hello ") && strings.Contains(message, "[mishaps]") && strings.Contains(message, "[pair]")
	}
	from := server.Log.Len()

	insisting := write(server.User, "@pair insist")
	waitSaid(t, from, two, "pair will insist")
	unlucky := write(client, "hello") // it waits in the only interpreter, and has another one started
	eventually(t, func() bool { return metrics(t, two)["mmpy_instances"] == 2 }, "another interpreter")
	for range 5 { // then others do not notice
		stored, took, err := timedPost(testContext(t), client, channel, "hello")
		require.NoError(t, err)
		require.True(t, signed(stored), stored)
		require.Less(t, took, slack)
	}
	spinning := write(server.User, "@mishaps spin")
	waitSaid(t, from, one, "mishaps will spin")
	time.Sleep(2 * time.Second)       // or its time would be over at nearly the same moment
	waiting := write(client, "hello") // where there is no other one, posts wait
	require.NotEmpty(t, messages(t, channel), "what calls no hook goes on")
	require.Empty(t, waiting)

	posts := []struct {
		name    string
		post    <-chan outcome
		atLeast time.Duration
		limit   time.Duration
	}{
		{"a hook that ends with the exception", spinning, hookTimeout, hookTimeout},
		{"a hook that takes no notice of it", insisting, hookTimeout + hookGrace, hookTimeout + hookGrace},
		{"a post that waited for the first one", waiting, 0, hookTimeout},
		{"a post that waited for the second one", unlucky, 0, hookTimeout},
	}
	var stored []string
	for _, o := range posts {
		outcome := <-o.post
		require.NoError(t, outcome.err)
		stored = append(stored, outcome.message)
		t.Logf("%s: %v, %q", o.name, outcome.took.Round(time.Millisecond), outcome.message)
		require.GreaterOrEqual(t, outcome.took, o.atLeast, o.name)
		require.Less(t, outcome.took, o.limit+slack, o.name)
	}
	require.NotContains(t, stored[0], "[mishaps]", "its hook has failed")
	require.NotContains(t, stored[1], "[pair]")
	require.True(t, signed(stored[2]), stored[2])
	waitLog(t, from, one, "HookTimeoutError")
	waitLog(t, from, two, "killed, having run on after its deadline")
	require.True(t, signed(say(t, channel, "hello")), "both go on")

	m := metrics(t, one)
	require.EqualValues(t, 1, m[`mmpy_hook_errors_total{hook="MessageWillBePosted",kind="timeout"}`])
	require.Zero(t, m[`mmpy_restarts_total{cause="killed"}`])
	require.EqualValues(t, 1, metrics(t, two)[`mmpy_restarts_total{cause="killed"}`])
}
