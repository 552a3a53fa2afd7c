package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

// A server without a licence has no way to make a group, but one may be left from a licence that ended.
func TestGroups(t *testing.T) {
	enableRunning(t, install(t, "testdata/plugins/groups"))
	channel := newChannel(t)
	group := model.NewId()
	_, err := server.SQL(testContext(t), fmt.Sprintf(`
		INSERT INTO usergroups (id, name, displayname, description, source, remoteid, createat, updateat, deleteat, allowreference)
		VALUES ('%[1]s', 'crew', 'The crew', 'All hands', 'ldap', 'cn=crew', 1, 1, 0, true);
		INSERT INTO groupmembers (groupid, userid, createat, deleteat) VALUES ('%[1]s', '%[2]s', 1, 0)`, group, server.Me.Id))
	require.NoError(t, err)

	t.Run("a group is found with its members", func(t *testing.T) {
		require.Equal(t, map[string]any{
			"id": group, "display_name": "The crew", "source": "ldap", "remote_id": "cn=crew", "allow_reference": true, "same": true,
			"members": []any{"ada"}, "by_source": []any{"crew"},
		}, ask[map[string]any](t, channel, "/groups show crew"))
		require.Equal(t, []string{"crew"}, ask[[]string](t, channel, "/groups of "+server.Me.Id))
		require.Equal(t, "app.group.no_rows", ask[string](t, channel, "/groups missing "+model.NewId()))
	})
	t.Run("without a licence nothing else is allowed", func(t *testing.T) {
		refusals := ask[map[string][]any](t, channel, "/groups change "+group+" "+server.Me.Id+" "+server.Team.Id)
		require.Len(t, refusals, 16)
		for method, refusal := range refusals {
			require.Len(t, refusal, 3, method)
			require.Equal(t, []any{"app.group.license_error", 403.0}, refusal[:2], method)
			require.Equal(t, strings.ReplaceAll(method, "_", ""), strings.ToLower(refusal[2].(string)))
		}
	})
	t.Run("and nothing was changed", func(t *testing.T) {
		rows, err := server.SQL(testContext(t), "SELECT g.name, m.userid, m.deleteat FROM usergroups g JOIN groupmembers m ON g.id = m.groupid")
		require.NoError(t, err)
		require.Equal(t, "crew|"+server.Me.Id+"|0", rows)
	})
}
