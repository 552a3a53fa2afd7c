package server

import (
	"os"
	"runtime/debug"
	"strconv"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/wasmhost"
)

const mortal = `
import os
from mattermost_plugin import Plugin, hook, HookName

kept = []

class Mortal(Plugin):
    @hook(HookName.OnConfigurationChange)
    def configured(self):
        self.configured = True

    @hook(HookName.OnActivate)
    def activated(self):
        self.active = self.configured

    @hook(HookName.MessageHasBeenPosted)
    def posted(self, context, post):
        self.api.kv_get("slow")

    @hook(HookName.MessageWillBePosted)
    def check(self, context, post):
        if post.message == "exit":
            os._exit(3)
        if post.message == "abort":
            os.abort()
        if post.message == "fill":
            size = 1 << 24
            while size > 8:
                try:
                    while True:
                        kept.append(bytes(size))
                except MemoryError:
                    size >>= 1
        while post.message == "spin":
            try:
                while True:
                    pass
            except BaseException:
                pass
        bytes(1 << 16)  # the hook needs some memory
        post.message = f"active: {self.active}, kept: {len(kept)}"
        return post, ""
`

// send runs MessageWillBePosted and gives the message that comes back.
func (m *onMattermost) send(t *testing.T, message string) (string, error) {
	t.Helper()
	response, err := m.plugin.Invoke(t.Context(), abi.HookMessageWillBePosted, &pb.MessageWillBePostedRequest{Post: &pb.Post{Message: message}})
	if err != nil {
		return "", err
	}
	return response.(*pb.MessageWillBePostedResponse).ModifiedPost.GetMessage(), nil
}

func TestAPluginComesBackWhateverItDiesOf(t *testing.T) {
	for message, want := range map[string]wasmhost.Code{
		"exit": wasmhost.Exited, "abort": wasmhost.Trap, "spin": wasmhost.Killed, "fill": wasmhost.OutOfMemory,
	} {
		t.Run(message, func(t *testing.T) {
			config := Config{}
			if message == "spin" {
				config.HookTimeout = time.Second
			}
			m := run(t, mortal, config)
			api := &slowAPI{m.Plugin(m.plugin.bundle.manifest.Model), make(chan struct{}), make(chan struct{})}
			m.plugin.SetAPI(api)
			below := make(chan error)
			go func() { // a hook that is in flight
				_, err := m.plugin.Invoke(t.Context(), abi.HookMessageHasBeenPosted, &pb.MessageHasBeenPostedRequest{Post: &pb.Post{}})
				below <- err
			}()
			<-api.called
			old := m.plugin.guests.all()[0]

			_, err := m.send(t, message)
			if message == "fill" { // it is given up when it does not get better
				for range maxStarved - 1 {
					require.ErrorIs(t, err, want)
					require.False(t, old.isGone(m.plugin))
					_, err = m.send(t, "")
				}
			}
			died := time.Now()
			require.ErrorIs(t, err, want)
			answer, err := m.send(t, "")
			took := time.Since(died)
			require.NoError(t, err)
			require.Equal(t, "active: True, kept: 0", answer, "another interpreter, which was activated")
			t.Logf("%s: %v from the end of the hook that died to the next answer", message, took.Round(100*time.Microsecond))

			close(api.release)
			err = <-below
			if message != "fill" { // there it may end
				require.ErrorIs(t, err, wasmhost.Closed)
				require.ErrorIs(t, err, want, "the reason")
			}
			require.Contains(t, m.log.String(), "the plugin was restarted")
			select {
			case <-old.instance.Retired():
			case <-time.After(10 * time.Second):
				t.Fatal("the old interpreter goes on")
			}
		})
	}
}

func (g *guest) isGone(p *Plugin) bool {
	p.guests.mu.Lock()
	defer p.guests.mu.Unlock()
	return g.gone
}

// cyclesByDefault is how many times TestDyingAndComingBackLeavesNothingBehind does it; MMPY_CYCLES says another number.
const cyclesByDefault = 100

func TestDyingAndComingBackLeavesNothingBehind(t *testing.T) {
	cycles := cyclesByDefault
	if text := os.Getenv("MMPY_CYCLES"); text != "" {
		var err error
		cycles, err = strconv.Atoi(text)
		require.NoError(t, err, "MMPY_CYCLES")
	}
	m := run(t, mortal, Config{})
	ways := []string{"exit", "abort"}
	cycle := func(n int) {
		m.plugin.guests.mu.Lock()
		for _, g := range m.plugin.guests.all() {
			g.since = g.since.Add(-healthyTime) // or the delays would grow
		}
		m.plugin.guests.mu.Unlock()
		_, err := m.send(t, ways[n%len(ways)])
		require.Error(t, err)
		answer, err := m.send(t, "")
		require.NoError(t, err)
		require.Equal(t, "active: True, kept: 0", answer)
	}
	for n := range 5 {
		cycle(n)
	}
	ignored := goleak.IgnoreCurrent()
	before := measure(t)
	began := time.Now()
	for n := range cycles {
		cycle(n)
	}
	t.Logf("%d cycles, %v each", cycles, (time.Since(began) / time.Duration(cycles)).Round(100*time.Microsecond))
	after := measure(t)
	for deadline := time.Now().Add(10 * time.Second); after.goroutines > before.goroutines && time.Now().Before(deadline); after = measure(t) {
		time.Sleep(10 * time.Millisecond)
	}
	require.LessOrEqual(t, after.goroutines, before.goroutines)
	t.Logf("before: %+v", before)
	t.Logf("after:  %+v", after)
	require.NoError(t, goleak.Find(ignored, goleak.IgnoreAnyFunction("github.com/mmpy/mmpy/server.(*Plugin).watch")))
	require.LessOrEqual(t, after.files, before.files)
	require.LessOrEqual(t, after.mappings, before.mappings+10)
	if !shadows {
		require.LessOrEqual(t, after.resident, before.resident+16<<20)
	}
}

// measured is what a process has in use.
type measured struct{ goroutines, files, mappings, resident int }

func measure(t *testing.T) measured {
	t.Helper()
	debug.FreeOSMemory()
	return measured{goroutines(), openFiles(t), mappings(t), residentMemory(t)}
}

func TestAHookThatWaitsForADyingInterpreterRunsInTheNextOne(t *testing.T) {
	m := run(t, mortal, Config{HookTimeout: 10 * time.Second})
	instance := m.plugin.guests.all()[0].instance
	m.plugin.timeout = 500 * time.Millisecond
	died := make(chan error)
	go func() {
		_, err := m.send(t, "spin")
		died <- err
	}()
	require.Eventually(t, func() bool { return instance.Stats().Depth == 1 }, 10*time.Second, time.Millisecond)
	m.plugin.timeout = 10 * time.Second
	answer, err := m.send(t, "")
	require.NoError(t, err)
	require.Equal(t, "active: True, kept: 0", answer)
	require.ErrorIs(t, <-died, wasmhost.Killed)
}

func TestMattermostSeesAProcessWhosePluginStaysDown(t *testing.T) {
	t.Setenv(patienceKey, "2")
	env := newEnvironment(t)
	id := env.install(t, writeBundle(t, mortal, nil), []string{"MessageWillBePosted", "OnActivate", "OnConfigurationChange"})
	hooks := env.activate(t, id)
	_, _ = env.post("exit") // which goes through as it is
	require.NoError(t, env.PerformHealthCheck(id), "it has come back")
	post, _ := hooks.MessageWillBePosted(&plugin.Context{}, &model.Post{Message: "hello"})
	require.Equal(t, "active: True, kept: 0", post.Message)

	_, _ = env.post("abort")
	require.Eventually(t, func() bool { return env.PerformHealthCheck(id) != nil }, 10*time.Second, 10*time.Millisecond, "%s", env.log)
	require.Contains(t, env.log.String(), "the plugin ends its process, so that the server's health check sees it")
	require.Contains(t, env.log.String(), "it has failed 2 times in a row, and stays down")

	require.NoError(t, env.RestartPlugin(id), "as the health check does")
	require.NoError(t, env.PerformHealthCheck(id))
}
