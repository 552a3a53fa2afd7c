package e2e

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

// The failure mode of a filter is its administrator's to choose: the same plugin breaks in the same ways under both.
func TestWhileAFilterIsBroken(t *testing.T) {
	const deadline = 2 * time.Second
	broken := []struct{ mishap, reason string }{
		{"exit", "it failed"},
		{"spin", "it took too long"},
		{"insist", "it took too long"},
		{"abort", "it failed"},
		{"exhaust", "it failed"},
	}
	under := func(t *testing.T, mode string) (id string, channel *model.Channel) {
		t.Helper()
		id = installUnder(t, "testdata/plugins/mishaps", fmt.Sprintf(`
default: {limits: {user_hook_seconds: %v}}
plugins:
  org.mmpy.mishaps: {on_failure: %s}
`, deadline.Seconds(), mode))
		enableRunning(t, id)
		channel = newChannel(t)
		require.Equal(t, "hello [mishaps]", say(t, channel, "hello"))
		return id, channel
	}
	t.Run("open lets a post through", func(t *testing.T) {
		_, channel := under(t, "open")
		for _, b := range broken {
			message := "@mishaps " + b.mishap
			stored, took, err := timedPost(testContext(t), server.User, channel, message)
			require.NoError(t, err, b.mishap)
			require.Equal(t, message, stored)
			require.Less(t, took, deadline+hookGrace+slack)
			eventually(t, func() bool { return say(t, channel, "hello") == "hello [mishaps]" }, "the filter works again after %s", b.mishap)
		}
	})
	t.Run("closed rejects it, and says why", func(t *testing.T) {
		n := audited(t)
		id, channel := under(t, "closed")
		for _, b := range broken {
			t.Run(b.mishap, func(t *testing.T) {
				requireRejected(t, channel, "@mishaps "+b.mishap, b.reason)
				// Until it works again nothing goes past it.
				rejected := 0
				eventually(t, func() bool {
					created, response, err := server.User.CreatePost(testContext(t), &model.Post{ChannelId: channel.Id, Message: "hello"})
					if err != nil {
						require.Equal(t, http.StatusBadRequest, response.StatusCode, "%v", err)
						rejected++
						return false
					}
					require.Equal(t, "hello [mishaps]", created.Message)
					return true
				}, "the filter works again")
				t.Logf("rejected %d more posts", rejected)
			})
		}
		for _, message := range messages(t, channel) {
			require.Equal(t, "hello [mishaps]", message)
		}
		require.Equal(t, "closed", waitAudited(t, n, id, "mmpyGranted", "plugin", id).EventData.Parameters["on_failure"])
		require.Equal(t, server.Me.Id, waitAudited(t, n, id, "mmpyLimitReached", "limit", "user_hook_seconds").Actor.UserId)
		for _, cause := range []string{"exited", "killed", "crashed"} {
			require.Equal(t, "fail", waitAudited(t, n, id, "mmpyRestart", "cause", cause).Status)
		}
	})
}

// requireRejected has a post rejected by the plugin mishaps, which could not look at it for the given reason.
func requireRejected(t *testing.T, channel *model.Channel, message, reason string) {
	t.Helper()
	_, response, err := server.User.CreatePost(testContext(t), &model.Post{ChannelId: channel.Id, Message: message})
	require.ErrorContains(t, err, "Post rejected by plugin. The plugin Mishaps has to allow this, and "+reason+". Try again later, or tell an administrator.")
	require.Equal(t, http.StatusBadRequest, response.StatusCode)
}
