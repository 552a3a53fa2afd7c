package memserver_test

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/mmpy/mmpy/internal/memserver"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is a server's time, which passes only when told to.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func start(t *testing.T) (*memserver.Server, *memserver.API, *clock) {
	t.Helper()
	c := &clock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	server := memserver.New(memserver.Config{Now: c.Now})
	return server, server.Plugin(&model.Manifest{Id: "com.example.test", Name: "Test"}), c
}

func settle(t *testing.T, server *memserver.Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	require.NoError(t, server.Wait(ctx), "background hooks did not return")
}

// requireFails checks an error as a plugin sees it.
func requireFails(t *testing.T, err *model.AppError, id string, status int) {
	t.Helper()
	require.NotNil(t, err)
	require.Equal(t, id, err.Id)
	require.Equal(t, status, err.StatusCode)
}

// requireWraps is requireFails for a method that returns a plain error.
func requireWraps(t *testing.T, err error, id string, status int) {
	t.Helper()
	var appErr *model.AppError
	require.ErrorAs(t, err, &appErr)
	requireFails(t, appErr, id, status)
}

func TestANewServerHasATeamItsChannelsAndTwoUsers(t *testing.T) {
	server, api, _ := start(t)
	home := server.Home()

	team, err := api.GetTeamByName("acme")
	require.Nil(t, err)
	require.Equal(t, home.Team.Id, team.Id)
	for _, user := range []*model.User{home.Alice, home.Bob} {
		channels, err := api.GetChannelsForTeamForUser(team.Id, user.Id, false)
		require.Nil(t, err)
		var names []string
		for _, channel := range channels {
			names = append(names, channel.Name)
		}
		require.Equal(t, []string{"off-topic", "project", "town-square"}, names)
	}
	require.True(t, api.HasPermissionTo(home.Alice.Id, model.PermissionManageSystem))
	require.False(t, api.HasPermissionTo(home.Bob.Id, model.PermissionManageSystem))
	require.True(t, api.HasPermissionToChannel(home.Bob.Id, home.Project.Id, model.PermissionCreatePost))
}

func TestWhatAPluginLogsBearsItsId(t *testing.T) {
	var out bytes.Buffer
	server := memserver.New(memserver.Config{Logger: slog.New(slog.NewTextHandler(&out, nil))})
	server.Plugin(&model.Manifest{Id: "com.example.test"}).LogWarn("careful", "count", 3)
	require.Contains(t, out.String(), `level=WARN msg=careful plugin_id=com.example.test count=3`)
}

func TestWaitEndsWithItsContext(t *testing.T) {
	server, api, _ := start(t)
	release := make(chan struct{})
	api.Attach(posted(func(*model.Post) { <-release }))
	_, err := api.CreatePost(&model.Post{ChannelId: server.Home().Project.Id, UserId: server.Home().Bob.Id, Message: "hi"})
	require.Nil(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, server.Wait(ctx), context.Canceled)
	close(release)
	settle(t, server)
}

// posted is a plugin with a MessageHasBeenPosted hook.
type posted func(*model.Post)

func (f posted) MessageHasBeenPosted(_ *plugin.Context, post *model.Post) { f(post) }
