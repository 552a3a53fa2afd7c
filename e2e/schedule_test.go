package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Many ask at once for several intervals, by commands and by posts; as many servers of a cluster would.
func TestAScheduledTaskRunsOnceInEachInterval(t *testing.T) {
	enableRunning(t, install(t, "testdata/plugins/newspaper"))
	channel := newChannel(t)
	ctx := testContext(t)

	type answer struct {
		Interval int
		Printed  bool
	}
	var (
		mu      sync.Mutex
		answers []answer
		errs    []error
		asking  sync.WaitGroup
	)
	until := time.Now().Add(4 * time.Second)
	ask := func() error {
		response, _, err := server.User.ExecuteCommand(ctx, channel.Id, "/newspaper")
		if err != nil {
			return err
		}
		var got answer
		err = json.Unmarshal([]byte(response.Text), &got)
		mu.Lock()
		defer mu.Unlock()
		answers = append(answers, got)
		return err
	}
	for range 6 {
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
	asking.Go(func() {
		for i := 0; time.Now().Before(until); i++ {
			time.Sleep(100 * time.Millisecond)
			if _, err := post(t, channel, fmt.Sprintf("hello %d", i)); err != nil {
				mu.Lock()
				errs = append(errs, err)
				mu.Unlock()
				return
			}
		}
	})
	asking.Wait()
	require.Empty(t, errs)

	asked := make(map[int]int) // how often, by interval
	for _, a := range answers {
		asked[a.Interval]++
	}
	require.Greater(t, len(asked), 2, "intervals")
	require.Greater(t, len(answers), 10*len(asked), "requests")

	var editions []int
	printedTwice := func() bool { // by a post that came last
		editions = editions[:0]
		for _, message := range messages(t, channel) {
			var edition int
			if strings.HasPrefix(message, "Edition ") {
				_, err := fmt.Sscanf(message, "Edition %d", &edition)
				require.NoError(t, err)
				editions = append(editions, edition)
			}
		}
		slices.Sort(editions)
		return len(slices.Compact(slices.Clone(editions))) != len(editions)
	}
	eventually(t, func() bool {
		require.False(t, printedTwice(), "editions %v", editions)
		for interval := range asked {
			if !slices.Contains(editions, interval) {
				return false
			}
		}
		return true
	}, "an edition for each of %v, but there are %v", asked, &editions)
	t.Logf("%d requests in %d intervals, %d editions", len(answers), len(asked), len(editions))
}
