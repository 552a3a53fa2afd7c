package server

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/internal/memserver"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/wasmhost"
)

// hang is a hook that does not end before its instance does.
func hang(i *fakeInstance, _ proto.Message) (proto.Message, error) {
	<-i.Retired()
	return nil, &wasmhost.Error{Code: wasmhost.Closed, Op: "hook"}
}

func TestDeactivationLetsHooksEndAndTakesNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var happened notes
		note := func(name string, takes time.Duration) func(*fakeInstance, proto.Message) (proto.Message, error) {
			return func(*fakeInstance, proto.Message) (proto.Message, error) {
				time.Sleep(takes)
				happened.add("%s", name)
				return nil, nil
			}
		}
		engine := &fakeEngine{script: script{
			"MessageHasBeenPosted": note("posted", 2*time.Second), "MessageWillBePosted": note("late", 0), "OnDeactivate": note("goodbye", 0),
		}}
		p, api := fake(t, engine)
		require.NoError(t, p.OnActivate())
		go p.MessageHasBeenPosted(nil, &model.Post{})
		synctest.Wait()
		go func() {
			time.Sleep(time.Second)
			p.MessageWillBePosted(nil, &model.Post{})
			_, err := p.Invoke(context.Background(), abi.HookMessageWillBePosted, &pb.MessageWillBePostedRequest{})
			if err == nil || err.Error() != "start the plugin: the plugin is deactivated" {
				t.Error(err)
			}
		}()
		began := time.Now()
		require.NoError(t, p.OnDeactivate())
		require.Equal(t, []string{"posted", "goodbye"}, happened.take())
		require.Equal(t, 2*time.Second, time.Since(began))
		require.NotContains(t, api.String(), "ERROR", "a hook that comes too late is nobody's mistake")
		require.True(t, engine.started[0].isClosed())

		require.NoError(t, p.OnActivate(), "it can be activated again")
		p.MessageWillBePosted(nil, &model.Post{})
		require.Equal(t, []string{"late"}, happened.take())
	})
}

func TestDeactivationEndsInTimeWhateverHangs(t *testing.T) {
	for name, test := range map[string]struct {
		hook, last func(*fakeInstance, proto.Message) (proto.Message, error)
		takes      time.Duration
	}{
		"a hook":                  {hang, nothing, deactivation.interrupt},
		"OnDeactivate":            {nothing, hang, deactivation.cut},
		"a hook and OnDeactivate": {hang, hang, deactivation.cut},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				engine := &fakeEngine{script: script{"MessageHasBeenPosted": test.hook, "OnDeactivate": test.last}}
				p, _ := fake(t, engine)
				require.NoError(t, p.OnActivate())
				go p.MessageHasBeenPosted(nil, &model.Post{})
				synctest.Wait()
				began := time.Now()
				_ = p.OnDeactivate()
				require.Equal(t, test.takes, time.Since(began))
				require.Less(t, time.Since(began), 10*time.Second, "Mattermost ends the process then")
				require.True(t, engine.started[0].isClosed())
			})
		})
	}
}

// A guest that is being started again, or waits for that, does not outlive the plugin.
func TestDeactivationEndsARestart(t *testing.T) {
	for name, test := range map[string]struct{ deaths int }{"that is under way": {1}, "that is to come": {2}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				engine := &fakeEngine{script: dying()}
				p, _ := fake(t, engine)
				require.NoError(t, p.OnActivate())
				for range test.deaths {
					engine.setLoad(func(*fakeInstance) error { time.Sleep(time.Second); return nil })
					p.MessageHasBeenPosted(nil, &model.Post{Message: "die"})
				}
				waited := make(chan error)
				go func() {
					_, err := p.Invoke(context.Background(), abi.HookMessageWillBePosted, &pb.MessageWillBePostedRequest{})
					waited <- err
				}()
				synctest.Wait()
				go func() { _ = p.OnDeactivate() }()
				require.Error(t, <-waited)
				time.Sleep(time.Hour)
				for _, i := range engine.started {
					require.True(t, i.isClosed())
				}
				require.LessOrEqual(t, engine.starts(), 1+test.deaths)
			})
		})
	}
}

const hanging = `
from mattermost_plugin import Plugin, hook, HookName

class Hanging(Plugin):
    @hook(HookName.MessageHasBeenPosted)
    def posted(self, context, post):
        self.logger.info("here")
        if post.message == "wait":
            self.api.kv_get("slow")
        while post.message == "spin":
            pass
        while post.message == "spin for good":
            try:
                while True:
                    pass
            except BaseException:
                pass

    @hook(HookName.OnDeactivate)
    def deactivated(self):
        self.logger.info("goodbye")
`

// slowAPI is an API with a method that does not return.
type slowAPI struct {
	*memserver.API
	called, release chan struct{}
}

func (a *slowAPI) KVGet(string) ([]byte, *model.AppError) {
	close(a.called)
	<-a.release
	return nil, nil
}

func TestAPythonPluginIsDeactivatedInTimeWhateverItsHooksDo(t *testing.T) {
	for message, test := range map[string]struct{ goodbye bool }{
		"spin":          {true}, // it gets an exception
		"spin for good": {false},
		"wait":          {true}, // on top of it
	} {
		t.Run(message, func(t *testing.T) {
			m := run(t, hanging, Config{})
			m.plugin.deactivation = ending{interrupt: 200 * time.Millisecond, deactivate: time.Second, cut: 1500 * time.Millisecond}
			api := &slowAPI{m.Plugin(m.plugin.bundle.manifest.Model), make(chan struct{}), make(chan struct{})}
			m.plugin.SetAPI(api)
			release := sync.OnceFunc(func() { close(api.release) })
			t.Cleanup(release)
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				m.plugin.MessageHasBeenPosted(nil, &model.Post{Message: message})
			}()
			instance := m.plugin.guests.all()[0].instance.(*wasmhost.Instance)
			require.Eventually(t, func() bool { return instance.Stats().Depth == 1 }, 10*time.Second, time.Millisecond)
			require.Eventually(t, func() bool { return strings.Contains(m.log.String(), "here") }, 10*time.Second, time.Millisecond)
			if message == "wait" {
				<-api.called
			}
			time.Sleep(10 * time.Millisecond) // from there to the loop
			began := time.Now()
			_ = m.plugin.OnDeactivate()
			took := time.Since(began)
			t.Log("deactivated in", took)
			require.GreaterOrEqual(t, took, 200*time.Millisecond)
			require.Less(t, took, 3*time.Second)
			require.Equal(t, test.goodbye, strings.Contains(m.log.String(), "goodbye"))
			<-instance.Retired()
			if message == "wait" {
				release()
			}
			<-ended
		})
	}
}
