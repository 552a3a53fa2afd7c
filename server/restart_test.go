package server

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/wasmhost"
)

func TestADeadGuestIsReplacedAndActivatedAgain(t *testing.T) {
	t.Cleanup(func() { goleak.VerifyNone(t) })
	var notes []string
	engine := &fakeEngine{script: does(&notes, "OnConfigurationChange", "OnActivate")}
	engine.script["MessageHasBeenPosted"] = func(_ *fakeInstance, request proto.Message) (proto.Message, error) {
		if request.(*pb.MessageHasBeenPostedRequest).Post.Message == "spin" {
			return nil, killed()
		}
		notes = append(notes, "posted")
		return nil, nil
	}
	p, api := fake(t, engine)
	require.NoError(t, p.OnConfigurationChange())
	require.NoError(t, p.OnActivate())
	p.MessageHasBeenPosted(nil, &model.Post{Message: "spin"})
	p.MessageHasBeenPosted(nil, &model.Post{Message: "hi"})

	require.Equal(t, []string{"OnConfigurationChange", "OnActivate", "OnConfigurationChange", "OnActivate", "posted"}, notes)
	require.Equal(t, 2, engine.starts())
	require.Contains(t, api.String(), "ERROR hook MessageHasBeenPosted failed")
	require.Contains(t, api.String(), "INFO the plugin was restarted")
}

func TestAnExceptionDoesNotReplaceTheGuest(t *testing.T) {
	engine := &fakeEngine{script: script{"MessageHasBeenPosted": func(*fakeInstance, proto.Message) (proto.Message, error) {
		return nil, raise("ValueError", "x")
	}}}
	p, _ := fake(t, engine)
	require.NoError(t, p.OnActivate())
	p.MessageHasBeenPosted(nil, &model.Post{})
	p.MessageHasBeenPosted(nil, &model.Post{})
	require.Equal(t, 1, engine.starts())
}

// Mattermost answers CreatePost in the restarted plugin's OnActivate only when the plugin's own MessageWillBePosted has
// been answered.
func TestARestartedPluginThatPostsInOnActivateDoesNotWaitForItself(t *testing.T) {
	var p *Plugin
	engine := &fakeEngine{}
	api := &postAPI{create: func(post *model.Post) { p.MessageWillBePosted(nil, post) }}
	var filtered atomic.Int32
	engine.script = script{
		"OnActivate": func(i *fakeInstance, _ proto.Message) (proto.Message, error) {
			if engine.starts() > 1 {
				return nil, i.api(abi.CreatePost, &pb.CreatePostRequest{Post: &pb.Post{Message: "I am back"}})
			}
			return nil, nil
		},
		"MessageWillBePosted": func(_ *fakeInstance, request proto.Message) (proto.Message, error) {
			if request.(*pb.MessageWillBePostedRequest).Post.Message == "spin" {
				return nil, killed()
			}
			filtered.Add(1)
			return nil, nil
		},
	}
	p, _ = fake(t, engine)
	p.SetAPI(api)
	require.NoError(t, p.OnActivate())
	p.MessageWillBePosted(nil, &model.Post{Message: "spin"})
	p.MessageWillBePosted(nil, &model.Post{Message: "hi"})
	require.Eventually(t, func() bool { return filtered.Load() == 2 }, 10*time.Second, time.Millisecond)
}

// postAPI is a logAPI that posts.
type postAPI struct {
	logAPI
	create func(*model.Post)
}

func (a *postAPI) CreatePost(post *model.Post) (*model.Post, *model.AppError) {
	a.create(post)
	return post, nil
}

// Its hooks lean on what OnActivate sets up, which takes a call or two.
func TestARestartedPluginGetsNoHookBeforeItIsActivated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &fakeEngine{script: dying()}
		activated := false
		engine.script["OnActivate"] = func(i *fakeInstance, _ proto.Message) (proto.Message, error) {
			activated = false
			err := i.api(abi.CreatePost, &pb.CreatePostRequest{Post: &pb.Post{}})
			time.Sleep(letInDelay / 2)
			activated = true
			return nil, err
		}
		engine.script["MessageWillBePosted"] = func(*fakeInstance, proto.Message) (proto.Message, error) {
			require.True(t, activated)
			return nil, nil
		}
		p, _ := fake(t, engine)
		p.SetAPI(&postAPI{create: func(*model.Post) {}})
		require.NoError(t, p.OnActivate())
		p.MessageHasBeenPosted(nil, &model.Post{Message: "die"})
		_, err := p.Invoke(t.Context(), abi.HookMessageWillBePosted, &pb.MessageWillBePostedRequest{})
		require.NoError(t, err)
		require.Equal(t, 2, engine.starts())
	})
}

func TestAPluginThatDiesIsStartedAgainAtOnceAndThenAfterGrowingDelays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &fakeEngine{script: dying()}
		p, api := fake(t, engine)
		var gaveUp []error
		p.guests.down = func(err error) { gaveUp = append(gaveUp, err) }
		require.NoError(t, p.OnActivate())

		const second = time.Second
		for n, delay := range []time.Duration{0, second, 2 * second, 4 * second, 8 * second, 16 * second, 32 * second, time.Minute, time.Minute} {
			p.MessageHasBeenPosted(nil, &model.Post{Message: "die"})
			synctest.Wait()
			if delay > 0 {
				require.Equal(t, n+1, engine.starts(), "not yet")
				_, err := p.Invoke(t.Context(), abi.HookMessageWillBePosted, &pb.MessageWillBePostedRequest{})
				require.ErrorContains(t, err, "start the plugin: it is started again in "+delay.String())
				require.ErrorIs(t, err, wasmhost.Killed)
				time.Sleep(delay)
				synctest.Wait()
			}
			require.Equal(t, n+2, engine.starts(), "without any hook")
			_, err := p.Invoke(t.Context(), abi.HookMessageWillBePosted, &pb.MessageWillBePostedRequest{})
			require.NoError(t, err)
		}
		require.NoError(t, p.Health())
		p.MessageHasBeenPosted(nil, &model.Post{Message: "die"})
		time.Sleep(time.Hour)
		synctest.Wait()
		require.Equal(t, maxFailures, engine.starts(), "it stays down")
		require.ErrorContains(t, p.Health(), "it has failed 10 times in a row, and stays down: hook: killed")
		require.Equal(t, []error{p.Health()}, gaveUp)
		_, err := p.Invoke(t.Context(), abi.HookMessageWillBePosted, &pb.MessageWillBePostedRequest{})
		require.ErrorIs(t, err, p.Health())
		require.Contains(t, api.String(), "ERROR the plugin stays down")

		require.NoError(t, p.OnDeactivate())
		require.NoError(t, p.OnActivate())
		require.NoError(t, p.Health())
		_, err = p.Invoke(t.Context(), abi.HookMessageWillBePosted, &pb.MessageWillBePostedRequest{})
		require.NoError(t, err)
	})
}

// dying is a plugin that dies when it is told so.
func dying() script {
	return script{
		"MessageHasBeenPosted": func(_ *fakeInstance, request proto.Message) (proto.Message, error) {
			if request.(*pb.MessageHasBeenPostedRequest).Post.Message == "die" {
				return nil, killed()
			}
			return nil, nil
		},
		"MessageWillBePosted": func(*fakeInstance, proto.Message) (proto.Message, error) { return nil, nil },
	}
}

func TestAGuestThatWasWellForAWhileIsReplacedAtOnceWhenItDies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &fakeEngine{script: dying()}
		p, _ := fake(t, engine)
		require.NoError(t, p.OnActivate())
		for n := range 3 * maxFailures {
			time.Sleep(healthyTime)
			p.MessageHasBeenPosted(nil, &model.Post{Message: "die"})
			synctest.Wait()
			require.Equal(t, n+2, engine.starts())
		}
		require.NoError(t, p.Health())
	})
}

func TestAGuestThatDiesWhileNoHookRunsIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var notes []string
		engine := &fakeEngine{script: does(&notes, "OnConfigurationChange", "OnActivate")}
		p, api := fake(t, engine)
		require.NoError(t, p.OnActivate())
		engine.started[0].end(&wasmhost.Error{Code: wasmhost.Trap, Op: "loop", Message: "out of bounds"})
		synctest.Wait()
		require.Equal(t, []string{"OnActivate", "OnConfigurationChange", "OnActivate"}, notes)
		require.Contains(t, api.String(), "WARN the interpreter has ended, and another one takes over error=loop: crashed: out of bounds")
	})
}

func TestAPluginThatCannotBeActivatedAgainIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &fakeEngine{script: dying()}
		p, api := fake(t, engine)
		require.NoError(t, p.OnActivate())
		engine.set("OnActivate", func(*fakeInstance, proto.Message) (proto.Message, error) {
			return nil, errors.New("the database is gone")
		})
		p.MessageHasBeenPosted(nil, &model.Post{Message: "die"})
		synctest.Wait()
		require.Equal(t, 2, engine.starts())
		require.Contains(t, api.String(), "activate the restarted plugin: OnActivate: the database is gone")
		_, err := p.Invoke(t.Context(), abi.HookMessageWillBePosted, &pb.MessageWillBePostedRequest{})
		require.ErrorContains(t, err, "it is started again in 1s, having failed 2 times in a row: activate the restarted plugin")

		engine.set("OnActivate", func(*fakeInstance, proto.Message) (proto.Message, error) { return nil, nil })
		time.Sleep(firstDelay)
		synctest.Wait()
		require.Equal(t, 3, engine.starts())
		require.Contains(t, api.String(), "INFO the plugin was restarted")
		_, err = p.Invoke(t.Context(), abi.HookMessageWillBePosted, &pb.MessageWillBePostedRequest{})
		require.NoError(t, err)
	})
}

// A hook that comes while the plugin is being started again waits for that, but not beyond its own time.
func TestAHookWaitsForARestartUntilItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &fakeEngine{script: dying()}
		p, _ := fake(t, engine)
		require.NoError(t, p.OnActivate())
		engine.setLoad(func(*fakeInstance) error { time.Sleep(20 * time.Second); return nil })
		p.MessageHasBeenPosted(nil, &model.Post{Message: "die"})
		began := time.Now()
		_, err := p.Invoke(t.Context(), abi.HookMessageWillBePosted, &pb.MessageWillBePostedRequest{})
		require.NoError(t, err)
		require.Equal(t, 20*time.Second, time.Since(began))

		time.Sleep(healthyTime)
		engine.setLoad(func(*fakeInstance) error { time.Sleep(40 * time.Second); return nil })
		p.MessageHasBeenPosted(nil, &model.Post{Message: "die"})
		began = time.Now()
		_, err = p.Invoke(t.Context(), abi.HookMessageWillBePosted, &pb.MessageWillBePostedRequest{})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, DefaultHookTimeout, time.Since(began))
		time.Sleep(10 * time.Second)
		_, err = p.Invoke(t.Context(), abi.HookMessageWillBePosted, &pb.MessageWillBePostedRequest{})
		require.NoError(t, err)
	})
}

// The settings may change while a guest is being activated, after it has read them.
func TestAGuestThatIsBeingActivatedLearnsOfNewerSettings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		setting, seen, loads := "old", "", 0
		engine := &fakeEngine{script: dying()}
		engine.script["OnConfigurationChange"] = func(*fakeInstance, proto.Message) (proto.Message, error) {
			seen = setting
			return nil, nil
		}
		engine.script["OnActivate"] = func(*fakeInstance, proto.Message) (proto.Message, error) {
			if loads++; loads > 1 {
				time.Sleep(time.Second)
			}
			return nil, nil
		}
		p, _ := fake(t, engine)
		require.NoError(t, p.OnConfigurationChange())
		require.NoError(t, p.OnActivate())
		p.MessageHasBeenPosted(nil, &model.Post{Message: "die"})
		synctest.Wait()
		setting = "new"
		require.NoError(t, p.OnConfigurationChange())
		require.Equal(t, "old", seen)
		_, err := p.Invoke(t.Context(), abi.HookMessageWillBePosted, &pb.MessageWillBePostedRequest{})
		require.NoError(t, err)
		require.Equal(t, "new", seen)
	})
}
