package memserver_test

import (
	"math/rand/v2"
	"reflect"
	"sync"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"
)

// busy answers hooks by calling the API, as plugins do.
type busy struct{ api plugin.API }

func (b busy) MessageWillBePosted(_ *plugin.Context, post *model.Post) (*model.Post, string) {
	_, _ = b.api.GetUser(post.UserId)
	return nil, ""
}

func (b busy) MessageHasBeenPosted(_ *plugin.Context, post *model.Post) {
	_, _ = b.api.AddReaction(&model.Reaction{PostId: post.Id, UserId: post.UserId, EmojiName: "smile"})
}

func (b busy) ReactionHasBeenAdded(_ *plugin.Context, reaction *model.Reaction) {
	_ = b.api.KVSet("last", []byte(reaction.PostId))
}

func TestEveryMethodAtOnce(t *testing.T) {
	server, api, _ := start(t)
	licensed(server)
	home := server.Home()
	api.Attach(busy{api})
	texts := []string{home.Alice.Id, home.Bob.Id, home.Team.Id, home.Project.Id, home.OffTopic.Id, "project", "com.example.other"}
	var names []string
	for method := range reflect.TypeFor[plugin.API]().Methods() {
		names = append(names, method.Name)
	}
	value := reflect.ValueOf(plugin.API(api))
	var all sync.WaitGroup
	for seed := range uint64(8) {
		all.Go(func() {
			random := rand.New(rand.NewPCG(seed, 0))
			for _, i := range random.Perm(len(names)) {
				_, _ = server.CreatePost(&model.Post{ChannelId: home.Project.Id, UserId: home.Bob.Id, Message: "@alice"})
				method := value.MethodByName(names[i])
				method.Call(arguments(method, func(in reflect.Type) reflect.Value {
					return plausible(in, texts[random.IntN(len(texts))])
				}))
			}
		})
	}
	all.Wait()
	settle(t, server)
	require.NotEmpty(t, server.Events())
}
