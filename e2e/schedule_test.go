package e2e

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

// A job of the cluster is done once in each interval, between the hooks that commands and posts cause meanwhile.
func TestAScheduledTaskRunsOnceInEachInterval(t *testing.T) {
	enableRunning(t, install(t, "testdata/plugins/newspaper"))
	channel := newChannel(t)
	command := func() error {
		response, _, err := server.User.ExecuteCommand(testContext(t), channel.Id, "/newspaper")
		if err == nil && response.Text != "subscribed" {
			err = errors.New(response.Text)
		}
		return err
	}
	require.NoError(t, command())

	until := time.Now().Add(4 * time.Second)
	errs := make([]error, 6)
	var asking sync.WaitGroup
	for n := range errs {
		asking.Go(func() {
			for errs[n] == nil && time.Now().Before(until) {
				errs[n] = command()
			}
		})
	}
	asking.Wait()
	require.NoError(t, errors.Join(errs...))

	posts, _, err := server.User.GetPostsForChannel(testContext(t), channel.Id, 0, 100, "", false, false)
	require.NoError(t, err)
	posts.SortByCreateAt()
	var last *model.Post
	editions := 0
	for n := len(posts.Order) - 1; n >= 0; n-- { // the oldest first
		post := posts.Posts[posts.Order[n]]
		var edition int
		if _, err := fmt.Sscanf(post.Message, "Edition %d", &edition); err != nil {
			continue
		}
		if last != nil {
			var before int
			_, err := fmt.Sscanf(last.Message, "Edition %d", &before)
			require.NoError(t, err)
			require.Equal(t, before+1, edition)
			require.GreaterOrEqual(t, post.CreateAt-last.CreateAt, int64(900), "ms between two editions")
		}
		last = post
		editions++
	}
	t.Log(editions, "editions")
	require.GreaterOrEqual(t, editions, 2)
	require.LessOrEqual(t, editions, 6)
}
