package server

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/mattermost/mattermost/server/public/shared/mlog"
	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/audit"
)

// auditAPI is an API that keeps the records of the audit log.
type auditAPI struct {
	plugin.API
	mu      sync.Mutex
	records []*model.AuditRecord
}

func (a *auditAPI) LogAuditRecWithLevel(record *model.AuditRecord, level mlog.Level) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if record.Meta == nil {
		record.Meta = map[string]any{}
	}
	record.AddMeta("level", level.Name)
	a.records = append(a.records, record)
}

// of gives the records of an event.
func (a *auditAPI) of(event string) (records []*model.AuditRecord) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, record := range a.records {
		if record.EventName == event {
			records = append(records, record)
		}
	}
	return records
}

// total counts the events that records stand for.
func total(records []*model.AuditRecord) (total int) {
	for _, record := range records {
		total++
		switch repeated := record.Meta["repeated"].(type) {
		case int:
			total += repeated
		case float64: // over net/rpc
			total += int(repeated)
		}
	}
	return total
}

// ordinary makes the folder of a plugin that asks for nothing beyond the usual.
func ordinary(t *testing.T, source string) string {
	t.Helper()
	dir := writeBundle(t, source, nil)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "plugin.json"), []byte(`{"id": "com.example.test", "name": "Test", "version": "0.1.0",
		"server": {"runtime": "python", "executable": "plugin.py"}}`), 0o600))
	return dir
}

// audited activates an ordinary plugin of the given source.
func audited(t *testing.T, source string, config Config) (*onMattermost, *auditAPI) {
	t.Helper()
	m := loadFrom(t, ordinary(t, source), config)
	api := &auditAPI{API: m.plugin.currentAPI()}
	m.plugin.SetAPI(api)
	require.NoError(t, m.plugin.OnConfigurationChange())
	require.NoError(t, m.plugin.OnActivate())
	return m, api
}

const curious = `
import asyncio
from mattermost_plugin import Plugin, hook, HookName

class Curious(Plugin):
    def look(self):
        try:
            self.api.get_unsanitized_config()
            return "seen"
        except Exception as error:
            return type(error).__name__

    @hook(HookName.MessageWillBePosted)
    def check(self, context, post):
        post.message = self.look()
        return post, ""

    @hook(HookName.ServeHTTP)
    def serve(self, context, writer, request):
        writer.write(self.look().encode())

    @hook(HookName.MessageHasBeenPosted)
    async def posted(self, context, post):
        await asyncio.sleep(0.001)
        self.look()

    @hook(HookName.ReactionHasBeenAdded)
    def reaction(self, context, reaction):
        self.look()
`

func TestADeniedCallIsAuditedWithWhoCausedIt(t *testing.T) {
	m, api := audited(t, curious, Config{})
	context := &plugin.Context{SessionId: "session", RequestId: "request", IPAddress: "192.0.2.1", UserAgent: "browser"}
	post, _ := m.plugin.MessageWillBePosted(context, &model.Post{UserId: "bob"})
	require.Equal(t, "PermissionDeniedError", post.Message)
	m.plugin.flushAudit()
	records := api.of("mmpyCallDenied")
	require.Len(t, records, 1)
	record := records[0]
	require.Equal(t, model.AuditStatusFail, record.Status)
	require.Equal(t, map[string]any{"plugin_id": "com.example.test", "method": "GetUnsanitizedConfig"}, record.EventData.Parameters)
	require.Equal(t, model.AuditEventActor{UserId: "bob", SessionId: "session", Client: "browser", IpAddress: "192.0.2.1"}, record.Actor)
	require.Equal(t, "MessageWillBePosted", record.Meta["hook"])
	require.Equal(t, "request", record.Meta["request_id"])
	require.Equal(t, "audit-permissions", record.Meta["level"])
	require.Equal(t, http.StatusForbidden, record.Error.Code)
	require.Contains(t, record.Error.Description, "GetUnsanitizedConfig is not granted: the manifest asks neither")
	require.Contains(t, m.log.String(), `level=WARN msg="audit: a call was denied" plugin_id=com.example.test event=mmpyCallDenied method=GetUnsanitizedConfig`)

	grants := api.of("mmpyGranted")
	require.Len(t, grants, 1)
	require.Contains(t, grants[0].EventData.Parameters["api"], "posts:read")
	require.NotContains(t, grants[0].EventData.Parameters["api"], "secrets")
	require.Contains(t, grants[0].EventData.Parameters["hooks"], "MessageWillBePosted")
}

func TestAUserOfARequestToThePluginIsNamed(t *testing.T) {
	m, api := audited(t, curious, Config{})
	request := httptest.NewRequest(http.MethodGet, "/", nil)
	request.Header.Set("Mattermost-User-Id", "alice")
	recorder := httptest.NewRecorder()
	m.plugin.ServeHTTP(&plugin.Context{SessionId: "session"}, recorder, request)
	require.Equal(t, "PermissionDeniedError", recorder.Body.String())
	m.plugin.flushAudit()
	record := api.of("mmpyCallDenied")[0]
	require.Equal(t, "alice", record.Actor.UserId)
	require.Equal(t, "session", record.Actor.SessionId)
	require.Equal(t, "ServeHTTP", record.Meta["hook"])
}

func TestASensitiveCallIsAudited(t *testing.T) {
	m, api := audited(t, curious, Config{GrantAll: true})
	post, _ := m.plugin.MessageWillBePosted(nil, &model.Post{UserId: "bob"})
	require.Equal(t, "seen", post.Message)
	m.plugin.flushAudit()
	records := api.of("mmpySensitiveCall")
	require.Len(t, records, 1)
	require.Equal(t, model.AuditStatusSuccess, records[0].Status)
	require.Equal(t, "GetUnsanitizedConfig", records[0].EventData.Parameters["method"])
	require.Equal(t, "bob", records[0].Actor.UserId)
	require.Empty(t, api.of("mmpyCallDenied"))
}

// TestNobodyIsNamedForWhatMayBeAnothers: what runs in the event loop may belong to any hook.
func TestNobodyIsNamedForWhatMayBeAnothers(t *testing.T) {
	m, api := audited(t, curious, Config{})
	m.plugin.MessageHasBeenPosted(nil, &model.Post{UserId: "bob"})
	m.plugin.flushAudit()
	record := api.of("mmpyCallDenied")[0]
	require.Empty(t, record.Actor.UserId)
	require.NotContains(t, record.Meta, "hook")

	m, api = audited(t, curious, Config{})
	m.plugin.ReactionHasBeenAdded(nil, &model.Reaction{UserId: "bob"})
	m.plugin.flushAudit()
	record = api.of("mmpyCallDenied")[0]
	require.Equal(t, "bob", record.Actor.UserId)
	require.Equal(t, "ReactionHasBeenAdded", record.Meta["hook"])
}

func TestALimitAndARestartAreAudited(t *testing.T) {
	m, api := audited(t, spinner, Config{HookTimeout: 300 * time.Millisecond})
	_, _ = m.plugin.MessageWillBePosted(nil, &model.Post{UserId: "bob", Message: "spin"})
	_, _ = m.plugin.MessageWillBePosted(nil, &model.Post{UserId: "bob", Message: "spin for good"})
	m.plugin.flushAudit()
	records := api.of("mmpyLimitReached")
	require.Equal(t, 2, total(records))
	require.Equal(t, "user_hook_seconds", records[0].EventData.Parameters["limit"])
	require.Equal(t, "bob", records[0].Actor.UserId)
	require.Contains(t, records[0].Error.Description, "hook MessageWillBePosted has taken more than 300ms")
	records = api.of("mmpyRestart")
	require.Len(t, records, 1)
	require.Equal(t, "killed", records[0].EventData.Parameters["cause"])
}

// TestALimitNamesWhoHasReachedIt: where it is one call that has.
func TestALimitNamesWhoHasReachedIt(t *testing.T) {
	for limit, test := range map[string]struct{ limits, code string }{
		"kv_keys_per_minute":   {`"kv_keys_per_minute": 1`, "for _ in range(2): api.kv_set('key', b'value')"},
		"api_calls_per_second": {`"api_calls_per_second": 1, "api_calls_at_once": 1`, "for _ in range(2): api.get_server_version()"},
		"request_mib":          {`"request_mib": 1`, "api.kv_set('key', bytes(2 << 20))"},
		"hook_cpu_seconds":     {`"hook_cpu_seconds": 0.2`, "while True: pass"},
		"jobs":                 {`"jobs": 0`, "self.schedule(60, print)"},
		"memory_mib":           {`"memory_mib": 64`, "bytearray(1 << 30)"},
		"tmp_mib":              {`"tmp_mib": 1`, "open('/tmp/x', 'wb').write(bytes(2 << 20))"},
		"log_line_kib":         {`"log_line_kib": 1`, "print('x' * 2000)"},
	} {
		t.Run(limit, func(t *testing.T) {
			m := limited(t, test.limits)
			api := &auditAPI{API: m.plugin.currentAPI()}
			m.plugin.SetAPI(api)
			_, _ = m.plugin.ExecuteCommand(&plugin.Context{SessionId: "session"}, &model.CommandArgs{Command: test.code, UserId: "bob"})
			m.plugin.flushAudit()
			records := api.of("mmpyLimitReached")
			require.NotEmpty(t, records)
			require.Equal(t, limit, records[0].EventData.Parameters["limit"])
			require.Equal(t, []any{"bob", "session", "ExecuteCommand"}, []any{records[0].Actor.UserId, records[0].Actor.SessionId, records[0].Meta["hook"]})
		})
	}
}

// TestNoAuditRecordCanBeForged: what a plugin writes to the audit log does not have the names of mmpy's records.
func TestNoAuditRecordCanBeForged(t *testing.T) {
	m, api := audited(t, `
from mattermost_plugin import Plugin, hook, HookName

class Forger(Plugin):
    @hook(HookName.MessageWillBePosted)
    def check(self, context, post):
        from mattermost_plugin.grpc.api_remaining_pb2 import AuditRecord
        for name in "mmpyCallDenied", "MMPYGranted", "own\nevent":
            self.api.log_audit_rec_with_level(AuditRecord(event=name, status="success\x1b[2J"), "audit-api")
        return post, ""
`, Config{GrantAll: true})
	_, reason := m.plugin.MessageWillBePosted(nil, &model.Post{})
	require.Empty(t, reason)
	require.Empty(t, api.of("mmpyCallDenied"), "%s", m.log)
	require.Len(t, api.of("plugin: mmpyCallDenied"), 1, "%s", m.log)
	require.Len(t, api.of("plugin: MMPYGranted"), 1)
	require.Len(t, api.of(`own\nevent`), 1)
	require.Equal(t, `success\x1b[2J`, api.of(`own\nevent`)[0].Status)
}

func TestTheUserIsFoundInEveryHooksRequest(t *testing.T) {
	user := func(hook abi.Hook, r *running) string { r.hook = hook; return r.who().UserID }
	for name, test := range map[string]struct {
		r    running
		want string
	}{
		"the user of a request": {running{request: &pb.OnWebSocketConnectRequest{UserId: "u"}}, "u"},
		"of a post":             {running{request: &pb.MessageWillBeUpdatedRequest{NewPost: &pb.Post{UserId: "u"}, OldPost: &pb.Post{UserId: "v"}}}, "u"},
		"of a command":          {running{request: &pb.ExecuteCommandRequest{Args: &pb.CommandArgs{UserId: "u"}}}, "u"},
		"an account":            {running{request: &pb.UserWillLogInRequest{User: &pb.User{Id: "u"}}}, "u"},
		"of a file":             {running{request: &pb.FileWillBeUploadedRequest{FileInfo: &pb.FileInfo{CreatorId: "u"}}}, "u"},
		"the actor":             {running{request: &pb.UserHasJoinedChannelRequest{ChannelMember: &pb.ChannelMember{UserId: "v"}, Actor: &pb.User{Id: "u"}}}, "u"},
		"a member":              {running{request: &pb.UserHasJoinedChannelRequest{ChannelMember: &pb.ChannelMember{UserId: "u"}}}, "u"},
		"nobody of a channel":   {running{request: &pb.ChannelWillBeArchivedRequest{Channel: &pb.Channel{CreatorId: "v"}}}, ""},
		"nobody":                {running{request: &pb.OnActivateRequest{}}, ""},
		"no request":            {running{}, ""},
		"two names in a header": {running{request: &pb.ServeHTTPRequest{Init: &pb.ServeHTTPRequestInit{Headers: []*pb.HTTPHeader{{Key: "Mattermost-User-Id", Values: []string{"a", "b"}}}}}}, ""},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, test.want, user(abi.HookOnActivate, &test.r)) })
	}
	require.Equal(t, audit.Who{}, whoIn(t.Context()))
}

// TestTheAuditOfAPluginProcess: over net/rpc, with nothing lost at the end.
func TestTheAuditOfAPluginProcess(t *testing.T) {
	env := newEnvironment(t)
	var api *auditAPI
	env.wrap = func(wrapped plugin.API) plugin.API {
		api = &auditAPI{API: wrapped}
		return api
	}
	id := env.install(t, ordinary(t, curious), []string{"MessageHasBeenPosted", "MessageWillBePosted", "ReactionHasBeenAdded", "ServeHTTP"})
	hooks := env.activate(t, id)
	for range 300 {
		post, _ := hooks.MessageWillBePosted(&plugin.Context{SessionId: "session"}, &model.Post{UserId: "bob"})
		require.Equal(t, "PermissionDeniedError", post.Message)
	}
	env.Deactivate(id)
	require.Len(t, api.of("mmpyGranted"), 1)
	records := api.of("mmpyCallDenied")
	require.Equal(t, 300, total(records))
	require.Less(t, len(records), 10)
	require.Equal(t, "bob", records[0].Actor.UserId)
	require.Equal(t, "session", records[0].Actor.SessionId)
	require.Equal(t, "MessageWillBePosted", records[0].Meta["hook"])
	require.Equal(t, "GetUnsanitizedConfig", records[0].EventData.Parameters["method"])
	require.Equal(t, "com.example.test", records[0].EventData.Parameters["plugin_id"])
	require.Contains(t, env.log.String(), "audit: a call was denied")
}

const wasteful = `
from mattermost_plugin import Plugin, hook, HookName, http, PluginAPIError

class Wasteful(Plugin):
    @hook(HookName.MessageWillBePosted)
    def check(self, context, post):
        for _ in range(3):
            try:
                http.request("GET", "http://127.0.0.1:1/")
            except PluginAPIError as error:
                post.message += " " + type(error).__name__
        return post, ""
`

// TestWhoAsksAnotherHostIsNamed: in the records of requests, and of their limits.
func TestWhoAsksAnotherHostIsNamed(t *testing.T) {
	dir := ordinary(t, wasteful)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "plugin.json"), []byte(`{"id": "com.example.test", "name": "Test", "version": "0.1.0",
		"server": {"runtime": "python", "executable": "plugin.py", "python": {"permissions": {"http": ["127.0.0.1:2"]},
		"limits": {"http_requests_per_minute": 2}}}}`), 0o600))
	m := loadFrom(t, dir, Config{})
	api := &auditAPI{API: m.plugin.currentAPI()}
	m.plugin.SetAPI(api)
	require.NoError(t, m.plugin.OnConfigurationChange())
	require.NoError(t, m.plugin.OnActivate())
	post, _ := m.plugin.MessageWillBePosted(nil, &model.Post{UserId: "bob"})
	require.Equal(t, " PermissionDeniedError PermissionDeniedError UnavailableError", post.Message)
	m.plugin.flushAudit()
	limits := api.of("mmpyLimitReached")
	require.Len(t, limits, 1)
	require.Equal(t, "http_requests_per_minute", limits[0].EventData.Parameters["limit"])
	require.Contains(t, limits[0].Error.Description, "more than 2 requests in a minute")
	require.Equal(t, "bob", limits[0].Actor.UserId)
	require.Equal(t, "MessageWillBePosted", limits[0].Meta["hook"])
	requests := api.of("mmpyHTTPRequest")
	require.Equal(t, 3, total(requests))
	require.Equal(t, "bob", requests[0].Actor.UserId)
	require.Equal(t, "MessageWillBePosted", requests[0].Meta["hook"])
	text, err := m.plugin.Metrics().text()
	require.NoError(t, err)
	require.Contains(t, string(text), `mmpy_limit_total{limit="http_requests_per_minute"} 1`)
}
