package memserver_test

import (
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/memserver"
)

// licensed gives a server the licence that groups need.
func licensed(server *memserver.Server) {
	server.SetLicense(&model.License{Id: "test", Features: &model.Features{}})
}

func newGroup(name string) *model.Group {
	return &model.Group{Name: &name, DisplayName: "Group " + name, Source: "plugin_test", RemoteId: new("remote-" + name), AllowReference: true}
}

func TestGroupsNeedALicence(t *testing.T) {
	server, api, _ := start(t)
	_, err := api.CreateGroup(newGroup("staff"))
	requireFails(t, err, "app.group.license_error", 403)
	_, err = api.GetGroups(0, 10, model.GroupSearchOpts{}, nil)
	requireFails(t, err, "app.group.license_error", 403)
	groups, err := api.GetGroupsForUser(server.Home().Bob.Id)
	require.Nil(t, err, "this needs none")
	require.Empty(t, groups)
	require.Nil(t, api.GetLicense())
	licensed(server)
	require.Equal(t, "test", api.GetLicense().Id)
	_, err = api.CreateGroup(newGroup("staff"))
	require.Nil(t, err)
}

func TestGroupsAreMadeChangedAndArchived(t *testing.T) {
	server, api, clock := start(t)
	licensed(server)
	staff, err := api.CreateGroup(newGroup("staff"))
	require.Nil(t, err)
	for name, test := range map[string]struct {
		group  *model.Group
		id     string
		status int
	}{
		"a name that is taken":   {newGroup("staff"), "app.insert_error", 500},
		"a user's name":          {newGroup("alice"), "app.group.username_conflict", 400},
		"an id of its own":       {staff, "app.group.id.app_error", 400},
		"a source that isn't":    {&model.Group{DisplayName: "x", Source: "x"}, "model.group.source.app_error", 400},
		"no id at the source":    {&model.Group{DisplayName: "x", Source: "plugin_x"}, "model.group.remote_id.app_error", 400},
		"a name with characters": {newGroup("Staff!"), "model.group.name.invalid_chars.app_error", 400},
	} {
		_, err := api.CreateGroup(test.group)
		require.NotNil(t, err, name)
		require.Equal(t, []any{test.id, test.status}, []any{err.Id, err.StatusCode}, name)
	}
	clock.pass(time.Second)
	changed := *staff
	changed.DisplayName, changed.CreateAt = "The staff", 1
	updated, err := api.UpdateGroup(&changed)
	require.Nil(t, err)
	require.Equal(t, []any{"The staff", staff.CreateAt, clock.Now().UnixMilli()}, []any{updated.DisplayName, updated.CreateAt, updated.UpdateAt})
	byRemote, err := api.GetGroupByRemoteID("remote-staff", "plugin_test")
	require.Nil(t, err)
	require.Equal(t, updated, byRemote)

	_, err = api.RestoreGroup(staff.Id)
	requireFails(t, err, "app.group.no_rows", 404)
	_, err = api.DeleteGroup(staff.Id)
	require.Nil(t, err)
	_, err = api.DeleteGroup(staff.Id)
	requireFails(t, err, "app.group.no_rows", 404)
	bySource, err := api.GetGroupsBySource("plugin_test")
	require.Nil(t, err)
	require.Empty(t, bySource)
	byName, err := api.GetGroupByName("staff")
	require.Nil(t, err)
	require.NotZero(t, byName.DeleteAt)
	_, err = api.RestoreGroup(staff.Id)
	require.Nil(t, err)
	_, err = api.GetGroup("none")
	requireFails(t, err, "app.group.no_rows", 404)
}

func TestGroupsHaveMembers(t *testing.T) {
	server, api, _ := start(t)
	home := server.Home()
	licensed(server)
	staff, err := api.CreateGroup(newGroup("staff"))
	require.Nil(t, err)
	others, err := api.CreateGroup(newGroup("others"))
	require.Nil(t, err)
	_, err = api.UpsertGroupMember(staff.Id, "none")
	requireFails(t, err, "app.group.user_not_found", 400)
	_, err = api.UpsertGroupMembers("none", []string{home.Bob.Id})
	requireFails(t, err, "app.update_error", 500)
	members, err := api.UpsertGroupMembers(staff.Id, []string{home.Bob.Id, home.Alice.Id})
	require.Nil(t, err)
	require.Len(t, members, 2)
	_, err = api.DeleteGroupMember(staff.Id, home.Alice.Id)
	require.Nil(t, err)
	_, err = api.DeleteGroupMember(staff.Id, home.Alice.Id)
	requireFails(t, err, "app.group.no_rows", 404)

	users, err := api.GetGroupMemberUsers(staff.Id, 0, 10)
	require.Nil(t, err)
	require.Equal(t, []string{"bob"}, usernames(users))
	users, err = api.GetUsers(&model.UserGetOptions{NotInGroupId: staff.Id, PerPage: 10})
	require.Nil(t, err)
	require.Equal(t, []string{"alice"}, usernames(users))
	groups, err := api.GetGroupsForUser(home.Bob.Id)
	require.Nil(t, err)
	require.Equal(t, []*model.Group{staff}, groups)
	groups, err = api.GetGroups(0, 10, model.GroupSearchOpts{
		Q: "STAFF", IncludeMemberCount: true, IncludeMemberIDs: true, IncludeChannelMemberCount: home.Project.Id,
	}, nil)
	require.Nil(t, err)
	require.Len(t, groups, 1)
	require.Equal(t, []any{1, []string{home.Bob.Id}, 1}, []any{*groups[0].MemberCount, groups[0].MemberIDs, *groups[0].ChannelMemberCount})
	groups, err = api.GetGroups(0, 10, model.GroupSearchOpts{FilterHasMember: home.Alice.Id}, nil)
	require.Nil(t, err)
	require.Empty(t, groups)
	groups, err = api.GetGroups(0, 1, model.GroupSearchOpts{}, nil)
	require.Nil(t, err)
	require.Equal(t, []*model.Group{others}, groups, "by display name")
}

func TestGroupsFillTeamsAndChannels(t *testing.T) {
	server, api, _ := start(t)
	home := server.Home()
	licensed(server)
	staff, err := api.CreateGroup(newGroup("staff"))
	require.Nil(t, err)
	carol, err := api.CreateUser(&model.User{Username: "carol", Email: "c@example.com", Password: "Password1!"})
	require.Nil(t, err)
	_, err = api.UpsertGroupMember(staff.Id, carol.Id)
	require.Nil(t, err)

	_, err = api.UpsertGroupSyncable(model.NewGroupChannel(staff.Id, "none", true))
	requireFails(t, err, "app.channel.get.existing.app_error", 404)
	_, err = api.UpsertGroupSyncable(model.NewGroupChannel(staff.Id, home.Project.Id, true))
	require.Nil(t, err)
	ofTeam, err := api.GetGroupSyncable(staff.Id, home.Team.Id, model.GroupSyncableTypeTeam)
	require.Nil(t, err, "with the channel comes the team")
	require.True(t, ofTeam.AutoAdd)
	channels, err := api.GetGroupSyncables(staff.Id, model.GroupSyncableTypeChannel)
	require.Nil(t, err)
	require.Equal(t, []string{"Project", "Acme", home.Team.Id}, []string{channels[0].ChannelDisplayName, channels[0].TeamDisplayName, channels[0].TeamID})
	require.Nil(t, api.CreateDefaultSyncableMemberships(model.CreateDefaultMembershipParams{}))
	_, err = api.GetChannelMember(home.Project.Id, carol.Id)
	require.Nil(t, err)

	require.Nil(t, api.DeleteChannelMember(home.Project.Id, carol.Id))
	require.Nil(t, api.CreateDefaultSyncableMemberships(model.CreateDefaultMembershipParams{}))
	_, err = api.GetChannelMember(home.Project.Id, carol.Id)
	requireFails(t, err, "app.channel.get_member.missing.app_error", 404)
	require.Nil(t, api.CreateDefaultSyncableMemberships(model.CreateDefaultMembershipParams{ReAddRemovedMembers: true}))
	_, err = api.GetChannelMember(home.Project.Id, carol.Id)
	require.Nil(t, err)

	project, err := api.GetChannel(home.Project.Id)
	require.Nil(t, err)
	project.GroupConstrained = new(true)
	_, err = api.UpdateChannel(project)
	require.Nil(t, err)
	require.Nil(t, api.DeleteGroupConstrainedMemberships())
	members, err := api.GetUsersInChannel(home.Project.Id, "username", 0, 10)
	require.Nil(t, err)
	require.Equal(t, []string{"carol"}, usernames(members))

	_, err = api.DeleteGroupSyncable(staff.Id, home.Team.Id, model.GroupSyncableTypeTeam)
	require.Nil(t, err)
	channels, err = api.GetGroupSyncables(staff.Id, model.GroupSyncableTypeChannel)
	require.Nil(t, err)
	require.Empty(t, channels, "with the team go the channels")
	_, err = api.DeleteGroupSyncable(staff.Id, home.Team.Id, model.GroupSyncableTypeTeam)
	requireFails(t, err, "app.group.group_syncable_already_deleted", 400)
	ofTeam, err = api.UpdateGroupSyncable(model.NewGroupTeam(staff.Id, home.Team.Id, false))
	require.Nil(t, err)
	require.Equal(t, []any{false, int64(0)}, []any{ofTeam.AutoAdd, ofTeam.DeleteAt})
}
