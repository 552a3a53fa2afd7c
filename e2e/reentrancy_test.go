package e2e

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAPluginPostsFromItsMessageHooksWithoutDeadlock(t *testing.T) {
	enableRunning(t, install(t, "testdata/plugins/countdown"))

	t.Run("MessageHasBeenPosted: each post brings the next", func(t *testing.T) {
		channel := newChannel(t)
		_, err := post(t, channel, "after 5")
		require.NoError(t, err)
		want := []string{"after 5", "after 4", "after 3", "after 2", "after 1", "after 0"}
		eventually(t, func() bool { return slices.Equal(want, messages(t, channel)) }, "the countdown")
	})
	t.Run("MessageWillBePosted: the hook runs inside the hook", func(t *testing.T) {
		created, err := post(t, newChannel(t), "before 5")
		require.NoError(t, err)
		require.Equal(t, "before 5 <- before 4 <- before 3 <- before 2 <- before 1 <- before 0", created.Message)
	})
}
