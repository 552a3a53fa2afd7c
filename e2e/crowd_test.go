package e2e

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

func TestManyPeoplePostAtOnce(t *testing.T) {
	people := newCrowd(t)
	word := func(who, n int) string { return fmt.Sprintf("teh word %d of %d", n, who) }
	allCorrected := func(t *testing.T) {
		channel := people.channel(t)
		people.speak(t, channel, word)
		want := make(map[string]int)
		for who := range crowdSize {
			for n := range postsEach {
				want[fmt.Sprintf("the word %d of %d", n, who)] = 1
			}
			want[fmt.Sprintf("the note: the word 5 of %d", who)] = 1
		}
		require.Equal(t, want, counted(t, channel))
	}
	t.Run("without a plugin, for comparison", func(t *testing.T) { people.speak(t, people.channel(t), word) })

	id := install(t, "testdata/plugins/crowd")
	enableRunning(t, id)
	t.Run("each post arrives once, and corrected", allCorrected)
	t.Run("when the interpreter ends meanwhile, all but the posts that it had at hand are corrected", func(t *testing.T) {
		channel := people.channel(t)
		words := func(who, n int) string {
			if who == 3 && n == 3 {
				return word(who, n) + ", and goodbye"
			}
			return word(who, n)
		}
		people.speak(t, channel, words)

		posts, corrected := counted(t, channel), 0
		for who := range crowdSize {
			for n := range postsEach {
				written := words(who, n)
				better := strings.Replace(written, "teh", "the", 1)
				require.Equal(t, 1, posts[written]+posts[better], "%q", written)
				corrected += posts[better]
			}
		}
		t.Logf("%d of %d posts were corrected", corrected, crowdSize*postsEach)
		require.GreaterOrEqual(t, corrected, crowdSize*(postsEach-1))
		require.EqualValues(t, 1, metrics(t, id)[`mmpy_restarts_total{cause="exited"}`])
	})
	disable(t, id)

	enableRunning(t, install(t, variant(t, "testdata/plugins/crowd", "org.mmpy.crowd-of-four", 4)))
	t.Run("each post arrives once, and corrected, by four interpreters", allCorrected)
}

// Each person of the crowd writes so many posts, one after the other.
const (
	crowdSize = 20
	postsEach = 10
)

// crowd are people who post at the same time.
type crowd [crowdSize]struct {
	client *model.Client4
	id     string
}

// newCrowd makes their accounts.
func newCrowd(t *testing.T) *crowd {
	t.Helper()
	c, ctx := new(crowd), testContext(t)
	var errs [crowdSize]error
	c.each(func(who int) {
		client, account, err := server.NewMember(ctx, fmt.Sprintf("crowd%d", who))
		if errs[who] = err; err == nil {
			c[who].client, c[who].id = client, account.Id
		}
	})
	require.NoError(t, errors.Join(errs[:]...))
	return c
}

// each calls f for all of them at once.
func (c *crowd) each(f func(who int)) {
	var all sync.WaitGroup
	for who := range c {
		all.Go(func() { f(who) })
	}
	all.Wait()
}

// channel makes one with all of them in it.
func (c *crowd) channel(t *testing.T) *model.Channel {
	t.Helper()
	channel, ctx := newChannel(t), testContext(t)
	var ids []string
	for _, person := range c {
		ids = append(ids, person.id)
	}
	_, _, err := server.Admin.AddChannelMembers(ctx, channel.Id, "", ids)
	require.NoError(t, err)
	return channel
}

// speak has all of them post. None of the posts may take longer than a hook may.
func (c *crowd) speak(t *testing.T, channel *model.Channel, text func(who, n int) string) {
	t.Helper()
	ctx := testContext(t)
	var (
		took [crowdSize][postsEach]time.Duration
		errs [crowdSize][postsEach]error
	)
	began := time.Now()
	c.each(func(who int) {
		for n := range postsEach {
			_, took[who][n], errs[who][n] = timedPost(ctx, c[who].client, channel, text(who, n))
		}
	})
	total := time.Since(began)
	var all []time.Duration
	for who := range c {
		require.NoError(t, errors.Join(errs[who][:]...))
		all = append(all, took[who][:]...)
	}
	slices.Sort(all)
	at := func(share float64) time.Duration { return all[int(share*float64(len(all)-1))].Round(time.Millisecond) }
	t.Logf("%d people, %d posts each, in %v; a post: p50 %v, p99 %v, at most %v",
		crowdSize, postsEach, total.Round(time.Millisecond), at(0.5), at(0.99), at(1))
	require.Less(t, at(1), hookTimeout)
}

// counted are the texts of the people's posts in the channel, and how often they are there.
func counted(t *testing.T, channel *model.Channel) map[string]int {
	t.Helper()
	list, _, err := server.Admin.GetPostsSince(testContext(t), channel.Id, channel.CreateAt-1, false) // up to 1,000: pages may overlap
	require.NoError(t, err)
	texts := make(map[string]int)
	for _, id := range list.Order {
		if p := list.Posts[id]; !p.IsSystemMessage() {
			texts[p.Message]++
		}
	}
	return texts
}
