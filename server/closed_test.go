package server

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/internal/grant"
	"github.com/mmpy/mmpy/server/internal/byname"
	"github.com/mmpy/mmpy/wasmhost"
)

// closed is the grant of a plugin that must not be evaded.
func closed() *grant.Grant {
	g := grant.Everything("com.example.test")
	g.OnFailure = grant.Closed
	return g
}

// closedHooks are those of which docs/hooks.md says that they reject when they fail.
func closedHooks(t *testing.T) (names []string) {
	t.Helper()
	for name, text := range documentedFailures(t) {
		if strings.Contains(text, "failure mode is closed") {
			names = append(names, name)
		}
	}
	require.Subset(t, names, []string{"MessageWillBePosted", "MessageWillBeUpdated", "FileWillBeUploaded", "UserWillLogIn"})
	return names
}

func TestAClosedPluginRejectsWhateverItCannotBeAsked(t *testing.T) {
	of := func(code wasmhost.Code) error { return &wasmhost.Error{Code: code, Op: "hook"} }
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"raises":              {raise("ValueError", "no good: secret"), "it failed"},
		"takes too long":      {&wasmhost.Error{Code: wasmhost.Timeout, Op: "hook", Type: "HookTimeoutError"}, "it took too long"},
		"does not stop":       {killed(), "it took too long"},
		"finds no memory":     {of(wasmhost.OutOfMemory), "it failed"},
		"is overloaded":       {of(wasmhost.Overloaded), "it has too much to do"},
		"does not get a turn": {of(wasmhost.Busy), "it has too much to do"},
		"exits":               {of(wasmhost.Exited), "it failed"},
		"crashes":             {of(wasmhost.Trap), "it failed"},
		"is closed":           {of(wasmhost.Closed), "it failed"},
		"is something else":   {errors.New("what?"), "it failed"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, hook := range closedHooks(t) {
				p, api := fakeGranted(t, failing(hook, test.err), closed(), hook)
				rejects(t, p, hook, test.want)
				require.Contains(t, api.String(), "hook "+hook+" failed", "the reason is in the log")
			}
		})
	}
}

// rejects calls a hook, which must reject what it is given and say no more than that.
func rejects(t *testing.T, p *Plugin, hook, why string) {
	t.Helper()
	call := callHook(t, p, hook, &byname.Filler{})
	last := len(call.results) - 1
	require.Equal(t, "The plugin Test has to allow this, and "+why+". Try again later, or tell an administrator.", call.results[last].String(), hook)
	for _, result := range call.results[:last] {
		require.True(t, result.IsNil(), hook)
	}
	require.Empty(t, call.output.String(), hook)
}

func TestAClosedPluginThatDoesNotRunRejects(t *testing.T) {
	for _, hook := range closedHooks(t) {
		engine := failing(hook, nil)
		engine.setLoad(func(*fakeInstance) error { return raise("SyntaxError", "invalid syntax") })
		p, _ := fakeGranted(t, engine, closed(), hook)
		rejects(t, p, hook, "it is not running")

		running, _ := fakeGranted(t, failing(hook, nil), closed(), hook)
		require.NoError(t, running.Start(t.Context()))
		require.NoError(t, running.Close(t.Context()))
		rejects(t, running, hook, "it is not running")
	}
}

func TestAClosedPluginRejectsWhileItIsStartedAgain(t *testing.T) {
	engine := &fakeEngine{script: does(new([]string), "OnActivate", "MessageWillBePosted")}
	p, _ := fakeGranted(t, engine, closed(), "OnActivate", "MessageWillBePosted")
	require.NoError(t, p.OnActivate())
	engine.setLoad(func(*fakeInstance) error { return errors.New("not now") })
	engine.set("MessageWillBePosted", func(*fakeInstance, proto.Message) (proto.Message, error) { return nil, killed() })
	_, reason := p.MessageWillBePosted(nil, &model.Post{})
	require.Contains(t, reason, "it took too long")
	require.Eventually(t, func() bool {
		_, reason := p.MessageWillBePosted(nil, &model.Post{})
		return strings.Contains(reason, "it is not running")
	}, 5*time.Second, 10*time.Millisecond)
}

// Where it gave up, its process would end, and Mattermost would ask nobody.
func TestAClosedPluginIsNeverGivenUp(t *testing.T) {
	for name, test := range map[string]struct {
		granted *grant.Grant
		gone    bool
	}{"closed": {closed(), false}, "open": {grant.Everything("com.example.test"), true}} {
		t.Run(name, func(t *testing.T) {
			p, _ := fakeGranted(t, failing("MessageWillBePosted", nil), test.granted)
			p.guests.mu.Lock()
			p.guests.failures = 1000
			p.guests.failed(errors.New("again"))
			p.guests.mu.Unlock()
			require.Equal(t, test.gone, p.Health() != nil)
		})
	}
}

func TestAClosedPluginRejectsNothingThatItDoesNotLookAt(t *testing.T) {
	p, api := fakeGranted(t, failing("OnActivate", nil), closed(), "OnActivate")
	for _, hook := range closedHooks(t) {
		callHook(t, p, hook, &byname.Filler{}).requireNothing(t, hook)
	}
	require.NotContains(t, api.String(), "ERROR")
}
