package memserver_test

import (
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"
)

func usernames(users []*model.User) (names []string) {
	for _, user := range users {
		names = append(names, user.Username)
	}
	return names
}

func TestUsersAreChecked(t *testing.T) {
	_, api, _ := start(t)
	for name, test := range map[string]struct {
		user model.User
		id   string
	}{
		"a name that is taken":     {model.User{Username: "Alice", Email: "x@example.com", Password: "Password1!"}, "app.user.save.username_exists.app_error"},
		"an address that is taken": {model.User{Username: "x", Email: "Bob@example.com", Password: "Password1!"}, "app.user.save.email_exists.app_error"},
		"a short password":         {model.User{Username: "x", Email: "x@example.com", Password: "short"}, "model.user.is_valid.pwd_min_length.app_error"},
		"a name with a space":      {model.User{Username: "a b", Email: "x@example.com", Password: "Password1!"}, "model.user.is_valid.username.app_error"},
		"an id of its own":         {model.User{Id: model.NewId(), Username: "x", Email: "x@example.com", Password: "Password1!"}, "app.user.save.existing.app_error"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := api.CreateUser(&test.user)
			requireFails(t, err, test.id, 400)
		})
	}
	_, err := api.GetUser("none")
	requireFails(t, err, "app.user.missing_account.const", 404)
	_, err = api.GetUserByUsername("none")
	requireFails(t, err, "app.user.get_by_username.app_error", 404)
}

func TestUsersChange(t *testing.T) {
	server, api, clock := start(t)
	bob, err := api.GetUserByEmail("bob@example.com")
	require.Nil(t, err)
	clock.pass(time.Second)
	bob.Nickname, bob.Roles, bob.DeleteAt = "Bobby", "system_admin", 1
	bob, err = api.UpdateUser(bob)
	require.Nil(t, err)
	require.Equal(t, "Bobby", bob.Nickname)
	require.Equal(t, "system_user", bob.Roles, "roles have a method of their own")
	require.Zero(t, bob.DeleteAt)
	require.Equal(t, clock.Now().UnixMilli(), bob.UpdateAt)

	_, err = api.UpdateUserRoles(server.Home().Alice.Id, "system_user")
	requireFails(t, err, "app.user.update.lastAdmin.app_error", 400)
	_, err = api.UpdateUserRoles(bob.Id, "system_admin system_user")
	require.Nil(t, err)
	_, err = api.UpdateUserRoles(server.Home().Alice.Id, "system_user")
	require.Nil(t, err)
	_, err = api.UpdateUserRoles(bob.Id, "no_such_role")
	requireFails(t, err, "app.role.check_roles_exist.role_not_found", 400)

	require.Nil(t, api.DeleteUser(bob.Id))
	gone, err := api.GetUser(bob.Id)
	require.Nil(t, err)
	require.NotZero(t, gone.DeleteAt)
	active, err := api.GetUsers(&model.UserGetOptions{Active: true, PerPage: 10})
	require.Nil(t, err)
	require.Equal(t, []string{"alice"}, usernames(active))
}

func TestListsOfUsers(t *testing.T) {
	server, api, _ := start(t)
	home := server.Home()
	_, err := api.CreateUser(&model.User{Username: "carol", Email: "c@example.com", Password: "Password1!", FirstName: "Carol", LastName: "Baxter"})
	require.Nil(t, err)
	_, err = api.UpdateUserStatus(home.Bob.Id, model.StatusOnline)
	require.Nil(t, err)
	for name, test := range map[string]struct {
		list func() ([]*model.User, *model.AppError)
		want []string
	}{
		"all": {func() ([]*model.User, *model.AppError) { return api.GetUsers(&model.UserGetOptions{PerPage: 10}) }, []string{"alice", "bob", "carol"}},
		"second page": {func() ([]*model.User, *model.AppError) {
			return api.GetUsers(&model.UserGetOptions{Page: 1, PerPage: 2})
		}, []string{"carol"}},
		"administrators": {func() ([]*model.User, *model.AppError) {
			return api.GetUsers(&model.UserGetOptions{Role: "system_admin", PerPage: 10})
		}, []string{"alice"}},
		"in no team": {func() ([]*model.User, *model.AppError) {
			return api.GetUsers(&model.UserGetOptions{WithoutTeam: true, PerPage: 10})
		}, []string{"carol"}},
		"in the team": {func() ([]*model.User, *model.AppError) { return api.GetUsersInTeam(home.Team.Id, 0, 10) }, []string{"alice", "bob"}},
		"by status": {func() ([]*model.User, *model.AppError) {
			return api.GetUsersInChannel(home.Project.Id, "status", 0, 10)
		}, []string{"bob", "alice"}},
		"by name":            {func() ([]*model.User, *model.AppError) { return api.GetUsersByUsernames([]string{"bob", "none"}) }, []string{"bob"}},
		"found by beginning": {func() ([]*model.User, *model.AppError) { return api.SearchUsers(&model.UserSearch{Term: "@ba"}) }, []string{"bob", "carol"}},
	} {
		t.Run(name, func(t *testing.T) {
			users, err := test.list()
			require.Nil(t, err)
			require.Equal(t, test.want, usernames(users))
		})
	}
	_, err = api.GetUsersInChannel(home.Project.Id, "age", 0, 10)
	requireFails(t, err, "plugin.api.get_users_in_channel", 400)
}

func TestStatuses(t *testing.T) {
	server, api, _ := start(t)
	home := server.Home()
	_, err := api.GetUserStatus(home.Bob.Id)
	requireFails(t, err, "app.status.get.missing.app_error", 404)
	_, err = api.UpdateUserStatus(home.Bob.Id, "asleep")
	requireFails(t, err, "plugin.api.update_user_status.bad_status", 400)
	_, err = api.SetUserStatusTimedDND(home.Bob.Id, 1234)
	require.Nil(t, err)
	statuses, err := api.GetUserStatusesByIds([]string{home.Alice.Id, home.Bob.Id})
	require.Nil(t, err)
	require.Equal(t, model.StatusOffline, statuses[0].Status)
	require.Equal(t, model.StatusDnd, statuses[1].Status)
	require.EqualValues(t, 1234, statuses[1].DNDEndTime)

	require.Nil(t, api.UpdateUserCustomStatus(home.Bob.Id, &model.CustomStatus{Emoji: "palm_tree", Text: "away"}))
	bob, _ := api.GetUser(home.Bob.Id)
	require.Equal(t, "away", bob.GetCustomStatus().Text)
	require.Nil(t, api.RemoveUserCustomStatus(home.Bob.Id))
	bob, _ = api.GetUser(home.Bob.Id)
	require.Nil(t, bob.GetCustomStatus())
}

func TestPreferences(t *testing.T) {
	server, api, _ := start(t)
	bob := server.Home().Bob.Id
	set := []model.Preference{{UserId: bob, Category: "test", Name: "b", Value: "2"}, {UserId: bob, Category: "test", Name: "a", Value: "1"}}
	require.Nil(t, api.UpdatePreferencesForUser(bob, set))
	one, err := api.GetPreferenceForUser(bob, "test", "a")
	require.Nil(t, err)
	require.Equal(t, "1", one.Value)
	all, err := api.GetPreferencesForUser(bob)
	require.Nil(t, err)
	require.Equal(t, []model.Preference{set[1], set[0]}, all)
	require.Nil(t, api.DeletePreferencesForUser(bob, set[:1]))
	_, err = api.GetPreferenceForUser(bob, "test", "b")
	requireFails(t, err, "app.preference.get.app_error", 400)
	requireFails(t, api.UpdatePreferencesForUser(server.Home().Alice.Id, set), "api.preference.update_preferences.set.app_error", 403)
}

func TestBots(t *testing.T) {
	server, api, _ := start(t)
	home := server.Home()
	id, plain := api.EnsureBotUser(&model.Bot{Username: "helper", DisplayName: "Helper"})
	require.NoError(t, plain)
	again, plain := api.EnsureBotUser(&model.Bot{Username: "helper", DisplayName: "Helper 2", Description: "helps"})
	require.NoError(t, plain)
	require.Equal(t, id, again)

	bot, err := api.GetBot(id, false)
	require.Nil(t, err)
	require.Equal(t, "Helper 2", bot.DisplayName)
	require.Equal(t, "com.example.test", bot.OwnerId)
	user, err := api.GetUser(id)
	require.Nil(t, err)
	require.True(t, user.IsBot)
	require.Equal(t, "Helper 2", user.FirstName)
	require.Equal(t, "helps", user.BotDescription)

	post, err := api.CreatePost(&model.Post{ChannelId: home.Project.Id, UserId: id, Message: "beep"})
	require.Nil(t, err)
	require.Equal(t, "true", post.GetProp(model.PostPropsFromBot))
	require.Equal(t, "true", post.GetProp(model.PostPropsFromPlugin))

	_, err = api.CreateBot(&model.Bot{Username: "bob"})
	requireFails(t, err, "app.user.save.username_exists.app_error", 400)
	_, err = api.CreateBot(&model.Bot{Username: "second", OwnerId: id})
	requireFails(t, err, "plugin_api.bot_cant_create_bot", 400)
	_, err = api.UpdateBotActive(id, false)
	require.Nil(t, err)
	_, err = api.GetBot(id, false)
	requireFails(t, err, "store.sql_bot.get.missing.app_error", 404)
	bots, err := api.GetBots(&model.BotGetOptions{IncludeDeleted: true, PerPage: 10})
	require.Nil(t, err)
	require.Len(t, bots, 1)
	require.Nil(t, api.PermanentDeleteBot(id))
	_, err = api.GetUser(id)
	requireFails(t, err, "app.user.missing_account.const", 404)

	human, plain := api.EnsureBotUser(&model.Bot{Username: "bob"})
	require.NoError(t, plain)
	require.Equal(t, home.Bob.Id, human, "as on a server, an account of this name is taken for the bot")
}

// members notes who comes and goes.
type members struct{ events chan string }

func (m members) UserHasJoinedTeam(*plugin.Context, *model.TeamMember, *model.User) {
	m.events <- "joined team"
}
func (m members) UserHasLeftTeam(*plugin.Context, *model.TeamMember, *model.User) {
	m.events <- "left team"
}
func (m members) UserHasJoinedChannel(*plugin.Context, *model.ChannelMember, *model.User) {
	m.events <- "joined channel"
}
func (m members) UserHasLeftChannel(*plugin.Context, *model.ChannelMember, *model.User) {
	m.events <- "left channel"
}
func (m members) ChannelHasBeenCreated(*plugin.Context, *model.Channel) { m.events <- "new channel" }

func TestMembership(t *testing.T) {
	server, api, _ := start(t)
	home, hooks := server.Home(), members{make(chan string, 10)}
	api.Attach(hooks)
	carol, err := api.CreateUser(&model.User{Username: "carol", Email: "c@example.com", Password: "Password1!"})
	require.Nil(t, err)
	_, err = api.AddChannelMember(home.Project.Id, carol.Id)
	requireFails(t, err, "app.team.get_member.missing.app_error", 404)

	_, err = api.CreateTeamMember(home.Team.Id, carol.Id)
	require.Nil(t, err)
	_, err = api.GetChannelMember(home.TownSquare.Id, carol.Id)
	require.Nil(t, err, "members of a team are in its default channels")
	_, err = api.GetChannelMember(home.Project.Id, carol.Id)
	requireFails(t, err, "app.channel.get_member.missing.app_error", 404)
	_, err = api.AddUserToChannel(home.Project.Id, carol.Id, home.Alice.Id)
	require.Nil(t, err)
	members, err := api.GetChannelMembers(home.Project.Id, 0, 10)
	require.Nil(t, err)
	require.Len(t, members, 3)

	member, err := api.UpdateChannelMemberRoles(home.Project.Id, carol.Id, "channel_user channel_admin")
	require.Nil(t, err)
	require.True(t, member.SchemeAdmin)
	_, err = api.UpdateChannelMemberRoles(home.Project.Id, carol.Id, "team_user")
	requireFails(t, err, "api.channel.update_channel_member_roles.scheme_role.app_error", 400)
	member, err = api.UpdateChannelMemberNotifications(home.Project.Id, carol.Id, map[string]string{"desktop": "all", "odd": "x"})
	require.Nil(t, err)
	require.Equal(t, "all", member.NotifyProps["desktop"])
	require.NotContains(t, member.NotifyProps, "odd")

	requireFails(t, api.DeleteChannelMember(home.TownSquare.Id, carol.Id), "api.channel.remove.default.app_error", 400)
	require.Nil(t, api.DeleteChannelMember(home.Project.Id, carol.Id))
	require.Nil(t, api.DeleteTeamMember(home.Team.Id, carol.Id, ""))
	_, err = api.GetChannelsForTeamForUser(home.Team.Id, carol.Id, false)
	requireFails(t, err, "app.channel.get_channels.not_found.app_error", 404)
	stats, err := api.GetTeamStats(home.Team.Id)
	require.Nil(t, err)
	require.EqualValues(t, 2, stats.TotalMemberCount)

	settle(t, server)
	close(hooks.events)
	var events []string
	for event := range hooks.events {
		events = append(events, event)
	}
	require.ElementsMatch(t, []string{"joined team", "joined channel", "left channel", "left team"}, events)
}

func TestChannels(t *testing.T) {
	server, api, _ := start(t)
	home := server.Home()
	secret, err := api.CreateChannel(&model.Channel{TeamId: home.Team.Id, Name: "secret", DisplayName: "Secret", Type: model.ChannelTypePrivate})
	require.Nil(t, err)
	for name, test := range map[string]struct {
		channel model.Channel
		id      string
	}{
		"a name that is taken":    {model.Channel{TeamId: home.Team.Id, Name: "secret", Type: model.ChannelTypeOpen}, "store.sql_channel.save_channel.exists.app_error"},
		"a direct channel":        {model.Channel{Name: "a__b", Type: model.ChannelTypeDirect}, "store.sql_channel.save.direct_channel.app_error"},
		"a name with a space":     {model.Channel{TeamId: home.Team.Id, Name: "a b", Type: model.ChannelTypeOpen}, "model.channel.is_valid.1_or_more.app_error"},
		"a type of no channel":    {model.Channel{TeamId: home.Team.Id, Name: "odd", Type: "X"}, "model.channel.is_valid.type.app_error"},
		"an id of its own":        {model.Channel{Id: model.NewId(), TeamId: home.Team.Id, Name: "own", Type: model.ChannelTypeOpen}, "store.sql_channel.save_channel.existing.app_error"},
		"archived from the start": {model.Channel{TeamId: home.Team.Id, Name: "old", Type: model.ChannelTypeOpen, DeleteAt: 1}, "store.sql_channel.save.archived_channel.app_error"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := api.CreateChannel(&test.channel)
			requireFails(t, err, test.id, 400)
		})
	}
	public, err := api.GetPublicChannelsForTeam(home.Team.Id, 0, 10)
	require.Nil(t, err)
	require.Len(t, public, 3)
	found, err := api.SearchChannels(home.Team.Id, "OFF")
	require.Nil(t, err)
	require.Len(t, found, 1)

	require.Nil(t, api.DeleteChannel(secret.Id))
	_, err = api.GetChannelByName(home.Team.Id, "secret", false)
	requireFails(t, err, "app.channel.get_by_name.missing.app_error", 404)
	_, err = api.GetChannelByNameForTeamName("acme", "secret", true)
	require.Nil(t, err)
	requireFails(t, api.DeleteChannel(secret.Id), "api.channel.delete_channel.deleted.app_error", 400)
	requireFails(t, api.DeleteChannel(home.TownSquare.Id), "api.channel.delete_channel.cannot.app_error", 400)
	require.Nil(t, api.RestoreChannel(secret.Id))
	secret.Header = "hush"
	_, err = api.UpdateChannel(secret)
	require.Nil(t, err)
	secret, _ = api.GetChannel(secret.Id)
	require.Equal(t, "hush", secret.Header)
}

func TestDirectAndGroupChannels(t *testing.T) {
	server, api, _ := start(t)
	home := server.Home()
	direct, err := api.GetDirectChannel(home.Alice.Id, home.Bob.Id)
	require.Nil(t, err)
	same, err := api.GetDirectChannel(home.Bob.Id, home.Alice.Id)
	require.Nil(t, err)
	require.Equal(t, direct.Id, same.Id)
	require.Equal(t, model.GetDMNameFromIds(home.Alice.Id, home.Bob.Id), direct.Name)
	stats, err := api.GetChannelStats(direct.Id)
	require.Nil(t, err)
	require.EqualValues(t, 2, stats.MemberCount)
	_, err = api.GetDirectChannel(home.Bob.Id, "none")
	requireFails(t, err, "api.channel.create_direct_channel.invalid_user.app_error", 400)

	carol, err := api.CreateUser(&model.User{Username: "carol", Email: "c@example.com", Password: "Password1!"})
	require.Nil(t, err)
	group, err := api.GetGroupChannel([]string{home.Alice.Id, home.Bob.Id, carol.Id})
	require.Nil(t, err)
	require.Equal(t, model.ChannelTypeGroup, group.Type)
	_, err = api.GetGroupChannel([]string{home.Alice.Id, home.Bob.Id})
	requireFails(t, err, "api.channel.create_group.bad_size.app_error", 400)
}

func TestTeams(t *testing.T) {
	server, api, _ := start(t)
	team, err := api.CreateTeam(&model.Team{Name: "beta", DisplayName: "Beta", Type: model.TeamInvite})
	require.Nil(t, err)
	_, err = api.GetChannelByName(team.Id, "off-topic", false)
	require.Nil(t, err)
	_, err = api.CreateTeam(&model.Team{Name: "beta", DisplayName: "Again", Type: model.TeamOpen})
	requireFails(t, err, "store.sql_team.save_team.existing.app_error", 400)
	_, err = api.CreateTeam(&model.Team{Name: "admin", DisplayName: "Reserved", Type: model.TeamOpen})
	requireFails(t, err, "model.team.is_valid.reserved.app_error", 400)

	team.DisplayName, team.Name = "Gamma", "gamma"
	team, err = api.UpdateTeam(team)
	require.Nil(t, err)
	require.Equal(t, "Gamma", team.DisplayName)
	require.Equal(t, "beta", team.Name)
	found, err := api.SearchTeams("GAM")
	require.Nil(t, err)
	require.Len(t, found, 1)
	require.Nil(t, api.DeleteTeam(team.Id))
	all, err := api.GetTeams()
	require.Nil(t, err)
	require.Len(t, all, 2)
	mine, err := api.GetTeamsForUser(server.Home().Bob.Id)
	require.Nil(t, err)
	require.Len(t, mine, 1)
	_, err = api.CreateTeamMembersGracefully(server.Home().Team.Id, []string{"none", server.Home().Bob.Id}, "")
	require.Nil(t, err)
}
