package hostile

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/mattermost/mattermost/server/public/shared/mlog"
	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/internal/grant"
	"github.com/mmpy/mmpy/server"
)

// untouchable is a Mattermost that must not be asked for anything but to log.
type untouchable struct {
	plugin.API // nil: a call of it ends in a panic
	raw        rawLog
	denied     atomic.Int64 // calls, by the audit
}

func (u *untouchable) LogDebug(message string, pairs ...any) { u.raw.LogDebug(message, pairs...) }
func (u *untouchable) LogInfo(message string, pairs ...any)  { u.raw.LogInfo(message, pairs...) }
func (u *untouchable) LogWarn(message string, pairs ...any)  { u.raw.LogWarn(message, pairs...) }
func (u *untouchable) LogError(message string, pairs ...any) { u.raw.LogError(message, pairs...) }

func (u *untouchable) LogAuditRecWithLevel(record *model.AuditRecord, _ mlog.Level) {
	if record.EventName == "mmpyCallDenied" {
		repeated, _ := record.Meta["repeated"].(int)
		u.denied.Add(1 + int64(repeated))
	}
}

// untouchable has plugins find nothing that they may touch.
func (m *mattermost) untouchable() *untouchable {
	api := &untouchable{raw: rawLog{log: m.log}}
	m.wrapped = func(plugin.API) plugin.API { return api }
	return api
}

func TestHostileAPI(t *testing.T) {
	deniedMethods(t)
	keys(t)
	uploads(t)
	run(t, "API", []attack{
		{"keys without end", grant.LimitKVKeys, asks{limits: `"kv_keys_per_minute": 100`},
			attempt("while True: api.kv_set('same', b'x')"), "kv_keys_per_minute was reached: KVSet: more than 100 keys"},
		{"keys without end, by another method", grant.LimitKVKeys, asks{limits: `"kv_keys_per_minute": 100`},
			attempt("for n in range(10**6): api.kv_compare_and_set('same', None, b'x')"), "kv_keys_per_minute was reached"},
		{"values of 1 MB without end", grant.LimitKVBytes, asks{limits: `"kv_mib_per_minute": 8`},
			attempt("while True: api.kv_set('k', bytes(10**6))"), "kv_mib_per_minute was reached"},
		{"calls without end", grant.LimitCallRate, asks{limits: `"api_calls_at_once": 500, "api_calls_per_second": 10`},
			attempt("while True: api.get_server_version()"), "more than 10 calls a second of its kind, after 500 at once"},
		{"calls without end, whatever they answer", grant.LimitCallRate, asks{limits: `"api_calls_at_once": 500, "api_calls_per_second": 10`}, `
passed, end = 0, time.monotonic() + 1
while time.monotonic() < end:
    try: passed += bool(api.get_server_version())
    except Exception: pass
result = f"{passed} passed"`, `^[5-9]\d\d passed`},
		{"calls submitted without end", grant.LimitCallRate, asks{limits: `"api_calls_at_once": 500, "api_calls_per_second": 10`}, `
async def many():
    calls = [AsyncPluginAPIClient().get_server_version() for _ in range(10_000)]
    return await asyncio.gather(*calls, return_exceptions=True)
passed = sum(isinstance(answer, str) for answer in asyncio.run(many()))
result = f"{passed} passed"`, `^[5-9]\d\d passed`},
		{"a request of 100 MB", grant.LimitRequest, asks{limits: `"memory_mib": 1024`}, attempt("api.kv_set('k', bytes(100 << 20))"), "request_mib was reached"},
		{"an answer of a hook of 100 MB", grant.LimitRequest, asks{limits: `"memory_mib": 1024`}, "result = 'x' * (100 << 20)", "its answer is too large"},
		{"a response of 8 MB", grant.LimitResponse, asks{limits: `"response_mib": 1`},
			attempt("api.kv_set('k', bytes(8 << 20)); api.kv_get('k')"), "response_mib was reached"},
		{"props of 4 MB", grant.LimitProps, asks{}, attempt("api.create_post(Post(channel_id='c', message='m', props={'long': 'x' * (4 << 20)}))"), "props_kib was reached"},
		{"props of many small things", grant.LimitProps, asks{}, attempt("api.create_post(Post(channel_id='c', message='m', props={str(n): None for n in range(300_000)}))"), "props_kib was reached"},
		{"jobs without end", grant.LimitJobs, asks{}, "while True: self.schedule(60, print)", "256 jobs are scheduled already"},
	})
	rows(t, "API")("jobs without end, whose number the plugin forgets", grant.LimitCPUShare.String(), func(t *testing.T, m *mattermost) string {
		l := m.lab(t, asks{limits: `"cpu_percent": 1, "memory_mib": 64`})
		l.do(`
from mattermost_plugin._internal import jobs
def fork():
    for _ in range(2): jobs._scheduled = 0; self.schedule(0.001, fork)
fork()`)
		require.Eventually(t, func() bool { return strings.HasPrefix(l.do("result = 1"), "failed") }, time.Minute, 10*time.Millisecond)
		require.NotZero(t, l.fired(t, grant.LimitCPUShare)+l.fired(t, grant.LimitMemory), m.log.String())
		began := time.Now()
		l.close(t)
		require.Less(t, time.Since(began), 30*time.Second)
		return "it takes no more hooks, and ends"
	})
}

// deniedMethods is a plugin that is granted nothing.
func deniedMethods(t *testing.T) {
	row := rows(t, "API")
	row("each method of the API without a grant", "grants", func(t *testing.T, m *mattermost) string {
		api := m.untouchable()
		l := m.lab(t, asks{permissions: `{"api": []}`})
		answer := l.do(`
from mattermost_plugin import PermissionDeniedError
denied = 0
for name in _mmpy.METHODS:
    raw = _mmpy.call(name, b"\xff no request") # past the SDK
    try: api.call(name)
    except PermissionDeniedError as e: denied += e.where == name and f"{name} is not granted".encode() in raw
result = f"{denied} of {len(_mmpy.METHODS)} denied"`)
		all := len(abi.Methods)
		require.Equal(t, fmt.Sprintf("%d of %d denied", all, all), answer)
		require.Equal(t, 2*all, l.metric(t, "mmpy_api_denied_total", ""))
		require.NoError(t, l.OnDeactivate())
		require.EqualValues(t, 2*all, api.denied.Load(), "the audit has each of them: %s", m.log)
		return answer
	})
	row("can() that lies", "grants", func(t *testing.T, m *mattermost) string {
		m.untouchable()
		l := m.lab(t, asks{permissions: `{"api": ["kv"]}`})
		answer := l.do(`
from mattermost_plugin._internal import granted
failures = set()
for lie in ("open('/mmpy/denied.json', 'w').write('{}')", "os.remove('/mmpy/denied.json')", "os.rename('/mmpy', '/tmp/x')"):
    try: exec(lie)
    except OSError as e: failures.add(type(e).__name__)
granted._denied = {}
type(api).can = lambda self, name: True
try: answer = api.can("CreatePost") and api.create_post(Post(user_id="u", channel_id="c", message="m"))
except Exception as e: answer = type(e).__name__
result = f"{answer}, {len(failures)}"`)
		require.Regexp(t, `^PermissionDeniedError, [12]$`, answer)
		return "PermissionDeniedError"
	})
	row("host functions that are no methods", "import table", func(t *testing.T, m *mattermost) string {
		l := m.lab(t, asks{permissions: `{"api": []}`})
		answer := l.do(`
kinds = set()
for name in ("", "getuser", "GetUser\0", "GetUser ", "../GetUser", "Exec", "OnActivate", "x" * 10**6, "__class__"):
    for call in (_mmpy.call, _mmpy.submit):
        try: kinds.add(str(call(name, b"")))
        except Exception as e: kinds.add(type(e).__name__)
result = " ".join(sorted(kinds))`)
		require.Regexp(t, "^(AttributeError|ValueError)( ValueError)?$", answer)
		return answer
	})
}

// keys are attempts at what another plugin has stored.
func keys(t *testing.T) {
	rows(t, "API")("keys of another plugin", "key-value store", func(t *testing.T, m *mattermost) string {
		other := m.run(t, "com.example.other", head+`
class Other(Plugin):
    @hook(HookName.OnActivate)
    def start(self): self.api.kv_set("secret", b"of the other")
    @hook(HookName.ExecuteCommand)
    def command(self, context, args): return str(self.api.kv_get("secret"))
run_plugin(Other)
`, server.Config{})
		l := m.lab(t, asks{})
		answer := l.do(`
names = ["secret", "com.example.other/secret", "com.example.other:secret", "../com.example.other/secret", "com.example.other_secret",
    "com.example.other\0secret", "\0secret", "%", "*", "secret' OR '1'='1", "mmi_secret", "", " secret", "ſecret", "x" * 10**5]
found = []
for name in names:
    for attempt in (api.kv_get, lambda k: api.kv_set(k, b"mine"), api.kv_delete, lambda k: api.kv_compare_and_set(k, b"of the other", b"mine")):
        try: answer = attempt(name)
        except Exception as e: continue
        if answer == b"of the other": found.append(name)
try: _mmpy.call("KVSet", b"\x0a\x11com.example.other\x12\x06secret\x1a\x04mine")
except Exception: pass
api.kv_delete_all()
found += [k for k in api.kv_list(per_page=1000) if k == "secret"]
result = f"{len(found)} found"`)
		require.Equal(t, "0 found", answer, m.log)
		kept, failure := other.ExecuteCommand(&plugin.Context{}, &model.CommandArgs{Command: "/x"})
		require.Nil(t, failure)
		require.Equal(t, "b'of the other'", kept.Text)
		return answer
	})
}

// storage takes uploads of any size, and keeps nothing of them.
type storage struct {
	plugin.API
	sink
}

func (s *storage) UploadData(_ *model.UploadSession, data io.Reader) (*model.FileInfo, error) {
	if _, err := io.Copy(&s.sink, data); err != nil {
		return nil, err
	}
	return &model.FileInfo{Name: "stored"}, nil
}

// sink counts what is written, and looks at the heap now and then.
type sink struct{ got, most int64 }

func (s *sink) Write(data []byte) (int, error) {
	if s.got>>30 != (s.got+int64(len(data)))>>30 {
		s.most = max(s.most, heap())
	}
	s.got += int64(len(data))
	return len(data), nil
}

// endless is a body of a size that nothing can hold.
type endless struct{ read atomic.Int64 }

func (e *endless) Read(into []byte) (int, error) {
	e.read.Add(int64(len(into)))
	return len(into), nil
}

func uploads(t *testing.T) {
	row := rows(t, "API")
	row("an upload of 10 GiB by the plugin", "streams", func(t *testing.T, m *mattermost) string {
		s := &storage{}
		m.wrapped = func(api plugin.API) plugin.API {
			s.API = api
			return s
		}
		l := m.lab(t, asks{limits: `"memory_mib": 64, "cpu_percent": 800, "hook_cpu_seconds": 300`})
		before := heap()
		answer := l.do(`
from mattermost_plugin._internal.wrappers import UploadSession
class Endless:
    piece, left = bytes(1 << 20), 10 << 10
    def read(self, n=-1):
        self.left -= 1
        return self.piece if self.left >= 0 else b""
result = api.upload_data(UploadSession(id="u"), Endless()).name`)
		require.Equal(t, "stored", answer, m.log)
		require.EqualValues(t, 10<<30, s.got)
		require.Less(t, s.most-before, int64(32<<20), "the host keeps what passes")
		l.alive(t)
		return fmt.Sprintf("stored; the heap grew by %d MB", max(s.most-before, 0)>>20)
	})
	row("a file of 10 GiB that a user uploads", "streams", func(t *testing.T, m *mattermost) string {
		p, err := m.tryToLoadAsking(t, "com.example.files", `{"limits": {"memory_mib": 64, "cpu_percent": 800, "hook_cpu_seconds": 300}}`, head+`
class Files(Plugin):
    @hook(HookName.FileWillBeUploaded)
    def check(self, context, info, file, output):
        while piece := file.read(1 << 20): output.write(piece)
run_plugin(Files)
`, server.Config{})
		require.NoError(t, err)
		require.NoError(t, p.OnActivate())
		before := heap()
		size := int64(10 << 30)
		stored := &sink{}
		info, reason := p.FileWillBeUploaded(&plugin.Context{}, &model.FileInfo{Name: "x", Size: size}, io.LimitReader(&endless{}, size), stored)
		require.Empty(t, reason)
		require.NotNil(t, info)
		require.Equal(t, size, stored.got, "%s", m.log)
		require.Less(t, stored.most-before, int64(32<<20), "the host keeps what passes")
		return fmt.Sprintf("through the plugin; the heap grew by %d MB", max(stored.most-before, 0)>>20)
	})
	row("a request whose body is 10 GiB", grant.LimitBodyBytes.String(), func(t *testing.T, m *mattermost) string {
		p := m.run(t, "com.example.reader", head+`
class Reader(Plugin):
    @hook(HookName.ServeHTTP)
    def serve(self, context, writer, request):
        size = 0
        for piece in request: size += len(piece)
        writer.write(str(size))
run_plugin(Reader)
`, server.Config{})
		before := heap()
		request := httptest.NewRequest("POST", "/", nil)
		body := &endless{}
		request.Body, request.ContentLength = io.NopCloser(body), 10<<30
		recorder := httptest.NewRecorder()
		p.ServeHTTP(&plugin.Context{}, recorder, request)
		require.Equal(t, http.StatusRequestEntityTooLarge, recorder.Code)
		require.Zero(t, body.read.Load())

		request.ContentLength = -1
		recorder = httptest.NewRecorder()
		func() {
			defer func() { _ = recover() }() // how net/http is told to cut a connection
			p.ServeHTTP(&plugin.Context{}, recorder, request)
		}()
		require.NotEqual(t, http.StatusOK, recorder.Code)
		require.Less(t, body.read.Load(), int64(1<<30+64<<20))
		require.Less(t, heap()-before, int64(32<<20))
		return fmt.Sprintf("refused when announced, and else after %d MiB", body.read.Load()>>20)
	})
	row("a request whose body the plugin is to read as a whole", "memory", func(t *testing.T, m *mattermost) string {
		p := m.run(t, "com.example.whole", head+`
class Whole(Plugin):
    @hook(HookName.ServeHTTP)
    def serve(self, context, writer, request): writer.write(str(len(request.body)))
run_plugin(Whole)
`, server.Config{})
		before := heap()
		request, recorder := httptest.NewRequest("POST", "/", nil), httptest.NewRecorder()
		request.Body, request.ContentLength = io.NopCloser(io.LimitReader(&endless{}, 900<<20)), 900<<20
		p.ServeHTTP(&plugin.Context{}, recorder, request)
		require.Equal(t, http.StatusInternalServerError, recorder.Code)
		require.Contains(t, m.log.String(), "MemoryError")
		require.Less(t, heap()-before, int64(32<<20))
		return "MemoryError"
	})
}
