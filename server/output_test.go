package server

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/mattermost/mattermost/server/public/shared/mlog"
	"github.com/stretchr/testify/require"
)

// mattermostLog is an API whose log is Mattermost's own, in both of its formats.
type mattermostLog struct {
	plugin.API
	sugar       mlog.Sugar
	plain, json *syncBuffer
	lines       atomic.Int64
}

func newMattermostLog(t *testing.T, api plugin.API) *mattermostLog {
	t.Helper()
	l := &mattermostLog{API: api, plain: &syncBuffer{}, json: &syncBuffer{}}
	logger, err := mlog.NewLogger(mlog.MaxFieldLen(1 << 20))
	require.NoError(t, err)
	require.NoError(t, mlog.AddWriterTarget(logger, l.plain, false, mlog.StdAll...))
	require.NoError(t, mlog.AddWriterTarget(logger, l.json, true, mlog.StdAll...))
	t.Cleanup(func() { require.NoError(t, logger.Shutdown()) })
	l.sugar = logger.Sugar(mlog.String("plugin_id", "com.example.test"))
	return l
}

func (l *mattermostLog) LogDebug(message string, pairs ...any) { l.sugar.Debugw(message, pairs...) }
func (l *mattermostLog) LogInfo(message string, pairs ...any) {
	l.lines.Add(1)
	l.sugar.Infow(message, pairs...)
}
func (l *mattermostLog) LogWarn(message string, pairs ...any)                    { l.sugar.Warnw(message, pairs...) }
func (l *mattermostLog) LogError(message string, pairs ...any)                   { l.sugar.Errorw(message, pairs...) }
func (l *mattermostLog) LogAuditRecWithLevel(_ *model.AuditRecord, _ mlog.Level) {}

// loud activates a plugin of the given source on Mattermost's own log.
func loud(t *testing.T, source string) (*onMattermost, *mattermostLog) {
	t.Helper()
	m := load(t, source, Config{GrantAll: true, HookTimeout: 10 * time.Second})
	log := newMattermostLog(t, m.plugin.currentAPI())
	m.plugin.SetAPI(log)
	require.NoError(t, m.plugin.OnConfigurationChange())
	require.NoError(t, m.plugin.OnActivate())
	return m, log
}

const forger = `
import logging, os, sys
from mattermost_plugin import Plugin, hook, HookName

FORGED = ("x\r\nerror [2026-01-01 00:00:00.000 Z] FORGED caller=\"x\" plugin_id=other\n"
          "{\"level\":\"error\",\"msg\":\"FORGED\"}\n\x1b[2J\x1b]0;title\x07\x9b31m\u202egnp.exe\u2028FORGED\x00\x08")

class Forger(Plugin):
    @hook(HookName.MessageWillBePosted)
    def check(self, context, post):
        print(FORGED)
        print(FORGED, file=sys.stderr)
        os.write(1, FORGED.encode() + b"\xff\xfe\n")
        logging.getLogger("x").warning(FORGED)
        self.logger.info("%s", FORGED)
        try:
            raise KeyError(FORGED)
        except KeyError:
            self.logger.exception(FORGED)
        self.api.log_error(FORGED, **{"key": FORGED, "nested": {"a": [FORGED]}})
        self.api.log_info("audit: FORGED", event="mmpyCallDenied")
        print("audit: FORGED")
        raise ValueError(FORGED)
`

// TestNoRecordOfTheLogCanBeForged: whatever a plugin writes, by whatever way, is a part of a record that Mattermost has
// marked as the plugin's, in both formats of Mattermost's log, and does nothing to a terminal.
func TestNoRecordOfTheLogCanBeForged(t *testing.T) {
	m, log := loud(t, forger)
	_, _ = m.plugin.MessageWillBePosted(nil, &model.Post{Message: "x"})
	m.plugin.flushAudit()
	require.Eventually(t, func() bool { return strings.Contains(log.json.String(), "hook MessageWillBePosted failed") }, 5*time.Second, time.Millisecond)
	require.Contains(t, log.plain.String(), "hook MessageWillBePosted failed")

	hidden := regexp.MustCompile(`[\x00-\x08\x0b-\x1f\x7f\x{80}-\x{9f}\x{2028}\x{2029}\x{202a}-\x{202e}]`)
	plain := log.plain.String()
	require.NotRegexp(t, hidden, plain)
	records := 0
	for line := range strings.Lines(plain) {
		switch {
		case regexp.MustCompile(`^(debug|info|warn|error) +\[`).MatchString(line):
			records++
			require.Contains(t, line+plain, "plugin_id=com.example.test")
			require.NotRegexp(t, `^error +\[2026-01-01`, line)
		default:
			require.Regexp(t, `^([ \t].*)?\n$`, line, "a further line of a traceback")
		}
	}
	decoded := 0
	for line := range strings.Lines(log.json.String()) {
		var record map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &record), line)
		require.Equal(t, "com.example.test", record["plugin_id"], line)
		require.NotRegexp(t, hidden, record["msg"])
		require.NotContains(t, record["msg"], "\n")
		require.NotEqual(t, "FORGED", record["msg"])
		if event, ok := record["event"].(string); ok && event != "mmpyGranted" {
			require.Equal(t, "plugin: mmpyCallDenied", event)
		}
		require.NotRegexp(t, "^audit: FORGED", record["msg"])
		decoded++
	}
	require.Equal(t, records, decoded)
	require.Contains(t, plain, `x\r\nerror [2026-01-01 00:00:00.000 Z] FORGED`, "it is shown")
	require.Contains(t, plain, `\x1b[2J\x1b]0;title\x07`)
	require.Contains(t, plain, "\n  File \"/plugin/plugin.py\", line", "and a traceback is readable")
	t.Logf("%d records", records)
}

// TestAFloodOfOutputIsBounded: what a plugin prints passes through, and nothing of it is kept.
func TestAFloodOfOutputIsBounded(t *testing.T) {
	m, log := loud(t, `
import sys, os
from mattermost_plugin import Plugin, hook, HookName

class Flood(Plugin):
    @hook(HookName.MessageWillBePosted)
    def check(self, context, post):
        if post.message == "lines":
            for n in range(30_000):
                print("line", n)
        if post.message == "one line":
            for n in range(100):
                sys.stdout.write("x" * 1_000_000)
            sys.stdout.write("\n")
        if post.message == "records":
            for n in range(20):
                self.logger.info("x" * 1_000_000)
                self.api.log_info("x" * 1_000_000, key="y" * 1_000_000)
        return post, ""
`)
	plain := log.plain
	for _, attack := range []string{"lines", "one line", "records"} {
		plain.reset()
		log.json.reset()
		most, stop := watchHeap(plain, log.json)
		begin := time.Now()
		_, reason := m.plugin.MessageWillBePosted(nil, &model.Post{Message: attack})
		require.Empty(t, reason)
		took := time.Since(begin)
		grown := stop()
		require.Less(t, grown, int64(64<<20), attack)
		for line := range strings.Lines(plain.String()) {
			require.Less(t, len(line), 2*lineOf(m.plugin.grant)+1000, attack)
		}
		t.Logf("%s: %v, heap grew by %d KiB at most", attack, took.Round(time.Millisecond), *most>>10)
	}
}

// watchHeap looks how much the heap grows; the logs are emptied meanwhile, since keeping them is not the plugin's doing.
func watchHeap(logs ...*syncBuffer) (most *int64, stop func() int64) {
	heap := func() int64 {
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return int64(stats.HeapAlloc)
	}
	runtime.GC()
	before := heap()
	most = new(int64)
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			*most = max(*most, heap()-before)
			for _, log := range logs {
				log.shorten(1 << 20)
			}
			select {
			case <-done:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	return most, func() int64 {
		close(done)
		<-ended
		return *most
	}
}

func (b *syncBuffer) reset() { b.shorten(0) }

// shorten forgets the beginning of what is longer.
func (b *syncBuffer) shorten(length int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.text.Len() > length {
		_, rest, _ := bytes.Cut(b.text.Bytes()[b.text.Len()-length:], []byte("\n"))
		b.text = *bytes.NewBuffer(bytes.Clone(rest))
	}
}

func TestAGiantExceptionIsCut(t *testing.T) {
	m, log := loud(t, `
from mattermost_plugin import Plugin, hook, HookName

class Big(Plugin):
    @hook(HookName.MessageWillBePosted)
    def check(self, context, post):
        if post.message == "text":
            raise ValueError("x" * 30_000_000)
        if post.message == "name":
            raise type("N" * 5_000_000, (Exception,), {})("y")
        if post.message == "chain":
            try:
                raise ValueError("a" * 5_000_000)
            except ValueError as error:
                raise KeyError("b" * 5_000_000) from error
        if post.message == "group":
            raise ExceptionGroup("g" * 1_000_000, [ValueError("v" * 1_000_000) for _ in range(10)])
        post.message += "!"
        return post, ""

    @hook(HookName.ServeHTTP)
    def serve(self, context, writer, request):
        raise ValueError("x" * 30_000_000)
`)
	for _, attack := range []string{"text", "name", "chain", "group"} {
		log.plain.reset()
		changed, reason := m.plugin.MessageWillBePosted(nil, &model.Post{Message: attack})
		require.Nil(t, changed, attack)
		require.Empty(t, reason, attack)
		require.Eventually(t, func() bool { return strings.Contains(log.plain.String(), "hook MessageWillBePosted failed") }, 5*time.Second, time.Millisecond)
		require.Less(t, len(log.plain.String()), 3*lineOf(m.plugin.grant)+4096, attack)
		require.Contains(t, log.plain.String(), "in check", attack)
	}
	recorder := httptest.NewRecorder()
	m.plugin.ServeHTTP(nil, recorder, httptest.NewRequest(http.MethodGet, "/", nil))
	require.Equal(t, http.StatusInternalServerError, recorder.Code)
	require.Less(t, recorder.Body.Len(), 300<<10)

	changed, _ := m.plugin.MessageWillBePosted(nil, &model.Post{Message: "hello"})
	require.Equal(t, "hello!", changed.Message)
}

func TestAnExceptionDoesNotTellTheSecretsOfItsRequest(t *testing.T) {
	m, log := loud(t, `
import asyncio, base64, sys
from mattermost_plugin import Plugin, hook, HookName

class Chatty(Plugin):
    @hook(HookName.UserWillLogIn)
    def login(self, context, user):
        raise ValueError(f"{user.password!r} of {user.username} is {user.password}")

    @hook(HookName.ServeHTTP)
    def serve(self, context, writer, request):
        authorization = request.headers["Authorization"][0]
        if request.path == "/basic":
            raise KeyError(base64.b64decode(authorization.split()[1]).decode().split(":")[1])
        if request.path == "/chain":
            try:
                int(request.headers["Cookie"][0].split("=")[1])
            except ValueError:
                raise RuntimeError(authorization)
        if request.path == "/exit":
            sys.exit(authorization)

    @hook(HookName.ConfigurationWillBeSaved)
    async def saved(self, config):
        await asyncio.sleep(0.001)
        raise ValueError(str(config))
`)
	text := func() string {
		require.Eventually(t, func() bool { return strings.Contains(log.json.String(), " failed") }, 5*time.Second, time.Millisecond)
		defer log.plain.reset()
		defer log.json.reset()
		return log.plain.String() + log.json.String()
	}

	m.plugin.UserWillLogIn(nil, &model.User{Username: "bob", Password: `p"ä\s's3cr3t`})
	said := text()
	require.Contains(t, said, "of bob is")
	require.Contains(t, said, "•••")
	require.NotContains(t, said, "s3cr3t")

	for path, header := range map[string][2]string{
		"/basic": {"Basic Ym9iOnMzY3IzdC13b3Jk", "MMAUTHTOKEN=0"},
		"/chain": {"Bearer s3cr3t-word", "MMAUTHTOKEN=s3cr3t-c00kie"},
		"/exit":  {"Bearer s3cr3t-word", "MMAUTHTOKEN=0"},
	} {
		request := httptest.NewRequest(http.MethodGet, path, nil)
		request.Header.Set("Authorization", header[0])
		request.Header.Set("Cookie", header[1])
		recorder := httptest.NewRecorder()
		m.plugin.ServeHTTP(nil, recorder, request)
		require.GreaterOrEqual(t, recorder.Code, 500)
		said := text() + recorder.Body.String()
		require.NotContains(t, said, "s3cr3t", path)
		if path != "/exit" {
			require.Contains(t, recorder.Body.String(), "•••", path)
			require.Contains(t, said, "in serve", path)
		}
		require.NotContains(t, said, "Ym9iOnMzY3IzdC13b3Jk", path)
	}

	config := &model.Config{}
	config.SetDefaults()
	config.EmailSettings.SMTPPassword = model.NewPointer("s3cr3t-word")
	_, err := m.plugin.ConfigurationWillBeSaved(config)
	require.Error(t, err)
	require.NotContains(t, err.Error(), "s3cr3t")
	said = text()
	require.Contains(t, said, "ConfigurationWillBeSaved")
	require.NotContains(t, said, "s3cr3t")
}
