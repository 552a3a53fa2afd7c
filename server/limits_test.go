package server

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/grant"
)

// lab is a plugin that does what it is told: the text of a command or of a post is Python.
const lab = `
import asyncio, os, sys, time
from mattermost_plugin import Plugin, hook, HookName
from mattermost_plugin._internal.wrappers import Post

class Lab(Plugin):
    def do(self, code):
        names = {"self": self, "api": self.api, "Post": Post, "time": time, "os": os, "sys": sys, "result": None}
        exec(code, names)
        return str(names["result"])

    @hook(HookName.ExecuteCommand)
    def command(self, context, args):
        return self.do(args.command)

    @hook(HookName.MessageWillBePosted)
    def filter(self, context, post):
        if post.message == "props":
            post.props["long"] = "x" * 5000
            return post, ""

    @hook(HookName.MessageHasBeenPosted)
    def posted(self, context, post):
        if post.message.startswith("do "):
            self.do(post.message[3:])

    @hook(HookName.UserHasJoinedTeam)
    async def joined(self, context, member, actor):
        await asyncio.sleep(1)

    @hook(HookName.OnConfigurationChange)
    def configured(self):
        pass

    @hook(HookName.ServeHTTP)
    def serve(self, context, writer, request):
        if request.path == "/read":
            writer.write(str(len(request.body)).encode())
        else:
            for _ in range(64):
                writer.write(b"x" * 65536)
`

// writeLimited is writeBundle for a plugin whose manifest asks for limits.
func writeLimited(t testing.TB, source, limits string) string {
	t.Helper()
	dir := writeBundle(t, source, nil)
	manifest := `{"id": "com.example.test", "name": "Test", "version": "0.1.0",
		"server": {"runtime": "python", "executable": "plugin.py", "python": {"limits": {` + limits + `}}}}`
	require.NoError(t, os.WriteFile(filepath.Join(dir, "plugin.json"), []byte(manifest), 0o644))
	return dir
}

// limited runs the lab with limits, which are those of its manifest.
func limited(t *testing.T, limits string) *onMattermost {
	t.Helper()
	m := loadFrom(t, writeLimited(t, lab, limits), Config{})
	require.NoError(t, m.plugin.OnConfigurationChange())
	require.NoError(t, m.plugin.OnActivate())
	return m
}

// do has the lab run Python, and gives what it calls result; or why it failed.
func (m *onMattermost) do(code string) string {
	response, failure := m.plugin.ExecuteCommand(&plugin.Context{}, &model.CommandArgs{Command: code})
	if failure != nil {
		return "failed: " + failure.Error()
	}
	return response.Text
}

// fired is how often a limit was reached, by the metric.
func (m *onMattermost) fired(t *testing.T, limit grant.Limit) int {
	t.Helper()
	families, err := m.plugin.Metrics().Gather()
	require.NoError(t, err)
	for _, family := range families {
		for _, metric := range family.Metric {
			if family.GetName() == "mmpy_limit_total" && metric.Label[0].GetValue() == limit.String() {
				return int(metric.GetCounter().GetValue())
			}
		}
	}
	return 0
}

// attempt is Python that tries something and says how that ended.
func attempt(code string) string {
	return "try:\n" + strings.ReplaceAll("\n"+code, "\n", "\n    ") + "\n    result = 'done'\nexcept Exception as e: result = f'{type(e).__name__}: {e}'"
}

func TestEachLimitStrikesAndThePluginGoesOn(t *testing.T) {
	for name, test := range map[string]struct {
		limits string
		code   string
		want   string // a regular expression
		limit  grant.Limit
	}{
		"memory": {`"memory_mib": 64`, attempt("bytearray(1 << 30)"), "^MemoryError", grant.LimitMemory},
		"time of a hook that holds up a user": {`"user_hook_seconds": 0.3, "hook_seconds": 10`, "time.sleep(5)",
			"hook ExecuteCommand took longer than 0.3 s", grant.LimitUserHookTime},
		"CPU time": {`"hook_cpu_seconds": 0.3`, "while True: pass", "hook ExecuteCommand computed for more than 0.3 s", grant.LimitHookCPU},
		"CPU time in C": {`"hook_cpu_seconds": 0.3`, "sorted(range(2000), key=lambda n: sum(range(10 ** 6)))",
			"hook ExecuteCommand computed for more than 0.3 s", grant.LimitHookCPU},
		"jobs": {`"jobs": 2`, "for _ in range(3): self.schedule(60, print)", "2 jobs are scheduled already", grant.LimitJobs},
		"calls": {`"api_calls_per_second": 1, "api_calls_at_once": 10`, attempt("for _ in range(12): api.get_server_version()"),
			`(?m)^UnavailableError: the limit api_calls_per_second was reached: GetServerVersion: more than 1 calls a second of its kind, after 10 at once \[mmpy.quota\] \(HTTP 429\)$`, grant.LimitCallRate},
		"submitted calls": {`"api_calls_per_second": 1, "api_calls_at_once": 10`, `
import asyncio
from mattermost_plugin import AsyncPluginAPIClient
async def many():
    return await asyncio.gather(*(AsyncPluginAPIClient().get_server_version() for _ in range(12)), return_exceptions=True)
result = sum(type(r).__name__ == "UnavailableError" for r in asyncio.run(many()))`, "(?m)^[12]$", grant.LimitCallRate},
		"keys": {`"kv_keys_per_minute": 2`, attempt("for n in range(3): api.kv_set(str(n), b'x')"),
			"UnavailableError: the limit kv_keys_per_minute was reached: KVSet: more than 2 keys", grant.LimitKVKeys},
		"bytes of keys": {`"kv_mib_per_minute": 1`, attempt("for n in range(3): api.kv_set('k', b'x' * 500_000)"),
			"UnavailableError: the limit kv_mib_per_minute was reached: KVSet of 500001 bytes", grant.LimitKVBytes},
		"a long request": {`"request_mib": 1`, attempt("api.kv_set('k', b'x' * 2_000_000)"),
			`UnavailableError: the limit request_mib was reached: the request has 20000\d\d bytes, and may have 1048576 \[mmpy.quota\]`, grant.LimitRequest},
		"a long submitted request": {`"request_mib": 1`, attempt(`
import asyncio
from mattermost_plugin import AsyncPluginAPIClient
asyncio.run(AsyncPluginAPIClient().kv_set('k', b'x' * 2_000_000))`),
			`UnavailableError: the limit request_mib was reached: the request has 20000\d\d bytes`, grant.LimitRequest},
		"a long answer": {`"request_mib": 1`, "result = 'x' * 2_000_000", "its answer is too large: it has 20000.. bytes, and may have 1048576", grant.LimitRequest},
		"a long response": {`"response_mib": 1, "request_mib": 8`, attempt("api.kv_set('k', b'x' * 2_000_000); api.kv_get('k')"),
			"UnavailableError: the limit response_mib was reached: the response of KVGet has 20000.. bytes", grant.LimitResponse},
		"a hook with much to say": {`"response_mib": 1`, "#" + strings.Repeat("x", 2_000_000), "what hook ExecuteCommand is given has 2000... bytes, and may have 1048576", grant.LimitResponse},
		"props": {`"props_kib": 1`, attempt("api.create_post(Post(id='', channel_id='c', message='hi', props={'long': 'x' * 1000, 'list': [{'a': 1}]}))"),
			"UnavailableError: the limit props_kib was reached", grant.LimitProps},
		"open files":      {`"open_files": 16`, attempt("files = [open(f'/tmp/{n}', 'w') for n in range(20)]"), "^OSError", grant.LimitFiles},
		"/tmp":            {`"tmp_mib": 1`, attempt("open('/tmp/f', 'wb').write(b'x' * 2_000_000)"), "^OSError", grant.LimitTmpBytes},
		"no /tmp":         {`"tmp_mib": 0`, attempt("open('/tmp/f', 'wb', buffering=0).write(b'x')"), "^OSError", grant.LimitTmpBytes},
		"entries of /tmp": {`"tmp_entries": 3`, attempt("for n in range(4): os.mkdir(f'/tmp/{n}')"), "^OSError", grant.LimitTmpEntries},
	} {
		t.Run(name, func(t *testing.T) {
			m := limited(t, test.limits)
			require.Zero(t, m.fired(t, test.limit))
			require.Regexp(t, test.want, m.do(test.code)+"\n"+m.log.String())
			require.NotZero(t, m.fired(t, test.limit), m.log.String())
			require.Equal(t, "still here", m.do("result = 'still here'"))
			require.NotContains(t, m.log.String(), "restarted")
		})
	}
}

func TestOtherHooksHaveATimeOfTheirOwn(t *testing.T) {
	m := limited(t, `"hook_seconds": 0.3, "user_hook_seconds": 20`)
	m.plugin.MessageHasBeenPosted(&plugin.Context{}, &model.Post{Message: "do time.sleep(5)"})
	require.Contains(t, m.log.String(), "hook MessageHasBeenPosted took longer than 0.3 s")
	require.Equal(t, 1, m.fired(t, grant.LimitHookTime))
	require.Equal(t, "done", m.do("time.sleep(0.6); result = 'done'"))
	require.Zero(t, m.fired(t, grant.LimitUserHookTime))
}

func TestWaitingIsNotComputing(t *testing.T) {
	m := limited(t, `"hook_cpu_seconds": 0.3`)
	require.Equal(t, "done", m.do("time.sleep(0.8); result = 'done'"))
	require.Zero(t, m.fired(t, grant.LimitHookCPU))
}

func TestAHookThatGoesOnComputingIsKilled(t *testing.T) {
	m := limited(t, `"hook_cpu_seconds": 0.2`)
	require.Contains(t, m.do("while True:\n try:\n  while True: pass\n except BaseException: pass"), "failed")
	require.Contains(t, m.log.String(), "killed, having run on after its deadline: it has used up its CPU time")
	require.Equal(t, 1, m.fired(t, grant.LimitHookCPU))
	require.Equal(t, "still here", m.do("result = 'still here'"), "in the next interpreter")
}

func TestHooksAreRefusedWhileTheShareOfCPUTimeIsUsedUp(t *testing.T) {
	m := limited(t, `"cpu_percent": 1`) // 0.6 s in a minute
	require.Equal(t, "done", m.do("end = time.monotonic() + 1.2\nwhile time.monotonic() < end: pass\nresult = 'done'"))
	require.Contains(t, m.do("result = 'done'"), "failed")
	require.Regexp(t, `overloaded: the plugin has used its share of CPU time, 1 % of one processor over a minute: it takes hooks again in \d+ s`, m.log.String())
	require.Equal(t, 1, m.fired(t, grant.LimitCPUShare))
	require.NoError(t, m.plugin.OnConfigurationChange(), "the hooks of its life go on")
	require.NoError(t, m.plugin.OnDeactivate())
}

func TestHooksBeyondThoseInFlightAreRefused(t *testing.T) {
	m := limited(t, `"hooks_in_flight": 3`)
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() { m.plugin.UserHasJoinedTeam(&plugin.Context{}, &model.TeamMember{}, nil) })
	}
	all.Wait()
	require.Contains(t, m.log.String(), "overloaded: 3 hooks have begun and not ended")
	require.Equal(t, 2, m.fired(t, grant.LimitInFlight))
	require.Equal(t, "still here", m.do("result = 'still here'"))
}

func TestHooksBeyondTheQueueAreRefused(t *testing.T) {
	m := limited(t, `"hooks_queued": 1`)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() { m.do("end = time.monotonic() + 0.5\nwhile time.monotonic() < end: pass") })
	}
	all.Wait()
	require.Contains(t, m.log.String(), "overloaded: 1 calls wait for their turn already")
	require.NotZero(t, m.fired(t, grant.LimitQueue))
}

func TestHooksBeyondTheDepthFail(t *testing.T) {
	m := limited(t, `"hooks_nested": 1`)
	home := m.Home()
	code := fmt.Sprintf(`api.create_post(Post(id='', user_id=%q, channel_id=%q, message='hello')); result = 'posted'`, home.Bob.Id, home.TownSquare.Id)
	require.Equal(t, "posted", m.do(code))
	require.Contains(t, m.log.String(), "overloaded: 1 calls are on top of each other already")
	require.NotZero(t, m.fired(t, grant.LimitNesting))
}

func TestTooLargePropsOfAHooksAnswerDoNotCount(t *testing.T) {
	m := limited(t, `"props_kib": 2`)
	post, failure := m.post("props")
	require.Nil(t, failure)
	require.Nil(t, post.GetProp("long"))
	require.Contains(t, m.log.String(), "the limit props_kib was reached")
	require.Equal(t, 1, m.fired(t, grant.LimitProps))
}

func TestAFloodOfLinesIsCutOff(t *testing.T) {
	m := limited(t, `"log_lines_per_minute": 30`)
	require.Equal(t, "done", m.do("for n in range(1000): print('line', n)\nresult = 'done'"))
	m.do("for n in range(1000): self.logger.error('record %d', n); api.log_error('call')")
	require.Contains(t, m.log.String(), `msg="line 20"`)
	require.NotContains(t, m.log.String(), `msg="line 40"`)
	require.NotContains(t, m.log.String(), "record")
	require.NotContains(t, m.log.String(), "call")
	require.GreaterOrEqual(t, m.fired(t, grant.LimitLogLines), 2000)
}

func TestAFloodOfBytesIsCutOff(t *testing.T) {
	m := limited(t, `"log_mib_per_minute": 1`)
	require.Equal(t, "done", m.do("for n in range(100): sys.stdout.write('x' * 60_000 + '\\n')\nresult = 'done'"))
	require.Less(t, strings.Count(m.log.String(), "x"), 1<<20+1000)
	require.Greater(t, strings.Count(m.log.String(), "x"), 1<<19)
	require.NotZero(t, m.fired(t, grant.LimitLogBytes))
}

func TestALongLineIsCut(t *testing.T) {
	m := limited(t, `"log_line_kib": 1`)
	m.do("print('p' * 5000); self.logger.warning('q' * 5000); api.log_info('r' * 5000)")
	for _, letter := range []string{"p", "q", "r"} {
		require.Contains(t, m.log.String(), strings.Repeat(letter, 1000), letter)
		require.NotContains(t, m.log.String(), strings.Repeat(letter, 1025), letter)
	}
	require.Contains(t, m.log.String(), "more bytes)")
	require.Equal(t, 3, m.fired(t, grant.LimitLogLine))
}

func TestBodiesBeyondTheLimit(t *testing.T) {
	m := limited(t, `"body_mib": 1`)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.plugin.ServeHTTP(&plugin.Context{}, w, r)
	}))
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	send := func(path string, body io.Reader) (int, int, error) {
		response, err := client.Post(server.URL+path, "", body)
		if err != nil {
			return 0, 0, err
		}
		defer response.Body.Close()
		content, err := io.ReadAll(response.Body)
		return response.StatusCode, len(content), err
	}
	large := bytes.Repeat([]byte("x"), 2<<20)
	announced := httptest.NewRecorder() // a client that still sends may not see the answer
	m.plugin.ServeHTTP(&plugin.Context{}, announced, httptest.NewRequest(http.MethodPost, "/read", bytes.NewReader(large)))
	require.Equal(t, http.StatusRequestEntityTooLarge, announced.Code)
	require.Equal(t, 1, m.fired(t, grant.LimitBodyBytes))

	status, _, err := send("/read", io.MultiReader(bytes.NewReader(large)))
	if err == nil {
		require.GreaterOrEqual(t, status, 500)
	}
	require.Equal(t, 2, m.fired(t, grant.LimitBodyBytes))

	m.log.text.Reset()
	_, length, err := send("/write", http.NoBody)
	require.Error(t, err, "the response is cut off")
	require.LessOrEqual(t, length, 1<<20)
	require.Equal(t, 3, m.fired(t, grant.LimitBodyBytes), m.log.String())

	status, _, err = send("/read", bytes.NewReader(large[:1<<20]))
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status)
}

// What bounds recursion in the guest is Python's own limit, its C stack of 8 MiB, and the memory limit.
func TestRecursionEndsInPython(t *testing.T) {
	m := limited(t, `"memory_mib": 128`)
	for name, code := range map[string]string{
		"functions": "sys.setrecursionlimit(10 ** 9)\ndef f(): f()\nf()",
		"repr":      "sys.setrecursionlimit(10 ** 9)\nl = []\nfor _ in range(10 ** 5): l = [l]\nrepr(l)",
		"json":      "import json\nsys.setrecursionlimit(10 ** 9)\njson.loads('[' * 10 ** 6)",
		"compile":   "sys.setrecursionlimit(10 ** 9)\ncompile('-' * 10 ** 5 + '1', '', 'eval')",
		"pickle":    "import pickle\nsys.setrecursionlimit(10 ** 9)\nl = []\nfor _ in range(10 ** 5): l = [l]\npickle.dumps(l)",
	} {
		require.Regexp(t, "^(RecursionError|MemoryError|SystemError)", m.do(attempt(code)), name)
		require.Equal(t, "still here", m.do("result = 'still here'"), name)
	}
	require.NotContains(t, m.log.String(), "restarted")
}

func TestACrashDoesNotGiveTheQuotaBack(t *testing.T) {
	m := limited(t, `"kv_keys_per_minute": 2`)
	m.do("api.kv_set('a', b''); api.kv_set('b', b''); os._exit(1)")
	require.Eventually(t, func() bool { return m.do("result = 'still here'") == "still here" }, 10*time.Second, 10*time.Millisecond)
	require.Contains(t, m.do(attempt("api.kv_set('c', b'x')")), "kv_keys_per_minute")
}
