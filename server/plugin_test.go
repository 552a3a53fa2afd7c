package server

import (
	"errors"
	"net/http"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/wasmhost"
)

// does makes hooks that only note their names.
func does(notes *[]string, names ...string) script {
	s := script{}
	for _, name := range names {
		s[name] = func(*fakeInstance, proto.Message) (proto.Message, error) {
			*notes = append(*notes, name)
			return nil, nil
		}
	}
	return s
}

func TestTheInterpreterStartsWhenItIsFirstNeeded(t *testing.T) {
	var notes []string
	engine := &fakeEngine{script: does(&notes, "OnActivate", "OnConfigurationChange", "OnDeactivate")}
	p, _ := fake(t, engine, "OnActivate", "OnConfigurationChange", "OnDeactivate")

	names, err := p.Implemented()
	require.NoError(t, err)
	require.Equal(t, []string{"OnActivate", "OnConfigurationChange", "OnDeactivate", "ServeMetrics"}, names)
	require.Zero(t, engine.starts(), "the bundle has the list of hooks")

	require.NoError(t, p.OnConfigurationChange())
	require.NoError(t, p.OnActivate())
	require.NoError(t, p.OnDeactivate())
	require.Equal(t, []string{"OnConfigurationChange", "OnActivate", "OnDeactivate"}, notes)
	require.Equal(t, 1, engine.starts())
	require.True(t, engine.started[0].closed)
}

func TestABundleThatWasNotPackedIsAskedForItsHooks(t *testing.T) {
	var notes []string
	p, _ := fake(t, &fakeEngine{script: does(&notes, "MessageHasBeenPosted")})
	require.Nil(t, p.Hooks())
	names, err := p.Implemented()
	require.NoError(t, err)
	require.Equal(t, []string{"MessageHasBeenPosted", "OnDeactivate", "ServeMetrics"}, names, "what mmpy needs itself is always there")
	require.Equal(t, []string{"MessageHasBeenPosted"}, p.Hooks())
}

func TestAnOldListOfHooksIsNoticed(t *testing.T) {
	var notes []string
	p, api := fake(t, &fakeEngine{script: does(&notes, "MessageHasBeenPosted")}, "MessageWillBePosted")
	require.NoError(t, p.OnActivate())
	require.Contains(t, api.String(), "pack it again")
	require.Equal(t, []string{"MessageHasBeenPosted"}, p.Hooks())
}

func TestActivationFailsForAReason(t *testing.T) {
	for name, test := range map[string]struct {
		engine *fakeEngine
		reason string
		logged string
	}{
		"the hook raises": {
			engine: &fakeEngine{script: script{"OnActivate": func(*fakeInstance, proto.Message) (proto.Message, error) {
				return nil, raise("ValueError", "no token configured")
			}}},
			reason: "OnActivate: ValueError: no token configured",
			logged: "plugin.py\", line 7",
		},
		"the hook refuses": {
			engine: &fakeEngine{script: script{"OnActivate": func(*fakeInstance, proto.Message) (proto.Message, error) {
				return &pb.OnActivateResponse{Error: &pb.AppError{Id: "plugin.on_activate.error", Message: "no token configured"}}, nil
			}}},
			reason: "OnActivate: no token configured",
		},
		"the hook raises, and the guest says so": {
			engine: &fakeEngine{script: script{"OnActivate": func(*fakeInstance, proto.Message) (proto.Message, error) {
				return &pb.OnActivateResponse{Error: &pb.AppError{Message: "'token'", DetailedError: "KeyError"}}, nil
			}}},
			reason: "OnActivate: KeyError: 'token'",
		},
		"something of ours panics": {
			engine: &fakeEngine{script: script{"OnActivate": func(*fakeInstance, proto.Message) (proto.Message, error) {
				panic("not what we thought")
			}}},
			reason: "panic: not what we thought",
		},
		"the plugin does not load": {
			engine: &fakeEngine{load: func(*fakeInstance) error { return raise("SyntaxError", "invalid syntax (plugin.py, line 3)") }},
			reason: "SyntaxError: invalid syntax (plugin.py, line 3)",
			logged: "traceback=Traceback",
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, api := fake(t, test.engine)
			require.NoError(t, p.OnConfigurationChange())
			require.ErrorContains(t, p.OnActivate(), test.reason)
			require.Contains(t, api.String(), test.logged)
			require.Equal(t, 1, test.engine.starts(), "loading it twice in a row would log it twice")
		})
	}
}

func TestAPluginThatFailedToActivateCanBeActivatedAgain(t *testing.T) {
	failure := raise("ValueError", "not yet")
	engine := &fakeEngine{script: script{"OnActivate": func(*fakeInstance, proto.Message) (proto.Message, error) { return nil, failure }}}
	p, _ := fake(t, engine)
	require.Error(t, p.OnActivate())
	failure = nil
	require.NoError(t, p.OnActivate())
	require.Equal(t, 2, engine.starts())
}

func TestTheAPIIsNotThereWhileThePluginIsLoaded(t *testing.T) {
	var atLoad, atActivate error
	engine := &fakeEngine{
		load: func(i *fakeInstance) error {
			atLoad = i.api(abi.GetServerVersion, &pb.GetServerVersionRequest{})
			return nil
		},
		script: script{"OnActivate": func(i *fakeInstance, _ proto.Message) (proto.Message, error) {
			atActivate = i.api(abi.GetServerVersion, &pb.GetServerVersionRequest{})
			return nil, nil
		}},
	}
	p, _ := fake(t, engine)
	require.NoError(t, p.OnActivate())
	require.ErrorIs(t, atLoad, abi.StatusUnavailable)
	require.NoError(t, atActivate)
}

func TestMessageWillBePosted(t *testing.T) {
	var response *pb.MessageWillBePostedResponse
	var failure error
	var got *pb.MessageWillBePostedRequest
	p, api := fake(t, &fakeEngine{script: script{
		"MessageWillBePosted": func(_ *fakeInstance, request proto.Message) (proto.Message, error) {
			got = request.(*pb.MessageWillBePostedRequest)
			return response, failure
		},
	}})
	require.NoError(t, p.OnActivate())
	c, post := &plugin.Context{RequestId: "r1", IPAddress: "::1"}, &model.Post{Id: "p1", Message: "hi"}

	response = &pb.MessageWillBePostedResponse{}
	same, reason := p.MessageWillBePosted(c, post)
	require.Nil(t, same)
	require.Empty(t, reason)
	require.Equal(t, "r1", got.PluginContext.RequestId)
	require.Equal(t, "::1", got.PluginContext.IpAddress)
	require.Equal(t, "hi", got.Post.Message)
	require.True(t, got.ChangesSuffice)

	response = &pb.MessageWillBePostedResponse{ModifiedPost: &pb.Post{Id: "p1", Message: "hello"}}
	changed, reason := p.MessageWillBePosted(c, post)
	require.Equal(t, "hello", changed.Message)
	require.Empty(t, reason)
	require.Equal(t, "hi", post.Message)

	response = &pb.MessageWillBePostedResponse{ModifiedPost: &pb.Post{Message: "hello"}, ChangedFields: []uint32{11}}
	changed, reason = p.MessageWillBePosted(c, post)
	require.Equal(t, &model.Post{Id: "p1", Message: "hello"}, changed)
	require.Empty(t, reason)

	response = &pb.MessageWillBePostedResponse{ModifiedPost: &pb.Post{}, RejectionReason: "no"}
	none, reason := p.MessageWillBePosted(c, post)
	require.Nil(t, none)
	require.Equal(t, "no", reason)

	failure = raise("KeyError", "'word'")
	same, reason = p.MessageWillBePosted(c, post)
	require.Nil(t, same, "a plugin that fails does not stop people from talking")
	require.Empty(t, reason)
	require.Contains(t, api.String(), "ERROR hook MessageWillBePosted failed plugin_name=Test error=KeyError: 'word' traceback=Traceback (most recent call last):\n  File")
	require.NotPanics(t, func() { p.MessageWillBePosted(nil, nil) })
}

func TestMessageWillBeUpdated(t *testing.T) {
	var response *pb.MessageWillBeUpdatedResponse
	var failure error
	p, _ := fake(t, &fakeEngine{script: script{
		"MessageWillBeUpdated": func(_ *fakeInstance, request proto.Message) (proto.Message, error) {
			require.Equal(t, "old", request.(*pb.MessageWillBeUpdatedRequest).OldPost.Message)
			require.True(t, request.(*pb.MessageWillBeUpdatedRequest).ChangesSuffice)
			return response, failure
		},
	}})
	require.NoError(t, p.OnActivate())
	newPost, oldPost := &model.Post{Message: "new"}, &model.Post{Message: "old"}

	response = &pb.MessageWillBeUpdatedResponse{}
	post, reason := p.MessageWillBeUpdated(nil, newPost, oldPost)
	require.Same(t, newPost, post, "nil would reject it")
	require.Empty(t, reason)

	response = &pb.MessageWillBeUpdatedResponse{ModifiedPost: &pb.Post{Message: "newer"}}
	post, reason = p.MessageWillBeUpdated(nil, newPost, oldPost)
	require.Equal(t, "newer", post.Message)
	require.Empty(t, reason)

	response = &pb.MessageWillBeUpdatedResponse{ModifiedPost: &pb.Post{Hashtags: "#a"}, ChangedFields: []uint32{15}}
	post, reason = p.MessageWillBeUpdated(nil, newPost, oldPost)
	require.Equal(t, &model.Post{Message: "new", Hashtags: "#a"}, post)
	require.Empty(t, reason)

	response = &pb.MessageWillBeUpdatedResponse{RejectionReason: "no"}
	post, reason = p.MessageWillBeUpdated(nil, newPost, oldPost)
	require.Nil(t, post)
	require.Equal(t, "no", reason)

	failure = raise("ValueError", "x")
	post, reason = p.MessageWillBeUpdated(nil, newPost, oldPost)
	require.Same(t, newPost, post)
	require.Empty(t, reason)
}

func TestNotifications(t *testing.T) {
	var notes []string
	p, _ := fake(t, &fakeEngine{script: does(&notes, "MessageHasBeenPosted", "MessageHasBeenUpdated", "MessageHasBeenDeleted")})
	require.NoError(t, p.OnActivate())
	p.MessageHasBeenPosted(nil, &model.Post{})
	p.MessageHasBeenUpdated(nil, &model.Post{}, &model.Post{})
	p.MessageHasBeenDeleted(nil, &model.Post{})
	require.Equal(t, []string{"MessageHasBeenPosted", "MessageHasBeenUpdated", "MessageHasBeenDeleted"}, notes)
}

func TestMessagesWillBeConsumed(t *testing.T) {
	p, _ := fake(t, &fakeEngine{script: script{
		"MessagesWillBeConsumed": func(_ *fakeInstance, request proto.Message) (proto.Message, error) {
			posts := request.(*pb.MessagesWillBeConsumedRequest).Posts
			posts[0].Message = "***"
			return &pb.MessagesWillBeConsumedResponse{Posts: posts[:1]}, nil
		},
	}})
	require.NoError(t, p.OnActivate())
	posts := []*model.Post{{Id: "a", Message: "secret", Filenames: []string{"f"}}, nil, {Id: "b"}}
	changed := p.MessagesWillBeConsumed(posts)
	require.Len(t, changed, 1)
	require.Equal(t, "***", changed[0].Message)
	require.Equal(t, model.StringArray{"f"}, changed[0].Filenames)
	require.Equal(t, "secret", posts[0].Message)
}

func TestExecuteCommand(t *testing.T) {
	var response *pb.ExecuteCommandResponse
	var failure error
	p, _ := fake(t, &fakeEngine{script: script{
		"ExecuteCommand": func(_ *fakeInstance, request proto.Message) (proto.Message, error) {
			require.Equal(t, "/hello you", request.(*pb.ExecuteCommandRequest).Args.Command)
			return response, failure
		},
	}})
	require.NoError(t, p.OnActivate())
	args := &model.CommandArgs{Command: "/hello you"}

	response = &pb.ExecuteCommandResponse{Response: &pb.CommandResponse{ResponseType: "ephemeral", Text: "Hello!"}}
	answer, appErr := p.ExecuteCommand(nil, args)
	require.Nil(t, appErr)
	require.Equal(t, "Hello!", answer.Text)

	response = &pb.ExecuteCommandResponse{Error: &pb.AppError{Id: "x", Message: "not today", StatusCode: http.StatusForbidden}}
	_, appErr = p.ExecuteCommand(nil, args)
	require.Equal(t, "not today", appErr.Message)
	require.Equal(t, http.StatusForbidden, appErr.StatusCode)

	failure = raise("ValueError", "bad")
	_, appErr = p.ExecuteCommand(nil, args)
	require.Equal(t, "The plugin Test failed to answer /hello.", appErr.Message)
	require.Equal(t, "ValueError: bad", appErr.DetailedError)
	require.Equal(t, http.StatusInternalServerError, appErr.StatusCode)
}

func TestHooksThatThePluginDoesNotDefineDoNotReachIt(t *testing.T) {
	engine := &fakeEngine{script: script{}}
	p, api := fake(t, engine)
	require.NoError(t, p.OnConfigurationChange())
	require.NoError(t, p.OnActivate())
	post, reason := p.MessageWillBePosted(nil, &model.Post{})
	require.Nil(t, post)
	require.Empty(t, reason)
	_, appErr := p.ExecuteCommand(nil, nil)
	require.Equal(t, http.StatusNotImplemented, appErr.StatusCode)
	require.NoError(t, p.OnDeactivate())
	require.Empty(t, api.String())
	_, err := p.Invoke(t.Context(), abi.HookMessageWillBePosted, &pb.MessageWillBePostedRequest{})
	require.ErrorIs(t, err, ErrNotDefined)
}

func TestInvokeCarriesMessages(t *testing.T) {
	failure := error(nil)
	p, _ := fake(t, &fakeEngine{script: script{
		"UserWillLogIn": func(_ *fakeInstance, request proto.Message) (proto.Message, error) {
			return &pb.UserWillLogInResponse{RejectionReason: request.(*pb.UserWillLogInRequest).GetUser().GetUsername()}, failure
		},
	}})
	response, err := p.Invoke(t.Context(), abi.HookUserWillLogIn, &pb.UserWillLogInRequest{User: &pb.User{Username: "bob"}})
	require.NoError(t, err)
	require.Equal(t, "bob", response.(*pb.UserWillLogInResponse).RejectionReason)

	_, err = p.Invoke(t.Context(), abi.HookUserWillLogIn, &pb.GetUserRequest{})
	require.ErrorContains(t, err, "request is a *pluginapiv1.GetUserRequest")

	failure = raise("ValueError", "x")
	_, err = p.Invoke(t.Context(), abi.HookUserWillLogIn, &pb.UserWillLogInRequest{})
	require.ErrorIs(t, err, wasmhost.Exception)
}

func TestAPluginThatTheServerCannotReadSaysWhyItDoesNotStart(t *testing.T) {
	p := broken(errors.New("plugin.json: id: is missing"))
	api := &logAPI{}
	p.SetAPI(api)
	_, err := p.Implemented()
	require.Error(t, err)
	require.NoError(t, p.OnConfigurationChange())
	require.ErrorContains(t, p.OnActivate(), "plugin.json: id: is missing")
}
