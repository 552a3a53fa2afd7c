package server

import (
	"log/slog"
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
