package e2e

import (
	"net/http"
	"slices"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

func TestTeams(t *testing.T) {
	enableRunning(t, install(t, "testdata/plugins/teams"))
	channel := newChannel(t)
	ctx := testContext(t)
	alan := newUser(t, "alan")
	id := ask[string](t, channel, "/teams found research")

	t.Run("a founded team is there for an administrator", func(t *testing.T) {
		team, _, err := server.Admin.GetTeam(ctx, id, "")
		require.NoError(t, err)
		require.Equal(t, "research", team.Name)
		require.Equal(t, "Research", team.DisplayName)
		require.Equal(t, "Asks why", team.Description)
		require.Equal(t, "Acme", team.CompanyName)
		require.Equal(t, model.TeamInvite, team.Type)
	})
	t.Run("a taken name is refused", func(t *testing.T) {
		require.Equal(t, map[string]any{"class": "ValidationError", "id": "store.sql_team.save_team.existing.app_error", "status": 400.0},
			ask[map[string]any](t, channel, "/teams found_again research"))
	})
	t.Run("a team is found in every way", func(t *testing.T) {
		require.Equal(t, []string{id, id, id, id}, ask[[]string](t, channel, "/teams find research"))
	})
	t.Run("a changed team keeps what was not changed", func(t *testing.T) {
		ask[any](t, channel, "/teams open "+id)
		team, _, err := server.Admin.GetTeam(ctx, id, "")
		require.NoError(t, err)
		require.Equal(t, "Open Research", team.DisplayName)
		require.True(t, team.AllowOpenInvite)
		require.Equal(t, "Asks why", team.Description)
	})
	t.Run("people become members", func(t *testing.T) {
		require.ElementsMatch(t, []string{server.Me.Id, alan.Id},
			ask[[]string](t, channel, "/teams invite "+id+" "+server.Me.Id+" "+alan.Id))
		member, _, err := server.User.GetTeamMember(ctx, id, alan.Id, "")
		require.NoError(t, err)
		require.True(t, member.SchemeUser)
		require.False(t, member.SchemeAdmin)

		nobody := model.NewId()
		results := ask[map[string]*string](t, channel, "/teams try_invite "+id+" "+alan.Id+" "+nobody)
		require.Len(t, results, 2)
		require.Nil(t, results[alan.Id])
		require.NotNil(t, results[nobody], "why somebody who does not exist was not added")
	})
	t.Run("a member becomes the team's administrator", func(t *testing.T) {
		require.True(t, ask[bool](t, channel, "/teams lead "+id+" "+alan.Id))
		member, _, err := server.User.GetTeamMember(ctx, id, alan.Id, "")
		require.NoError(t, err)
		require.True(t, member.SchemeAdmin)
	})
	t.Run("members are listed and counted", func(t *testing.T) {
		both := []string{server.Me.Id, alan.Id}
		slices.Sort(both)
		type count struct {
			Total, Active  int
			Members, Users []string
		}
		require.Equal(t, count{2, 2, both, both}, ask[count](t, channel, "/teams count "+id))

		type teams struct {
			Names  []string
			Unread map[string]int
		}
		of := ask[teams](t, channel, "/teams of "+server.Me.Id)
		require.Equal(t, []string{server.Team.Name, "research"}, of.Names)
		require.Contains(t, of.Unread, id)
	})
	t.Run("a dismissed member is gone", func(t *testing.T) {
		ask[any](t, channel, "/teams dismiss "+id+" "+alan.Id)
		member, _, err := server.Admin.GetTeamMember(ctx, id, alan.Id, "")
		require.NoError(t, err)
		require.NotZero(t, member.DeleteAt)
	})
	t.Run("a closed team is archived", func(t *testing.T) {
		ask[any](t, channel, "/teams close "+id)
		team, response, err := server.Admin.GetTeam(ctx, id, "")
		if err != nil {
			require.Equal(t, http.StatusNotFound, response.StatusCode)
			return
		}
		require.NotZero(t, team.DeleteAt)
	})
}
