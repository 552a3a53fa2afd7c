package server

import (
	"bufio"
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"
)

// web is a plugin whose pages read and write streams in all the ways that the tests look at.
//
//go:embed testdata/web.py
var web string

// served is a plugin with an HTTP server in front of it, as Mattermost is.
type served struct {
	*httptest.Server
	kv interface {
		KVGet(string) ([]byte, *model.AppError)
		KVSet(string, []byte) *model.AppError
	}
	log fmt.Stringer
}

// behindHTTP puts an HTTP server in front of a plugin's hooks.
func behindHTTP(t *testing.T, hooks http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(hooks)
	t.Cleanup(server.Close)
	return server
}

// waitFor waits until the plugin has set a key, and gives its value.
func (s *served) waitFor(t *testing.T, key string) string {
	t.Helper()
	var value []byte
	require.Eventually(t, func() bool {
		var appErr *model.AppError
		value, appErr = s.kv.KVGet(key)
		return appErr == nil && value != nil
	}, 20*time.Second, 5*time.Millisecond, "%s", s.log)
	return string(value)
}

// post posts a body, and gives status and body of the response.
func (s *served) post(t *testing.T, path string, body io.Reader) (int, string) {
	t.Helper()
	response, err := s.Client().Post(s.URL+path, "text/plain", body)
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(text)
}

// inProcess serves the plugin that is part of this process.
func inProcess(t *testing.T, config Config) *served {
	t.Helper()
	m := run(t, web, config)
	server := behindHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/metrics" {
			m.plugin.ServeMetrics(&plugin.Context{}, w, r)
			return
		}
		m.plugin.ServeHTTP(&plugin.Context{}, w, r)
	})
	return &served{server, m.Plugin(m.plugin.bundle.Manifest().Model), m.log}
}

// bothWays runs a test on a plugin in this process, and on one behind Mattermost's own plugin environment.
func bothWays(t *testing.T, test func(t *testing.T, s *served)) {
	t.Helper()
	t.Run("in process", func(t *testing.T) { test(t, inProcess(t, Config{})) })
	t.Run("over net/rpc", func(t *testing.T) {
		_, s := inEnvironment(t, nil)
		test(t, s)
	})
}

func TestAResponseArrivesBeforeItsHandlerEnds(t *testing.T) {
	bothWays(t, func(t *testing.T, s *served) {
		response, err := s.Client().Get(s.URL + "/events")
		require.NoError(t, err)
		defer response.Body.Close()
		for _, name := range []string{"first", "second"} {
			text := make([]byte, len(name))
			_, err = io.ReadFull(response.Body, text)
			require.NoError(t, err)
			require.Equal(t, name, string(text))
			require.Nil(t, s.kv.KVSet(name, []byte("read"))) // the handler waits for this
		}
		rest, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.Equal(t, "third", string(rest))
	})
}

func TestAResponseBeforeTheBodyWasSent(t *testing.T) {
	bothWays(t, func(t *testing.T, s *served) {
		body, sender := io.Pipe()
		defer sender.Close()
		request, err := http.NewRequest(http.MethodPost, s.URL+"/early", body)
		require.NoError(t, err)
		request.ContentLength = 1 << 20
		response, err := s.Client().Do(request)
		require.NoError(t, err)
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.Equal(t, http.StatusForbidden, response.StatusCode)
		require.Equal(t, "no need to read this", string(text))
	})
}

func TestWhoWritesLearnsThatTheClientIsGone(t *testing.T) {
	bothWays(t, func(t *testing.T, s *served) {
		response, err := s.Client().Get(s.URL + "/forever")
		require.NoError(t, err)
		_, err = io.ReadFull(response.Body, make([]byte, 1<<20))
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, "writing", s.waitFor(t, "gone"))
		status, text := s.post(t, "/shout", strings.NewReader("still there"))
		require.Equal(t, "200 STILL THERE", fmt.Sprint(status, " ", text))
		require.NotContains(t, s.log.String(), "hook ServeHTTP failed", "it is no failure of the plugin")
	})
}

func TestWhoReadsLearnsThatTheClientIsGone(t *testing.T) {
	bothWays(t, func(t *testing.T, s *served) {
		connection, err := net.Dial("tcp", s.Listener.Addr().String())
		require.NoError(t, err)
		_, err = fmt.Fprintf(connection, "POST /count HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n%s", strings.Repeat("x", 1000))
		require.NoError(t, err)
		s.waitFor(t, "begun")
		require.NoError(t, connection.Close())
		require.Equal(t, "reading", s.waitFor(t, "gone"))
	})
}

func TestAResponseThatFailsHalfWayIsNotTakenForTheWhole(t *testing.T) {
	bothWays(t, func(t *testing.T, s *served) {
		response, err := s.Client().Get(s.URL + "/fail")
		require.NoError(t, err)
		defer response.Body.Close()
		require.Equal(t, http.StatusOK, response.StatusCode)
		text, err := io.ReadAll(response.Body)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		require.LessOrEqual(t, len(text), 70000)
		require.Eventually(t, func() bool {
			return strings.Contains(s.log.String(), "ValueError: half-way") && strings.Contains(s.log.String(), "the response is cut off")
		}, 10*time.Second, 5*time.Millisecond)
	})
}

func TestAMetricsPageOfACoroutine(t *testing.T) {
	s := inProcess(t, Config{})
	response, err := s.Client().Get(s.URL + "/metrics")
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, "up 1\n", string(text))
}

func TestAnEchoAnswersEachLineWhenItComes(t *testing.T) {
	s := inProcess(t, Config{})
	body, sender := io.Pipe()
	request, err := http.NewRequest(http.MethodPost, s.URL+"/echo", body)
	require.NoError(t, err)
	responses := make(chan *http.Response, 1)
	go func() {
		response, err := s.Client().Do(request) //nolint:bodyclose // by who receives it
		if err != nil {
			t.Error(err)
		}
		responses <- response
	}()
	_, err = io.WriteString(sender, "line 0\n")
	require.NoError(t, err)
	response := <-responses
	require.NotNil(t, response)
	defer response.Body.Close()
	lines := bufio.NewReader(response.Body)
	for i := range 10 {
		line, err := lines.ReadString('\n')
		require.NoError(t, err)
		require.Equal(t, fmt.Sprintf("line %d\n", i), line)
		_, err = fmt.Fprintf(sender, "line %d\n", i+1) // only now, so the echo cannot have waited for it
		require.NoError(t, err)
	}
	require.NoError(t, sender.Close())
	rest, err := io.ReadAll(lines)
	require.NoError(t, err)
	require.Equal(t, "line 10\n", string(rest))
}

func TestAStreamThatMovesOutlivesTheHooksTime(t *testing.T) {
	s := inProcess(t, Config{HookTimeout: 800 * time.Millisecond})
	start := time.Now()
	status, text := s.post(t, "/slow", nil)
	require.Equal(t, "200 0123456789", fmt.Sprint(status, " ", text))
	require.Greater(t, time.Since(start), 900*time.Millisecond)
}

func TestAStreamThatStandsStillEndsTheHook(t *testing.T) {
	s := inProcess(t, Config{HookTimeout: 300 * time.Millisecond})
	t.Run("the client sends nothing", func(t *testing.T) {
		body, sender := io.Pipe()
		defer sender.Close()
		request, err := http.NewRequest(http.MethodPost, s.URL+"/count", body)
		require.NoError(t, err)
		request.ContentLength = 1000
		response, err := s.Client().Do(request)
		require.NoError(t, err)
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.Equal(t, http.StatusInternalServerError, response.StatusCode)
		require.Contains(t, string(text), "Internal Server Error: hook ServeHTTP took longer than 0.3 s")
	})
	t.Run("the client takes nothing", func(t *testing.T) {
		stalled := regexp.MustCompile(`the client went away before the end of the response.*HookTimeoutError: hook ServeHTTP took`)
		connection, err := net.Dial("tcp", s.Listener.Addr().String())
		require.NoError(t, err)
		defer connection.Close()
		_, err = fmt.Fprintf(connection, "GET /stall HTTP/1.1\r\nHost: x\r\n\r\n")
		require.NoError(t, err)
		require.Eventually(t, func() bool {
			return stalled.MatchString(s.log.String())
		}, 20*time.Second, 10*time.Millisecond, "%s", s.log)
	})
	t.Run("the handler spins", func(t *testing.T) {
		response, err := s.Client().Get(s.URL + "/spin")
		require.NoError(t, err)
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		require.Equal(t, "before", string(text))
	})
	status, text := s.post(t, "/shout", strings.NewReader("alive"))
	require.Equal(t, "200 ALIVE", fmt.Sprint(status, " ", text))
	require.NotContains(t, s.log.String(), "restarted")
}

func TestMoreThanWasAnnouncedIsTheHandlersError(t *testing.T) {
	s := inProcess(t, Config{})
	response, err := s.Client().Get(s.URL + "/overfull")
	if err == nil {
		_, _ = io.Copy(io.Discard, response.Body)
		require.NoError(t, response.Body.Close())
	}
	require.Contains(t, s.waitFor(t, "error"), "no more than was announced")
}

func TestFilesAreReadAndWrittenAsStreams(t *testing.T) {
	in := strings.Repeat("quiet please ", 100_000)
	test := func(t *testing.T, upload func(info *model.FileInfo, file io.Reader, output io.Writer) (*model.FileInfo, string), log fmt.Stringer) {
		t.Helper()
		var output bytes.Buffer
		info, reason := upload(&model.FileInfo{Name: "shout.txt", MimeType: "text/plain"}, strings.NewReader(in), &output)
		require.Empty(t, reason)
		require.Equal(t, "text/loud", info.MimeType)
		require.Equal(t, strings.ToUpper(in), output.String())

		output.Reset()
		_, reason = upload(&model.FileInfo{Name: "bad.exe"}, strings.NewReader(in), &output)
		require.Equal(t, "no programs here", reason)

		info, reason = upload(&model.FileInfo{Name: "other.txt"}, strings.NewReader(in), &output)
		require.Empty(t, reason)
		require.Equal(t, "other.txt", info.Name)
		require.Zero(t, output.Len(), "a file that is left as it is has no new content")

		_, reason = upload(&model.FileInfo{Name: "half"}, strings.NewReader(in), &output)
		require.Equal(t, "The plugin Test failed while it changed the file.", reason)
		require.Eventually(t, func() bool { return strings.Contains(log.String(), "ValueError: half-way") }, 10*time.Second, 5*time.Millisecond)
	}
	t.Run("in process", func(t *testing.T) {
		m := run(t, web, Config{})
		test(t, func(info *model.FileInfo, file io.Reader, output io.Writer) (*model.FileInfo, string) {
			return m.plugin.FileWillBeUploaded(&plugin.Context{}, info, file, output)
		}, m.log)
		broken := io.MultiReader(strings.NewReader("some"), &failingReader{errors.New("disk")})
		info, reason := m.plugin.FileWillBeUploaded(nil, &model.FileInfo{Name: "shout.txt"}, broken, io.Discard)
		require.Empty(t, reason, "nothing of it was written: it is let through")
		require.Equal(t, "shout.txt", info.Name)
		require.Contains(t, m.log.String(), "ConnectionResetError")
	})
	t.Run("over net/rpc", func(t *testing.T) {
		hooks, s := inEnvironment(t, nil)
		test(t, func(info *model.FileInfo, file io.Reader, output io.Writer) (*model.FileInfo, string) {
			return hooks.FileWillBeUploaded(&plugin.Context{}, info, file, output)
		}, s.log)
	})
}

type failingReader struct{ err error }

func (r *failingReader) Read([]byte) (int, error) { return 0, r.err }
