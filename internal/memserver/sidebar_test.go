package memserver_test

import (
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"
)

func TestTheSidebarHasEveryChannelInOneCategory(t *testing.T) {
	server, api, _ := start(t)
	home := server.Home()
	direct, err := api.GetDirectChannel(home.Bob.Id, home.Alice.Id)
	require.Nil(t, err)
	sidebar := func() map[string][]string {
		list, err := api.GetChannelSidebarCategories(home.Bob.Id, home.Team.Id)
		require.Nil(t, err)
		require.Len(t, list.Order, len(list.Categories))
		channels := map[string][]string{}
		for i, category := range list.Categories {
			require.Equal(t, category.Id, list.Order[i])
			channels[category.DisplayName] = category.Channels
		}
		return channels
	}
	require.Equal(t, map[string][]string{
		"Favorites": {}, "Channels": {home.OffTopic.Id, home.Project.Id, home.TownSquare.Id}, "Direct Messages": {direct.Id},
	}, sidebar())

	work, err := api.CreateChannelSidebarCategory(home.Bob.Id, home.Team.Id, &model.SidebarCategoryWithChannels{
		SidebarCategory: model.SidebarCategory{DisplayName: "Work", Type: model.SidebarCategoryChannels}, Channels: []string{home.Project.Id},
	})
	require.Nil(t, err)
	require.Equal(t, model.SidebarCategoryCustom, work.Type)
	require.Equal(t, map[string][]string{
		"Favorites": {}, "Work": {home.Project.Id}, "Channels": {home.OffTopic.Id, home.TownSquare.Id}, "Direct Messages": {direct.Id},
	}, sidebar())
	list, err := api.GetChannelSidebarCategories(home.Bob.Id, home.Team.Id)
	require.Nil(t, err)
	require.Equal(t, work.Id, list.Order[1], "after the favourites")

	favourites := *list.Categories[0]
	favourites.DisplayName, favourites.Channels = "Best", []string{home.Project.Id, direct.Id}
	updated, err := api.UpdateChannelSidebarCategories(home.Bob.Id, home.Team.Id, []*model.SidebarCategoryWithChannels{&favourites})
	require.Nil(t, err)
	require.Equal(t, "Favorites", updated[0].DisplayName, "only custom ones can be renamed")
	require.Equal(t, map[string][]string{
		"Favorites": {home.Project.Id, direct.Id}, "Work": {}, "Channels": {home.OffTopic.Id, home.TownSquare.Id}, "Direct Messages": {},
	}, sidebar())

	favourites.Id = "none"
	_, err = api.UpdateChannelSidebarCategories(home.Bob.Id, home.Team.Id, []*model.SidebarCategoryWithChannels{&favourites})
	requireFails(t, err, "app.channel.sidebar_categories.app_error", 500)
	_, err = api.CreateChannelSidebarCategory("none", home.Team.Id, work)
	requireFails(t, err, "app.channel.sidebar_categories.app_error", 404)
	events := server.Events()
	require.Equal(t, "sidebar_category_created", events[0].Name)
}

func TestUnreadPostsAndMentionsAreCountedUntilTheChannelIsViewed(t *testing.T) {
	server, api, _ := start(t)
	home := server.Home()
	unread := func(user *model.User) (posts, roots, mentions int64) {
		teams, err := api.GetTeamsUnreadForUser(user.Id)
		require.Nil(t, err)
		require.Len(t, teams, 1)
		require.Equal(t, home.Team.Id, teams[0].TeamId)
		return teams[0].MsgCount, teams[0].MsgCountRoot, teams[0].MentionCount
	}
	requireUnread := func(user *model.User, wantPosts, wantRoots, wantMentions int64) {
		t.Helper()
		posts, roots, mentions := unread(user)
		require.Equal(t, []int64{wantPosts, wantRoots, wantMentions}, []int64{posts, roots, mentions})
	}
	requireUnread(home.Bob, 0, 0, 0)
	first, err := server.CreatePost(&model.Post{ChannelId: home.Project.Id, UserId: home.Alice.Id, Message: "hello @bob."})
	require.Nil(t, err)
	_, err = server.CreatePost(&model.Post{ChannelId: home.Project.Id, UserId: home.Alice.Id, RootId: first.Id, Message: "are you there, bob?"})
	require.Nil(t, err)
	requireUnread(home.Bob, 2, 1, 1)
	requireUnread(home.Alice, 0, 0, 0) // who writes has read
	_, err = api.UpdateChannelMemberNotifications(home.Project.Id, home.Bob.Id, map[string]string{model.MarkUnreadNotifyProp: model.ChannelMarkUnreadMention})
	require.Nil(t, err)
	requireUnread(home.Bob, 0, 0, 1)
	require.Nil(t, server.ViewChannel(home.Bob.Id, home.Project.Id))
	requireUnread(home.Bob, 0, 0, 0)
	requireFails(t, server.ViewChannel("none", home.Project.Id), "app.channel.get_member.missing.app_error", 404)

	direct, err := api.GetDirectChannel(home.Bob.Id, home.Alice.Id)
	require.Nil(t, err)
	_, err = api.CreatePost(&model.Post{ChannelId: direct.Id, UserId: home.Alice.Id, Message: "psst"})
	require.Nil(t, err)
	requireUnread(home.Bob, 0, 0, 0) // it is in no team
	member, err := api.GetChannelMember(direct.Id, home.Bob.Id)
	require.Nil(t, err)
	require.EqualValues(t, 1, member.MentionCount)
	writer, err := api.GetChannelMember(direct.Id, home.Alice.Id)
	require.Nil(t, err)
	require.Zero(t, writer.MentionCount, "nobody mentions themselves")
}

// whisperer makes posts look quieter.
type whisperer struct{}

func (whisperer) MessagesWillBeConsumed(posts []*model.Post) []*model.Post {
	posts[0].Message += "."
	return posts[:1]
}

func (whisperer) MessagesWillBeConsumedWithContext(_ *plugin.Context, posts []*model.Post) []*model.Post {
	for _, post := range posts {
		post.Message = "(" + post.Message + ")"
	}
	return posts
}

func TestPluginsChangeHowPostsLook(t *testing.T) {
	server, api, _ := start(t)
	home := server.Home()
	for _, message := range []string{"one", "two"} {
		_, err := api.CreatePost(&model.Post{ChannelId: home.Project.Id, UserId: home.Bob.Id, Message: message})
		require.Nil(t, err)
	}
	api.Attach(whisperer{})
	posts, err := server.ReadChannel(home.Bob.Id, home.Project.Id, 0, 10)
	require.Nil(t, err)
	require.Equal(t, []string{"(two.)", "(one)"}, []string{posts[0].Message, posts[1].Message})
	stored, err := api.GetPost(posts[0].Id)
	require.Nil(t, err)
	require.Equal(t, "two", stored.Message)
	_, err = server.ReadChannel("none", home.Project.Id, 0, 10)
	requireFails(t, err, "api.context.permissions.app_error", 403)
}
