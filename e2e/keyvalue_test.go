package e2e

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

func TestTheKeyValueStore(t *testing.T) {
	id := install(t, "testdata/plugins/keyvalue")
	enableRunning(t, id)
	channel := newChannel(t)
	get := func(t *testing.T, key string) *string { return ask[*string](t, channel, "/notes get "+key) }

	t.Run("what is put is there, also for the next start of the plugin", func(t *testing.T) {
		ask[any](t, channel, "/notes put city Königsberg")
		require.Equal(t, model.NewPointer("Königsberg"), get(t, "city"))
		disable(t, id)
		enableRunning(t, id)
		require.Equal(t, model.NewPointer("Königsberg"), get(t, "city"))
		ask[any](t, channel, "/notes drop city")
		require.Nil(t, get(t, "city"))
		require.True(t, ask[bool](t, channel, "/notes binary"))
	})
	t.Run("keys are listed, by pages", func(t *testing.T) {
		ask[any](t, channel, "/notes drop_all")
		require.Empty(t, ask[[]string](t, channel, "/notes list"))
		for _, key := range []string{"a", "b", "c"} {
			ask[any](t, channel, "/notes put "+key+" "+key)
		}
		require.Equal(t, []string{"a", "b", "c"}, ask[[]string](t, channel, "/notes list"))
		pages := slices.Concat(ask[[]string](t, channel, "/notes page 0 2"), ask[[]string](t, channel, "/notes page 1 2"))
		require.Equal(t, []string{"a", "b", "c"}, pages)
	})
	t.Run("what is lent expires", func(t *testing.T) {
		ask[any](t, channel, "/notes lend book Ulysses 3600")
		ask[any](t, channel, "/notes lend pen blue 1")
		require.True(t, ask[bool](t, channel, "/notes lend_once seat mine 1"))
		require.False(t, ask[bool](t, channel, "/notes lend_once book mine 1"), "somebody has it")
		eventually(t, func() bool { return get(t, "pen") == nil && get(t, "seat") == nil }, "what was lent for a second")
		require.Equal(t, model.NewPointer("Ulysses"), get(t, "book"))
		require.True(t, ask[bool](t, channel, "/notes lend_once seat yours 3600"), "nobody has it any more")
		require.Equal(t, model.NewPointer("yours"), get(t, "seat"))
	})
	t.Run("a swap needs the old value", func(t *testing.T) {
		require.True(t, ask[bool](t, channel, "/notes claim flag red"))
		require.False(t, ask[bool](t, channel, "/notes claim flag blue"))
		require.False(t, ask[bool](t, channel, "/notes swap flag blue green"))
		require.True(t, ask[bool](t, channel, "/notes swap flag red green"))
		require.Equal(t, model.NewPointer("green"), get(t, "flag"))
		require.False(t, ask[bool](t, channel, "/notes release flag red"))
		require.True(t, ask[bool](t, channel, "/notes release flag green"))
		require.Nil(t, get(t, "flag"))
	})
	t.Run("no increment is lost among many at once", func(t *testing.T) {
		var counting sync.WaitGroup
		var errs [8]error
		for i := range errs {
			counting.Go(func() {
				_, _, errs[i] = server.User.ExecuteCommand(testContext(t), channel.Id, "/notes count 25")
			})
		}
		counting.Wait()
		require.NoError(t, errors.Join(errs[:]...))
		require.Equal(t, model.NewPointer("200"), get(t, "counter"))
	})
}
