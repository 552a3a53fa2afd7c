package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

// Many ask at once for several intervals, by commands and by posts, as the servers of a cluster would.
func TestAScheduledTaskRunsOnceInEachInterval(t *testing.T) {
	enableRunning(t, install(t, "testdata/plugins/newspaper"))
	channel := newChannel(t)

	var (
		mu      sync.Mutex
		asked   = make(map[int]int) // how often the commands were given, by interval
		printed = make(map[int]int) // and how often one of them printed an edition
		errs    []error
	)
	command := func() error {
		response, _, err := server.User.ExecuteCommand(testContext(t), channel.Id, "/newspaper")
		if err != nil {
			return err
		}
		var answer struct {
			Interval int
			Printed  bool
		}
		err = json.Unmarshal([]byte(response.Text), &answer)
		mu.Lock()
		defer mu.Unlock()
		asked[answer.Interval]++
		if answer.Printed {
			printed[answer.Interval]++
		}
		return err
	}
	say := func() error {
		time.Sleep(100 * time.Millisecond)
		_, _, err := server.User.CreatePost(testContext(t), &model.Post{ChannelId: channel.Id, Message: "hello"})
		return err
	}
	until := time.Now().Add(4 * time.Second)
	var asking sync.WaitGroup
	for _, ask := range []func() error{command, command, command, command, command, command, say} {
		asking.Go(func() {
			for time.Now().Before(until) {
				if err := ask(); err != nil {
					mu.Lock()
					errs = append(errs, err)
					mu.Unlock()
					return
				}
			}
		})
	}
	asking.Wait()
	require.NoError(t, errors.Join(errs...))
	require.Greater(t, len(asked), 2, "intervals")
	for interval, times := range printed {
		require.Equal(t, 1, times, "commands that printed edition %d", interval)
	}

	var editions map[int]int
	eventually(t, func() bool { // the hook for a post runs after it was posted
		editions = make(map[int]int)
		for _, message := range messages(t, channel) {
			var edition int
			if _, err := fmt.Sscanf(message, "Edition %d", &edition); err == nil {
				editions[edition]++
			}
		}
		for interval := range asked {
			if editions[interval] == 0 {
				return false
			}
		}
		return true
	}, "an edition for each of %v", asked)
	for edition, times := range editions {
		require.Equal(t, 1, times, "posts with edition %d", edition)
	}
	t.Logf("commands by interval: %v; editions: %v", asked, editions)
}
