package server

import (
	"log/slog"
	"strconv"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"
)

// BenchmarkMessageWillBePosted is a hook that gives the post back, with a post such as people write.
func BenchmarkMessageWillBePosted(b *testing.B) {
	runtime, err := interpreterRuntime()
	require.NoError(b, err)
	bundle, err := Open(writeBundle(b, `
from mattermost_plugin import Plugin, hook, HookName

class Echo(Plugin):
    @hook(HookName.MessageWillBePosted)
    def check(self, context, post):
        return post, ""
`, nil))
	require.NoError(b, err)
	defer bundle.Close()
	p, err := New(b.Context(), Config{Bundle: bundle, Runtime: runtime, API: &logAPI{}, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(b, err)
	defer p.Close(b.Context())
	post := &model.Post{
		Id: model.NewId(), CreateAt: 1, UpdateAt: 1, UserId: model.NewId(), ChannelId: model.NewId(), RootId: model.NewId(),
		Message: "hello world, this is a typical message of about eighty characters, I think", Hashtags: "#a #b",
		PendingPostId: model.NewId(), FileIds: model.StringArray{model.NewId()},
	}
	post.SetProps(model.StringInterface{"from_bot": "true", "attachments": []any{map[string]any{"text": "x"}}})
	c := &plugin.Context{RequestId: model.NewId(), SessionId: model.NewId(), IPAddress: "127.0.0.1"}
	b.ReportAllocs()
	for b.Loop() {
		if changed, _ := p.MessageWillBePosted(c, post); changed == nil {
			b.Fatal("the hook failed")
		}
	}
}

// userAPI answers GetUser at once.
type userAPI struct {
	logAPI
	user *model.User
}

func (a *userAPI) GetUser(string) (*model.User, *model.AppError) { return a.user, nil }

// BenchmarkGetUser is an API call from Python, without the hook around it.
func BenchmarkGetUser(b *testing.B) {
	const calls = 1000
	runtime, err := interpreterRuntime()
	require.NoError(b, err)
	bundle, err := Open(writeLimited(b, `
from mattermost_plugin import Plugin, hook, HookName

class Many(Plugin):
    @hook(HookName.ExecuteCommand)
    def run(self, context, args):
        for _ in range(int(args.command)):
            user = self.api.get_user(args.user_id)
        return user.username
`, `"api_calls_per_second": 1000000, "api_calls_at_once": 1000000`))
	require.NoError(b, err)
	defer bundle.Close()
	api := &userAPI{user: &model.User{
		Id: model.NewId(), Username: "ada", Email: "ada@example.com", FirstName: "Ada", LastName: "Lovelace", Nickname: "Countess",
		Roles: "system_user", Locale: "en", CreateAt: 1, UpdateAt: 2, LastActivityAt: 3, EmailVerified: true,
		Props: model.StringMap{"theme": "dark"}, Timezone: model.StringMap{"automaticTimezone": "Europe/London"},
		NotifyProps: model.StringMap{"email": "true", "push": "mention", "desktop": "mention", "channel": "true"},
	}}
	p, err := New(b.Context(), Config{Bundle: bundle, Runtime: runtime, API: api, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(b, err)
	defer p.Close(b.Context())
	b.ReportAllocs()
	for b.Loop() {
		response, failure := p.ExecuteCommand(&plugin.Context{}, &model.CommandArgs{Command: strconv.Itoa(calls), UserId: api.user.Id})
		if failure != nil || response.Text != "ada" {
			b.Fatal("the calls failed: ", failure)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/calls, "ns/call")
}
