package server

import (
	"errors"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
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
	filtered := 0
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
			filtered++
			return nil, nil
		},
	}
	p, _ = fake(t, engine)
	p.SetAPI(api)
	require.NoError(t, p.OnActivate())
	p.MessageWillBePosted(nil, &model.Post{Message: "spin"})
	p.MessageWillBePosted(nil, &model.Post{Message: "hi"})
	require.Equal(t, 2, filtered)
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

func TestAPluginThatCannotBeRestartedIsLeftAloneForAWhile(t *testing.T) {
	engine := &fakeEngine{script: script{"MessageHasBeenPosted": func(*fakeInstance, proto.Message) (proto.Message, error) {
		return nil, killed()
	}}}
	p, api := fake(t, engine)
	now := time.Now()
	p.guests.now = func() time.Time { return now }
	require.NoError(t, p.OnActivate())
	engine.script["OnActivate"] = func(*fakeInstance, proto.Message) (proto.Message, error) {
		return nil, errors.New("the database is gone")
	}
	for range 3 {
		p.MessageHasBeenPosted(nil, &model.Post{}) // kills it, then finds it dead twice
	}
	require.Equal(t, 2, engine.starts())
	require.Contains(t, api.String(), "activate the restarted plugin: OnActivate: the database is gone")

	now = now.Add(restartDelay)
	delete(engine.script, "OnActivate")
	p.MessageHasBeenPosted(nil, &model.Post{})
	require.Equal(t, 3, engine.starts())
}
