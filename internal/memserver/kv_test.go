package memserver_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

func TestKeysBelongToOnePlugin(t *testing.T) {
	server, api, _ := start(t)
	other := server.Plugin(&model.Manifest{Id: "com.example.other"})
	require.Nil(t, api.KVSet("key", []byte("mine")))
	require.Nil(t, other.KVSet("key", []byte("theirs")))
	require.Nil(t, other.KVDeleteAll())

	data, err := api.KVGet("key")
	require.Nil(t, err)
	require.Equal(t, "mine", string(data))
	data, err = other.KVGet("key")
	require.Nil(t, err)
	require.Nil(t, data)
}

func TestAnEmptyValueIsNotAMissingOne(t *testing.T) {
	_, api, _ := start(t)
	require.Nil(t, api.KVSet("empty", []byte{}))
	data, err := api.KVGet("empty")
	require.Nil(t, err)
	require.NotNil(t, data)
	require.Empty(t, data)

	require.Nil(t, api.KVSet("empty", nil))
	data, _ = api.KVGet("empty")
	require.Nil(t, data)
}

func TestAValueExpires(t *testing.T) {
	_, api, clock := start(t)
	require.Nil(t, api.KVSetWithExpiry("soon", []byte("gone"), 10))
	clock.pass(9_999 * time.Millisecond)
	data, _ := api.KVGet("soon")
	require.Equal(t, "gone", string(data))

	clock.pass(time.Millisecond)
	data, _ = api.KVGet("soon")
	require.Nil(t, data)
	keys, _ := api.KVList(0, 10)
	require.Empty(t, keys)
	set, err := api.KVCompareAndSet("soon", nil, []byte("new"))
	require.Nil(t, err)
	require.True(t, set, "an expired value counts as none")
}

func TestCompareAndSet(t *testing.T) {
	for name, test := range map[string]struct {
		present, old, new []byte
		want              bool
		after             []byte
	}{
		"sets where nothing was":                  {nil, nil, []byte("b"), true, []byte("b")},
		"refuses nothing where something is":      {[]byte("a"), nil, []byte("b"), false, []byte("a")},
		"sets what is as expected":                {[]byte("a"), []byte("a"), []byte("b"), true, []byte("b")},
		"refuses what is not as expected":         {[]byte("a"), []byte("x"), []byte("b"), false, []byte("a")},
		"refuses something where nothing was":     {nil, []byte("a"), []byte("b"), false, nil},
		"removes what is as expected":             {[]byte("a"), []byte("a"), nil, true, nil},
		"never removes where nothing was":         {nil, nil, nil, false, nil},
		"tells an empty value from none":          {[]byte{}, nil, []byte("b"), false, []byte{}},
		"expects an empty value":                  {[]byte{}, []byte{}, []byte("b"), true, []byte("b")},
		"does not find an empty value in nothing": {nil, []byte{}, []byte("b"), false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			_, api, _ := start(t)
			if test.present != nil {
				require.Nil(t, api.KVSet("key", test.present))
			}
			set, err := api.KVSetWithOptions("key", test.new, model.PluginKVSetOptions{Atomic: true, OldValue: test.old})
			require.Nil(t, err)
			require.Equal(t, test.want, set)
			data, _ := api.KVGet("key")
			require.Equal(t, test.after, data)
		})
	}
}

func TestOnlyOneOfManyWins(t *testing.T) {
	_, api, _ := start(t)
	var wins atomic.Int32
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if set, _ := api.KVCompareAndSet("lock", nil, []byte("held")); set {
				wins.Add(1)
			}
		})
	}
	all.Wait()
	require.EqualValues(t, 1, wins.Load())
}

func TestKeysAndOptionsAreChecked(t *testing.T) {
	_, api, _ := start(t)
	for _, key := range []string{"", strings.Repeat("k", model.KeyValueKeyMaxRunes+1)} {
		requireFails(t, api.KVSet(key, []byte("v")), "model.plugin_key_value.is_valid.key.app_error", 400)
	}
	require.Nil(t, api.KVSet(strings.Repeat("ä", model.KeyValueKeyMaxRunes), []byte("v")))
	_, err := api.KVSetWithOptions("key", []byte("v"), model.PluginKVSetOptions{OldValue: []byte("old")})
	requireFails(t, err, "model.plugin_kvset_options.is_valid.old_value.app_error", 400)
}

func TestKeysAreListedInPages(t *testing.T) {
	_, api, _ := start(t)
	for _, key := range strings.Split("lkjihgfedcba", "") {
		require.Nil(t, api.KVSet(key, []byte("v")))
	}
	for name, test := range map[string]struct {
		page, perPage int
		want          string
	}{
		"first page":           {0, 5, "abcde"},
		"last page":            {2, 5, "kl"},
		"beyond the last page": {3, 5, ""},
		"ten by default":       {0, 0, "abcdefghij"},
	} {
		t.Run(name, func(t *testing.T) {
			keys, err := api.KVList(test.page, test.perPage)
			require.Nil(t, err)
			require.Equal(t, test.want, strings.Join(keys, ""))
		})
	}
}

func TestValuesAreCopies(t *testing.T) {
	_, api, _ := start(t)
	data := []byte("abc")
	require.Nil(t, api.KVSet("key", data))
	data[0] = 'x'
	got, _ := api.KVGet("key")
	got[1] = 'x'
	again, _ := api.KVGet("key")
	require.Equal(t, "abc", string(again))
}
