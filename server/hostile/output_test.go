package hostile

import (
	"fmt"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/grant"
	"github.com/mmpy/mmpy/server"
)

// rawLog is a Mattermost whose log escapes nothing: each record is a line, with whatever it holds.
type rawLog struct {
	plugin.API
	log *text
}

func (l *rawLog) record(level, message string, pairs []any) {
	fmt.Fprintf(l.log, "%s %s %v\n", level, message, pairs)
}

func (l *rawLog) LogDebug(message string, pairs ...any) { l.record("DEBUG", message, pairs) }
func (l *rawLog) LogInfo(message string, pairs ...any)  { l.record("INFO", message, pairs) }
func (l *rawLog) LogWarn(message string, pairs ...any)  { l.record("WARN", message, pairs) }
func (l *rawLog) LogError(message string, pairs ...any) { l.record("ERROR", message, pairs) }

// unescaped has Mattermost log as it is told.
func (m *mattermost) unescaped() *mattermost {
	m.wrapped = func(api plugin.API) plugin.API { return &rawLog{api, m.log} }
	return m
}

// longest is the length of the longest line of a text.
func longest(text string) (length int) {
	for line := range strings.Lines(text) {
		length = max(length, len(line))
	}
	return length
}

func TestHostileOutput(t *testing.T) {
	row := rows(t, "Output")
	flood := func(name, code string, limit grant.Limit, most int) {
		row(name, limit.String(), func(t *testing.T, m *mattermost) string {
			l := m.unescaped().lab(t, asks{limits: `"cpu_percent": 800`})
			before := heap()
			answer := l.do(code)
			logged := m.log.String()
			require.Less(t, len(logged), most)
			require.LessOrEqual(t, longest(logged), 70<<10)
			require.NotZero(t, l.fired(t, limit), answer)
			require.Less(t, heap()-before-2*int64(len(logged)), int64(12<<20), "nothing of it is kept") // beside the standard library, which may be read meanwhile
			l.alive(t)
			return fmt.Sprintf("%d KB in %d lines of the log", len(logged)>>10, strings.Count(logged, "\n"))
		})
	}
	flood("print() without end", "for n in range(100_000): print('line', n)", grant.LimitLogLines, 1<<20)
	flood("a line of 100 MB", "for _ in range(100): sys.stdout.write('x' * 1_000_000)\nsys.stdout.write('\\n')", grant.LimitLogLine, 1<<20)
	flood("100 MB in one write", "os.write(1, b'x' * 100_000_000)", grant.LimitLogBytes, 1<<20)
	flood("empty lines", "for _ in range(100): os.write(2, b'\\n' * 100_000)", grant.LimitLogLines, 1<<20)
	flood("records through Python's logging", "for n in range(30_000): self.logger.error('record %d', n)", grant.LimitLogLines, 2<<20)
	flood("records of 1 MB through the API", "for _ in range(200): api.log_error('x' * 1_000_000, key='y' * 1_000_000)", grant.LimitLogBytes, 20<<20)
	flood("records without end through the API", attempt("while True: api.log_error('again')"), grant.LimitCallRate, 2<<20)
	forgedRecords(t)
	giantExceptions(t)
	secretsOfRequests(t)
}

// forgedRecords are texts that look like records of the log, or that a terminal would obey.
func forgedRecords(t *testing.T) {
	const forged = `"x\r\nERROR FORGED []\n{\"level\":\"error\",\"msg\":\"FORGED\"}\nERROR FORGED []\n\x1b[2J\x1b]0;title\x07\x9b31m\u202egnp.exe\u2028FORGED\x00\x08"`
	row := rows(t, "Output")
	for _, way := range []struct{ name, code string }{
		{"print", "print('audit: FORGED'); print(F); print(F, file=sys.stderr); os.write(1, F.encode() + b'\\xff\\n')"},
		{"Python's logging", "logging.getLogger('x').warning(F); self.logger.error('%s', F)"},
		{"the API's log", "api.log_error(F, key=F, nested={'a': [F]}); api.log_info('audit: FORGED', event='mmpyCallDenied')"},
		{"an exception", "raise type(F.replace('\\x00', ''), (Exception,), {})(F)"},
		{"a traceback that is logged", "try: raise KeyError(F)\nexcept KeyError: self.logger.exception(F)"},
		{"the name of a job", "raise ValueError(self.schedule(60, print, name=F).name)"},
	} {
		row("forged records and a terminal's commands by "+way.name, "escaping", func(t *testing.T, m *mattermost) string {
			l := m.unescaped().lab(t, asks{})
			l.do("F = " + forged + "\n" + way.code)
			require.NoError(t, l.OnDeactivate()) // which writes what waits
			logged := m.log.String()
			require.Contains(t, logged, "FORGED")
			require.NotRegexp(t, `(?m)^ERROR FORGED`, logged)
			require.NotRegexp(t, `(?m)^\{`, logged)
			require.NotRegexp(t, `(?m)^[A-Z]+ audit: FORGED`, logged)
			require.NotRegexp(t, `[\x00-\x08\x0b-\x1f\x7f\x{80}-\x{9f}\x{2028}\x{2029}\x{202a}-\x{202e}]`, logged)
			for line := range strings.Lines(logged) {
				require.Regexp(t, regexp.MustCompile(`^(DEBUG |INFO |WARN |ERROR |time=.* level=audit-api\n|[ \t]|\n$)`), line, "a record, or a line within one")
			}
			return "shown, and escaped"
		})
	}
}

func giantExceptions(t *testing.T) {
	row := rows(t, "Output")
	for _, a := range []struct{ name, code string }{
		{"text of 30 MB", "raise ValueError('x' * 30_000_000)"},
		{"name of 5 MB", "raise type('N' * 5_000_000, (Exception,), {})('y')"},
		{"chain of 10,000", "e = None\nfor n in range(10_000):\n n = ValueError('c' * 1000); n.__cause__ = e; e = n\nraise e"},
		{"group of a million", "raise ExceptionGroup('g' * 1_000_000, [ValueError('v')] * 1_000_000)"},
		{"text that never ends", "class E(Exception):\n def __str__(self):\n  while True: pass\nraise E"},
		{"text that raises", "class E(Exception):\n def __str__(self): raise self\nraise E"},
	} {
		row("an exception with a "+a.name, "length of an exception", func(t *testing.T, m *mattermost) string {
			l := m.unescaped().lab(t, asks{limits: `"user_hook_seconds": 2`})
			require.Contains(t, l.do(a.code), "failed")
			logged := m.log.String()
			require.Contains(t, logged, "hook ExecuteCommand failed")
			require.Less(t, len(logged), 200<<10)
			l.alive(t)
			return fmt.Sprintf("%d KB in the log", len(logged)>>10)
		})
	}
}

// secretsOfRequests is a plugin that quotes what it was given in its exceptions.
func secretsOfRequests(t *testing.T) {
	rows(t, "Output")("a traceback with secrets of the request", "masking", func(t *testing.T, m *mattermost) string {
		p := m.unescaped().run(t, "com.example.chatty", head+`
class Chatty(Plugin):
    @hook(HookName.UserWillLogIn)
    def login(self, context, user): raise ValueError(f"{user.password!r} of {user.username} is {user.password}")
    @hook(HookName.ServeHTTP)
    def serve(self, context, writer, request):
        try: int(request.headers["Cookie"][0].split("=")[1])
        except ValueError: raise RuntimeError(request.headers["Authorization"][0])
run_plugin(Chatty)
`, server.Config{})
		p.UserWillLogIn(nil, &model.User{Username: "bob", Password: "s3cr3t-passw0rd"})
		request, recorder := httptest.NewRequest("GET", "/", nil), httptest.NewRecorder()
		request.Header.Set("Authorization", "Bearer s3cr3t-token")
		request.Header.Set("Cookie", "MMAUTHTOKEN=s3cr3t-c00kie")
		p.ServeHTTP(nil, recorder, request)
		said := m.log.String() + recorder.Body.String()
		require.Contains(t, said, "of bob is")
		require.Contains(t, said, "in serve")
		require.NotContains(t, said, "s3cr3t")
		return fmt.Sprintf("%d of them masked", strings.Count(said, "•••"))
	})
}
