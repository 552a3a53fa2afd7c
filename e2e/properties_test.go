package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestProperties(t *testing.T) {
	id := install(t, "testdata/plugins/properties")
	enableRunning(t, id)
	channel := newChannel(t)
	sql := func(t *testing.T, statement string) string {
		t.Helper()
		rows, err := server.SQL(testContext(t), statement)
		require.NoError(t, err)
		return rows
	}
	task, err := post(t, channel, "Bake a cake")
	require.NoError(t, err)
	open, done := "open0000000000000000000000", "done0000000000000000000000"

	type group struct {
		ID   string
		Same bool
	}
	board := ask[group](t, channel, "/board group")
	t.Run("a group and its fields, once and for all", func(t *testing.T) {
		require.True(t, board.Same)
		require.Equal(t, board.ID, sql(t, "SELECT id FROM propertygroups WHERE name = 'board'"))
		disable(t, id)
		enableRunning(t, id)
		require.Equal(t, board, ask[group](t, channel, "/board group"))
		require.Equal(t, "Owner|user\nStatus|select", sql(t, "SELECT name, type FROM propertyfields WHERE groupid = '"+board.ID+"' ORDER BY name"))
	})
	t.Run("fields keep their attributes", func(t *testing.T) {
		require.Equal(t, map[string]any{
			"count": 2.0, "names": []any{"Status", "Owner"}, "found": []any{"Status"},
			"status": map[string]any{"sort_order": 1.0, "options": []any{
				map[string]any{"id": open, "name": "Open"}, map[string]any{"id": done, "name": "Done"},
			}},
			"owner": map[string]any{"sort_order": 2.5, "nested": map[string]any{"list": []any{1.0, nil, "x"}}},
		}, ask[map[string]any](t, channel, "/board fields"))
	})
	t.Run("values are set, and set anew", func(t *testing.T) {
		ids := ask[[]string](t, channel, "/board assign "+task.Id+" "+server.Me.Id)
		require.Len(t, ids, 2)
		require.Equal(t, map[string]string{"status": open, "owner": server.Me.Id}, ask[map[string]string](t, channel, "/board of "+task.Id))
		require.Equal(t, ids[0], ask[string](t, channel, "/board finish "+task.Id))
		require.Equal(t, map[string]string{"status": done, "owner": server.Me.Id}, ask[map[string]string](t, channel, "/board of "+task.Id))
		require.Equal(t, `"`+done+`"|post|0`,
			sql(t, "SELECT value, targettype, deleteat FROM propertyvalues WHERE id = '"+ids[0]+"' AND targetid = '"+task.Id+"'"))
	})
	t.Run("a field is renamed", func(t *testing.T) {
		require.Equal(t, "Baker", ask[string](t, channel, "/board rename Baker"))
		require.Equal(t, "Baker\nStatus", sql(t, "SELECT name FROM propertyfields WHERE groupid = '"+board.ID+"' ORDER BY name"))
	})
	t.Run("values and fields are deleted", func(t *testing.T) {
		require.Empty(t, ask[[]any](t, channel, "/board clear "+task.Id))
		require.Equal(t, "0", sql(t, "SELECT count(*) FROM propertyvalues WHERE deleteat = 0 AND groupid = '"+board.ID+"'"))
		require.Equal(t, 1, ask[int](t, channel, "/board drop"))
	})
}
