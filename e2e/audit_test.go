package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/e2e/site"
)

// audited is how many records the server's audit log has.
func audited(t *testing.T) int {
	t.Helper()
	records, err := server.Audit()
	require.NoError(t, err)
	return len(records)
}

// waitAudited waits for a record of mmpy's in the server's audit log, from the n-th on: of an event, for a plugin, with that
// parameter.
func waitAudited(t *testing.T, n int, plugin, event, parameter, value string) (found model.AuditRecord) {
	t.Helper()
	eventually(t, func() bool {
		records, err := server.Audit()
		require.NoError(t, err)
		for _, record := range records[n:] {
			of := record.EventData.Parameters
			if record.EventName == event && of["plugin_id"] == plugin && of[parameter] == value {
				found = record
				return true
			}
		}
		return false
	}, "the audit record %s of %s, %s=%s", event, plugin, parameter, value)
	return found
}

// waitLogged waits for the same in the server's log.
func waitLogged(t *testing.T, n int, plugin, event, parameter, value string) site.Entry {
	t.Helper()
	return waitWhere(t, n, func(e site.Entry) bool {
		return strings.HasPrefix(e.Message, "audit: ") && e.Fields["plugin_id"] == plugin && e.Fields["event"] == event && e.Fields[parameter] == value
	}, "%s, %s=%s", event, parameter, value)
}

// requireCommander requires that both say who gave the command in which it happened: the ordinary member.
func requireCommander(t *testing.T, line site.Entry, record model.AuditRecord) {
	t.Helper()
	require.Equal(t, server.Me.Id, line.Fields["user_id"])
	require.Equal(t, "ExecuteCommand", line.Fields["hook"])
	sessions, _, err := server.User.GetSessions(testContext(t), server.Me.Id, "")
	require.NoError(t, err)
	require.Equal(t, server.Me.Id, record.Actor.UserId)
	require.Equal(t, sessions[0].Id, record.Actor.SessionId)
	require.Equal(t, "127.0.0.1", record.Actor.IpAddress)
	require.NotEmpty(t, record.Actor.Client)
	require.Equal(t, "ExecuteCommand", record.Meta["hook"])
	require.NotEmpty(t, record.Meta["request_id"])
}

// Mattermost needs no licence to write an audit log into a file.
func TestWhatAPluginDoesIsInTheLogAndInTheAuditLog(t *testing.T) {
	logged, n := server.Log.Len(), audited(t)
	id := installUnder(t, "testdata/plugins/curious", `{default: {limits: {kv_keys_per_minute: 3}}}`)
	enableRunning(t, id)
	channel := newChannel(t)
	of := func(t *testing.T, event, parameter, value string) (site.Entry, model.AuditRecord) {
		t.Helper()
		record := waitAudited(t, n, id, event, parameter, value)
		require.Equal(t, "plugin", record.EventData.ObjectType)
		require.NotEmpty(t, record.Meta["at"])
		return waitLogged(t, logged, id, event, parameter, value), record
	}
	t.Run("what it was granted", func(t *testing.T) {
		line, record := of(t, "mmpyGranted", "plugin", id)
		require.Equal(t, "info", line.Level)
		require.Equal(t, "success", record.Status)
		require.Contains(t, line.Fields["api"], "sessions")
		require.NotContains(t, line.Fields["api"], "secrets")
		require.Equal(t, []any{"ExecuteCommand", "OnActivate"}, record.EventData.Parameters["hooks"])
		require.Empty(t, record.Actor.UserId)
	})
	t.Run("a call that was denied", func(t *testing.T) {
		const denial = `GetUnsanitizedConfig is not granted: the manifest asks neither for it nor for its group "secrets"`
		refused := answer{Error: "PermissionDeniedError", Text: denial + " [mmpy.denied] (HTTP 403)"}
		require.Equal(t, refused, ask[answer](t, channel, "/curious secrets"))
		line, record := of(t, "mmpyCallDenied", "method", "GetUnsanitizedConfig")
		require.Equal(t, "warn", line.Level)
		require.Equal(t, "audit: a call was denied", line.Message)
		require.Equal(t, denial, line.Fields["reason"])
		require.Equal(t, "403", line.Fields["status_code"], "Mattermost has all fields of a plugin as text")
		require.Equal(t, "fail", record.Status)
		require.Equal(t, model.AuditEventError{Description: denial, Code: 403}, record.Error)
		requireCommander(t, line, record)
	})
	t.Run("a sensitive call that was granted", func(t *testing.T) {
		require.Equal(t, answer{Came: server.Me.Id}, ask[answer](t, channel, "/curious session"))
		line, record := of(t, "mmpySensitiveCall", "method", "GetSession")
		require.Equal(t, "info", line.Level)
		require.Equal(t, "success", record.Status)
		require.Empty(t, record.Error)
		requireCommander(t, line, record)
	})
	t.Run("a limit that has stopped something", func(t *testing.T) {
		require.Equal(t, "UnavailableError", ask[answer](t, channel, "/curious write 4").Error)
		line, record := of(t, "mmpyLimitReached", "limit", "kv_keys_per_minute")
		require.Equal(t, "warn", line.Level)
		require.Equal(t, "fail", record.Status)
		requireCommander(t, line, record)
	})
	t.Run("what repeats is counted", func(t *testing.T) {
		from := audited(t)
		for range 20 {
			ask[answer](t, channel, "/curious secrets")
		}
		disable(t, id) // which writes what is left
		record := waitAudited(t, from, id, "mmpyCallDenied", "method", "GetUnsanitizedConfig")
		require.EqualValues(t, 19, record.Meta["repeated"])
	})
}

func TestAPluginReachesTheHostsItWasGranted(t *testing.T) {
	answers := func(text string) *httptest.Server {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) }))
		t.Cleanup(s.Close)
		return s
	}
	granted, notAllowed, notAsked := answers("granted"), answers("not allowed"), answers("not asked for")
	host := func(s *httptest.Server) string { return strings.TrimPrefix(s.URL, "http://") }
	_, port, _ := strings.Cut(host(granted), ":")
	dir := edited(t, "testdata/plugins/curious", "org.mmpy.curl", map[string]any{"permissions": map[string]any{
		"http": []string{host(granted), host(notAllowed), "localhost:" + port},
	}})
	const trigger = "/curious fetch "

	t.Run("under a policy that opens their network", func(t *testing.T) {
		policy := fmt.Sprintf(`
plugins:
  org.mmpy.curl:
    allow: {http: ["%s", "localhost:%s"]}
    networks: [127.0.0.0/8]
`, host(granted), port)
		logged, n := server.Log.Len(), audited(t)
		id := installUnder(t, dir, policy)
		enableRunning(t, id)
		channel := newChannel(t)

		require.Equal(t, answer{Came: []any{200.0, "granted"}}, ask[answer](t, channel, trigger+granted.URL+"/path?secret=x"))
		line := waitLogged(t, logged, id, "mmpyHTTPRequest", "host", host(granted))
		require.Equal(t, "info", line.Level)
		require.Equal(t, "GET", line.Fields["http_method"])
		require.Equal(t, "200", line.Fields["status_code"])
		require.Equal(t, host(granted), line.Fields["address"])
		require.NotContains(t, line.String(), "secret")
		record := waitAudited(t, n, id, "mmpyHTTPRequest", "host", host(granted))
		require.Equal(t, "success", record.Status)
		require.Equal(t, map[string]any{
			"plugin_id": id, "host": host(granted), "http_method": "GET", "status_code": 200.0, "address": host(granted),
			"sent": 0.0, "received": 7.0,
		}, record.EventData.Parameters)
		requireCommander(t, line, record)
		require.Equal(t, answer{Came: []any{200.0, "granted"}}, ask[answer](t, channel, trigger+"http://localhost:"+port), "by its name")

		for s, denial := range map[*httptest.Server]string{
			notAllowed: "the policy mmpy/policy.yaml does not allow it to this plugin",
			notAsked:   "the manifest does not ask for it",
		} {
			denied := ask[answer](t, channel, trigger+s.URL)
			require.Equal(t, "PermissionDeniedError", denied.Error)
			require.Contains(t, denied.Text, s.URL+" is not granted: "+denial)
			line := waitLogged(t, logged, id, "mmpyHTTPRequest", "host", host(s))
			require.Equal(t, "warn", line.Level)
			require.Equal(t, s.URL+" is not granted: "+denial, line.Fields["reason"])
			record := waitAudited(t, n, id, "mmpyHTTPRequest", "host", host(s))
			require.Equal(t, "fail", record.Status)
			require.Equal(t, s.URL+" is not granted: "+denial, record.Error.Description)
			requireCommander(t, line, record)
		}
	})
	t.Run("without one, no address that is not public", func(t *testing.T) {
		logged, n := server.Log.Len(), audited(t)
		id := install(t, dir)
		enableRunning(t, id)
		channel := newChannel(t)
		for _, name := range []string{host(granted), "localhost:" + port} {
			denied := ask[answer](t, channel, trigger+"http://"+name)
			require.Equal(t, "PermissionDeniedError", denied.Error)
			require.Contains(t, denied.Text, "http://"+name+" is not granted: its address is not one of the public, nor of a network that the policy opens")
			require.Equal(t, "warn", waitLogged(t, logged, id, "mmpyHTTPRequest", "host", name).Level)
			require.Equal(t, "fail", waitAudited(t, n, id, "mmpyHTTPRequest", "host", name).Status)
		}
	})
}
