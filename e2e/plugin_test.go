package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/e2e/site"
)

// testContext ends with the test, and well before go test's own time limit.
func testContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// showLog prints, when the test fails, what the server logged during it.
func showLog(t *testing.T) {
	t.Helper()
	from := server.Log.Len()
	t.Cleanup(func() {
		if !t.Failed() {
			return
		}
		t.Log("the server's log during this test:")
		for _, entry := range server.Log.Since(from) {
			t.Log("  ", entry)
		}
	})
}

// install packs the plugin in dir with mmpy and uploads it as an administrator would; it is removed after the test.
// It returns the plugin's id.
func install(t *testing.T, dir string) string {
	t.Helper()
	showLog(t)
	manifest, bundle := pack(t, dir)
	upload(t, manifest.Id, bundle)
	return manifest.Id
}

// upload uploads a bundle as an administrator would; it is removed after the test.
func upload(t *testing.T, id, bundle string) {
	t.Helper()
	file, err := os.Open(bundle)
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	installed, _, err := server.Admin.UploadPluginForced(testContext(t), file)
	require.NoError(t, err)
	require.Equal(t, id, installed.Id)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second) // the test's own has ended
		defer cancel()
		_, err := server.Admin.RemovePlugin(ctx, id)
		require.NoError(t, err)
	})
}

// enable switches the plugin on and returns its status, once it runs or has failed to.
func enable(t *testing.T, id string) *model.PluginStatus {
	t.Helper()
	_, err := server.Admin.EnablePlugin(testContext(t), id)
	require.NoError(t, err)
	return waitState(t, id, model.PluginStateRunning, model.PluginStateFailedToStart)
}

// enableRunning switches the plugin on and requires that it runs.
func enableRunning(t *testing.T, id string) {
	t.Helper()
	status := enable(t, id)
	require.Equal(t, model.PluginStateRunning, status.State, "the plugin did not start: %s", status.Error)
}

// disable switches the plugin off and waits until it is.
func disable(t *testing.T, id string) {
	t.Helper()
	_, err := server.Admin.DisablePlugin(testContext(t), id)
	require.NoError(t, err)
	waitState(t, id, model.PluginStateNotRunning)
}

// waitState waits until the plugin is in one of the states.
func waitState(t *testing.T, id string, states ...int) *model.PluginStatus {
	t.Helper()
	ctx := testContext(t)
	var last *model.PluginStatus
	eventually(t, func() bool {
		all, _, err := server.Admin.GetPluginStatuses(ctx)
		require.NoError(t, err)
		for _, status := range all {
			if status.PluginId != id {
				continue
			}
			last = status
			for _, state := range states {
				if status.State == state {
					return true
				}
			}
		}
		return false
	}, "the plugin's state")
	return last
}

// newChannel makes a channel for this test.
func newChannel(t *testing.T) *model.Channel {
	t.Helper()
	channel, err := server.NewChannel(testContext(t))
	require.NoError(t, err)
	return channel
}

// post writes a message as the ordinary member.
func post(t *testing.T, channel *model.Channel, message string) (*model.Post, error) {
	t.Helper()
	created, _, err := server.User.CreatePost(testContext(t), &model.Post{ChannelId: channel.Id, Message: message})
	return created, err
}

// messages are the texts of the people's posts in the channel, oldest first.
func messages(t *testing.T, channel *model.Channel) []string {
	t.Helper()
	list, _, err := server.User.GetPostsForChannel(testContext(t), channel.Id, 0, 100, "", false, false)
	require.NoError(t, err)
	list.SortByCreateAt()
	var texts []string
	for i := len(list.Order) - 1; i >= 0; i-- {
		if p := list.Posts[list.Order[i]]; !p.IsSystemMessage() {
			texts = append(texts, p.Message)
		}
	}
	return texts
}

// ask gives a slash command as the ordinary member and returns what the plugin answers, in JSON.
func ask[T any](t *testing.T, channel *model.Channel, command string) T {
	t.Helper()
	text := runCommand(t, channel, command)
	var answer T
	require.NoError(t, json.Unmarshal([]byte(text), &answer), "%s answers %q", command, text)
	return answer
}

// login returns a client that is logged in as the user.
func login(t *testing.T, name, password string) *model.Client4 {
	t.Helper()
	client := model.NewAPIv4Client(server.URL)
	_, _, err := client.Login(testContext(t), name, password)
	require.NoError(t, err)
	return client
}

// newUser makes an account for this test, in no team.
func newUser(t *testing.T, name string) *model.User {
	t.Helper()
	created, _ := newUserClient(t, name)
	return created
}

// newUserClient makes an account for this test, in no team, and logs in with it.
func newUserClient(t *testing.T, name string) (*model.User, *model.Client4) {
	t.Helper()
	account := &model.User{Username: name, Email: name + "@example.com", Password: model.NewId()}
	created, _, err := server.Admin.CreateUser(testContext(t), account)
	require.NoError(t, err)
	return created, login(t, name, account.Password)
}

// newMember makes an account for this test, in the team.
func newMember(t *testing.T, name string) *model.User {
	t.Helper()
	created := newUser(t, name)
	_, _, err := server.Admin.AddTeamMember(testContext(t), server.Team.Id, created.Id)
	require.NoError(t, err)
	return created
}

// restoreConfig puts the server's configuration back at the end of the test.
func restoreConfig(t *testing.T) {
	t.Helper()
	before, _, err := server.Admin.GetConfig(testContext(t))
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		_, _, err := server.Admin.UpdateConfig(ctx, before)
		require.NoError(t, err)
	})
}

// listen opens a websocket in the client's name, for the length of the test.
func listen(t *testing.T, client *model.Client4) *site.Events {
	t.Helper()
	events, err := server.Listen(testContext(t), client)
	require.NoError(t, err)
	t.Cleanup(events.Close)
	return events
}

// waitEvent takes the first event of that name that matches (nil: any).
func waitEvent(t *testing.T, events *site.Events, name model.WebsocketEventType, matches func(*model.WebSocketEvent) bool) *model.WebSocketEvent {
	t.Helper()
	ctx, cancel := context.WithTimeout(testContext(t), time.Minute)
	defer cancel()
	event, err := events.Wait(ctx, name, matches)
	require.NoError(t, err)
	return event
}

// waitLog waits for an error of the plugin in the server's log, from the n-th line on, with that text.
func waitLog(t *testing.T, n int, plugin, text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(testContext(t), time.Minute)
	defer cancel()
	_, err := server.Log.Wait(ctx, n, func(e site.Entry) bool {
		return e.Level == "error" && e.Contains(plugin) && e.Contains(text)
	})
	require.NoError(t, err, "an error of %s with %q", plugin, text)
}

// eventually waits until the condition holds; it is asked in the test's own goroutine, so that it may fail the test.
func eventually(t *testing.T, condition func() bool, format string, args ...any) {
	t.Helper()
	for until := time.Now().Add(60 * time.Second); !condition(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(until) {
			require.FailNow(t, "not in a minute", fmt.Sprintf(format, args...))
		}
	}
}
