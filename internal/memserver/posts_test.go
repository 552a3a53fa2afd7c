package memserver_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"
)

// filter is a plugin that changes and rejects posts and notes what it was told.
type filter struct {
	mu     sync.Mutex
	events []string
}

func (f *filter) note(event string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.events = append(f.events, event)
}

func (f *filter) MessageWillBePosted(_ *plugin.Context, post *model.Post) (*model.Post, string) {
	switch {
	case strings.Contains(post.Message, "badword"):
		return nil, "no bad words"
	case strings.Contains(post.Message, "dismiss"):
		return nil, plugin.DismissPostError
	case strings.Contains(post.Message, "teh"):
		post.Message = strings.ReplaceAll(post.Message, "teh", "the")
		return post, ""
	}
	return nil, ""
}

func (f *filter) MessageHasBeenPosted(_ *plugin.Context, post *model.Post) {
	f.note("posted " + post.Message)
}

func (f *filter) MessageWillBeUpdated(_ *plugin.Context, newPost, oldPost *model.Post) (*model.Post, string) {
	if strings.Contains(newPost.Message, "badword") {
		return nil, "no bad words"
	}
	newPost.Message += " (was: " + oldPost.Message + ")"
	return newPost, ""
}

func (f *filter) MessageHasBeenUpdated(_ *plugin.Context, newPost, oldPost *model.Post) {
	f.note("updated " + oldPost.Message + " to " + newPost.Message)
}

func (f *filter) MessageHasBeenDeleted(_ *plugin.Context, post *model.Post) {
	f.note("deleted " + post.Message)
}

func TestAPostRunsTheHooks(t *testing.T) {
	server, api, clock := start(t)
	home, hooks := server.Home(), &filter{}
	api.Attach(hooks)
	say := func(message string) (*model.Post, *model.AppError) {
		return server.CreatePost(&model.Post{ChannelId: home.Project.Id, UserId: home.Bob.Id, Message: message})
	}

	post, err := say("teh end")
	require.Nil(t, err)
	require.Equal(t, "the end", post.Message)
	require.True(t, model.IsValidId(post.Id))
	require.Equal(t, clock.Now().UnixMilli(), post.CreateAt)

	_, err = say("a badword")
	requireFails(t, err, "Post rejected by plugin. no bad words", 400)
	_, err = say("dismiss me")
	requireFails(t, err, plugin.DismissPostError, 400)

	clock.pass(time.Second)
	post.Message = "new"
	updated, err := server.UpdatePost(post)
	require.Nil(t, err)
	require.Equal(t, "new (was: the end)", updated.Message)
	require.Equal(t, clock.Now().UnixMilli(), updated.EditAt)
	post.Message = "a badword"
	_, err = server.UpdatePost(post)
	requireFails(t, err, "Post rejected by plugin. no bad words", 400)

	require.Nil(t, api.DeletePost(post.Id))
	settle(t, server)
	require.ElementsMatch(t, []string{
		"posted the end", "updated the end to new (was: the end)", "deleted new (was: the end)",
	}, hooks.events)
	require.Empty(t, server.Posts(home.Project.Id))
}

func TestAHookMayPost(t *testing.T) {
	server, api, _ := start(t)
	home := server.Home()
	api.Attach(posted(func(post *model.Post) {
		if n := len(post.Message); n < 5 {
			_, err := api.CreatePost(&model.Post{ChannelId: post.ChannelId, UserId: home.Alice.Id, Message: post.Message + "!"})
			if err != nil {
				t.Error(err)
			}
		}
	}))
	_, err := api.CreatePost(&model.Post{ChannelId: home.Project.Id, UserId: home.Bob.Id, Message: "hey"})
	require.Nil(t, err)
	settle(t, server)
	var messages []string
	for _, post := range server.Posts(home.Project.Id) {
		messages = append(messages, post.Message)
	}
	require.Equal(t, []string{"hey", "hey!", "hey!!"}, messages)
}

// listing is a plugin that tells which hooks it has.
type listing struct {
	*filter
	names []string
}

func (l listing) Hooks() []string { return l.names }

func TestOnlyHooksThatAPluginListsAreCalled(t *testing.T) {
	server, api, _ := start(t)
	hooks := listing{&filter{}, []string{"MessageHasBeenPosted"}}
	api.Attach(hooks)
	_, err := api.CreatePost(&model.Post{ChannelId: server.Home().Project.Id, UserId: server.Home().Bob.Id, Message: "a badword"})
	require.Nil(t, err)
	settle(t, server)
	require.Equal(t, []string{"posted a badword"}, hooks.events)

	api.Detach()
	_, err = api.CreatePost(&model.Post{ChannelId: server.Home().Project.Id, UserId: server.Home().Bob.Id, Message: "again"})
	require.Nil(t, err)
	settle(t, server)
	require.Len(t, hooks.events, 1)
}

func TestPostsAreChecked(t *testing.T) {
	server, api, _ := start(t)
	home := server.Home()
	root, err := api.CreatePost(&model.Post{ChannelId: home.Project.Id, UserId: home.Bob.Id, Message: "root"})
	require.Nil(t, err)
	reply, err := api.CreatePost(&model.Post{ChannelId: home.Project.Id, UserId: home.Bob.Id, RootId: root.Id, Message: "reply"})
	require.Nil(t, err)

	for name, test := range map[string]struct {
		post   *model.Post
		id     string
		status int
	}{
		"no such channel":    {&model.Post{ChannelId: "none", UserId: home.Bob.Id}, "app.channel.get.existing.app_error", 404},
		"no such user":       {&model.Post{ChannelId: home.Project.Id, UserId: "none"}, "app.user.missing_account.const", 404},
		"no such root":       {&model.Post{ChannelId: home.Project.Id, UserId: home.Bob.Id, RootId: model.NewId()}, "api.post.create_post.root_id.app_error", 400},
		"a reply to a reply": {&model.Post{ChannelId: home.Project.Id, UserId: home.Bob.Id, RootId: reply.Id}, "api.post.create_post.root_id.app_error", 400},
		"root elsewhere":     {&model.Post{ChannelId: home.OffTopic.Id, UserId: home.Bob.Id, RootId: root.Id}, "api.post.create_post.channel_root_id.app_error", 500},
		"an id of its own":   {&model.Post{Id: model.NewId(), ChannelId: home.Project.Id, UserId: home.Bob.Id}, "app.post.save.existing.app_error", 400},
		"too long":           {&model.Post{ChannelId: home.Project.Id, UserId: home.Bob.Id, Message: strings.Repeat("x", model.PostMessageMaxRunesV2+1)}, "model.post.is_valid.message_length.app_error", 400},
		"a type of no post":  {&model.Post{ChannelId: home.Project.Id, UserId: home.Bob.Id, Type: "odd"}, "model.post.is_valid.type.app_error", 400},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := api.CreatePost(test.post)
			requireFails(t, err, test.id, test.status)
		})
	}

	stranger, err := api.CreateUser(&model.User{Username: "stranger", Email: "s@example.com", Password: "Password1!"})
	require.Nil(t, err)
	_, err = server.CreatePost(&model.Post{ChannelId: home.Project.Id, UserId: stranger.Id, Message: "hi"})
	requireFails(t, err, "api.context.permissions.app_error", 403)
	require.Nil(t, api.DeleteChannel(home.Project.Id))
	_, err = server.CreatePost(&model.Post{ChannelId: home.Project.Id, UserId: home.Bob.Id, Message: "hi"})
	requireFails(t, err, "api.post.create_post.can_not_post_to_deleted.error", 400)
}

func TestListsOfPosts(t *testing.T) {
	server, api, clock := start(t)
	home := server.Home()
	ids := map[string]string{}
	names := map[string]string{}
	say := func(name, root string) {
		clock.pass(time.Second)
		post, err := api.CreatePost(&model.Post{ChannelId: home.Project.Id, UserId: home.Bob.Id, RootId: ids[root], Message: name})
		require.Nil(t, err)
		ids[name], names[post.Id] = post.Id, name
	}
	say("one", "")
	say("two", "")
	say("one.a", "one")
	say("three", "")
	say("one.b", "one")
	order := func(list *model.PostList, err *model.AppError) string {
		require.Nil(t, err)
		var found []string
		for _, id := range list.Order {
			require.NotNil(t, list.Posts[id])
			found = append(found, names[id])
		}
		return strings.Join(found, " ")
	}

	require.Equal(t, "one.b three one.a two one", order(api.GetPostsForChannel(home.Project.Id, 0, 60)))
	require.Equal(t, "one.a two", order(api.GetPostsForChannel(home.Project.Id, 1, 2)))
	require.Equal(t, "two one", order(api.GetPostsBefore(home.Project.Id, ids["one.a"], 0, 9)))
	require.Equal(t, "three one.a", order(api.GetPostsAfter(home.Project.Id, ids["two"], 0, 2)))
	require.Equal(t, "one one.a one.b", order(api.GetPostThread(ids["one"])))
	require.Equal(t, "one.a one one.b", order(api.GetPostThread(ids["one.a"])))

	list, err := api.GetPostsForChannel(home.Project.Id, 0, 1)
	require.Nil(t, err)
	require.Len(t, list.Posts, 3, "the thread of a listed post comes with it")
	post, err := api.GetPost(ids["one"])
	require.Nil(t, err)
	require.EqualValues(t, 2, post.ReplyCount)

	since := clock.Now().UnixMilli()
	clock.pass(time.Second)
	require.Nil(t, api.DeletePost(ids["one.a"]))
	require.Equal(t, "one.a one", order(api.GetPostsSince(home.Project.Id, since)), "the deleted post and its root changed")
	require.Nil(t, api.DeletePost(ids["one"]))
	require.Equal(t, "three two", order(api.GetPostsForChannel(home.Project.Id, 0, 60)), "replies go with their root")
	_, err = api.GetPostThread(ids["one"])
	requireFails(t, err, "app.post.get.app_error", 404)
	requireFails(t, api.DeletePost(ids["one"]), "app.post.get.app_error", 400)
}

func TestSearch(t *testing.T) {
	server, api, _ := start(t)
	home := server.Home()
	for _, post := range []*model.Post{
		{ChannelId: home.Project.Id, UserId: home.Bob.Id, Message: "The deploy is green #release"},
		{ChannelId: home.OffTopic.Id, UserId: home.Alice.Id, Message: "green tea, anyone?"},
		{ChannelId: home.Project.Id, UserId: home.Alice.Id, Message: "Deploying again"},
	} {
		_, err := api.CreatePost(post)
		require.Nil(t, err)
	}
	for terms, want := range map[string][]string{
		"green":              {"green tea, anyone?", "The deploy is green #release"},
		"green deploy":       {"The deploy is green #release"},
		"deploy*":            {"Deploying again", "The deploy is green #release"},
		"green -tea":         {"The deploy is green #release"},
		"#release":           {"The deploy is green #release"},
		"green in:off-topic": {"green tea, anyone?"},
		"deploy* from:alice": {"Deploying again"},
		"red":                nil,
	} {
		t.Run(terms, func(t *testing.T) {
			results, err := api.SearchPostsInTeamForUser(home.Team.Id, home.Bob.Id, model.SearchParameter{Terms: &terms})
			require.Nil(t, err)
			var found []string
			for _, post := range results.ToSlice() {
				found = append(found, post.Message)
			}
			require.Equal(t, want, found)
		})
	}
	posts, err := api.SearchPostsInTeam(home.Team.Id, model.ParseSearchParams("green", 0))
	require.Nil(t, err)
	require.Len(t, posts, 2)
}

func TestEphemeralPostsAreShownToOneUser(t *testing.T) {
	server, api, _ := start(t)
	home := server.Home()
	post := api.SendEphemeralPost(home.Bob.Id, &model.Post{ChannelId: home.Project.Id, UserId: home.Alice.Id, Message: "psst"})
	require.Equal(t, model.PostTypeEphemeral, post.Type)
	post.Message = "never mind"
	api.UpdateEphemeralPost(home.Bob.Id, post)
	api.DeleteEphemeralPost(home.Bob.Id, post.Id)

	require.Empty(t, server.Posts(home.Project.Id))
	require.Empty(t, server.Ephemerals(home.Alice.Id))
	shown := server.Ephemerals(home.Bob.Id)
	require.Len(t, shown, 1)
	require.Equal(t, "never mind", shown[0].Post.Message)
	require.NotZero(t, shown[0].Post.DeleteAt)
}

func TestReactions(t *testing.T) {
	server, api, _ := start(t)
	home := server.Home()
	post, err := api.CreatePost(&model.Post{ChannelId: home.Project.Id, UserId: home.Bob.Id, Message: "hi"})
	require.Nil(t, err)
	wave := &model.Reaction{PostId: post.Id, UserId: home.Alice.Id, EmojiName: "wave"}
	for range 2 {
		_, err = api.AddReaction(wave)
		require.Nil(t, err)
	}
	reactions, err := api.GetReactions(post.Id)
	require.Nil(t, err)
	require.Len(t, reactions, 1)
	post, _ = api.GetPost(post.Id)
	require.True(t, post.HasReactions)

	_, err = api.AddReaction(&model.Reaction{PostId: post.Id, UserId: home.Alice.Id, EmojiName: "no-such-emoji"})
	requireFails(t, err, "app.emoji.get_by_name.no_result", 404)
	require.Nil(t, api.RemoveReaction(wave))
	reactions, _ = api.GetReactions(post.Id)
	require.Empty(t, reactions)
}

// editor is a plugin that answers edits.
type editor struct {
	post   func(*model.Post) *model.Post
	reason string
}

func (e editor) MessageWillBeUpdated(_ *plugin.Context, newPost, _ *model.Post) (*model.Post, string) {
	return e.post(newPost), e.reason
}

func TestAnEditIsRejectedByNoPostAndByNothingElse(t *testing.T) {
	server, api, _ := start(t)
	post, err := api.CreatePost(&model.Post{ChannelId: server.Home().Project.Id, UserId: server.Home().Bob.Id, Message: "old"})
	require.Nil(t, err)
	post.Message = "new"

	api.Attach(editor{func(*model.Post) *model.Post { return nil }, ""})
	_, err = server.UpdatePost(post)
	requireFails(t, err, "Post rejected by plugin. ", 400)
	api.Attach(editor{func(post *model.Post) *model.Post { return post }, "a reason alone does not reject, as on a server"})
	updated, err := server.UpdatePost(post)
	require.Nil(t, err)
	require.Equal(t, "new", updated.Message)
}
