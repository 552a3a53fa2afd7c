package server

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"
)

// streamingAPI answers the API methods that read or give streams, and remembers what they got.
type streamingAPI struct {
	plugin.API

	mu     sync.Mutex
	got    []string
	closed chan struct{} // when the body of a response was closed that nobody has read to its end
}

func (a *streamingAPI) note(format string, values ...any) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.got = append(a.got, fmt.Sprintf(format, values...))
}

func (a *streamingAPI) notes() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.got
}

func (a *streamingAPI) UploadData(session *model.UploadSession, data io.Reader) (*model.FileInfo, error) {
	content, err := io.ReadAll(data)
	a.note("upload %s %d %.5s %t", session.Id, len(content), content, err == nil)
	if err != nil {
		return nil, err
	}
	return &model.FileInfo{Name: fmt.Sprint("uploaded ", len(content))}, nil
}

// InstallPlugin refuses a bundle after its first bytes.
func (a *streamingAPI) InstallPlugin(file io.Reader, replace bool) (*model.Manifest, *model.AppError) {
	magic := make([]byte, 4)
	_, err := io.ReadFull(file, magic)
	a.note("install %s %t %v", magic, replace, err)
	if string(magic) != "gzip" {
		return nil, model.NewAppError("InstallPlugin", "app.plugin.extract.app_error", nil, "", http.StatusBadRequest)
	}
	rest, err := io.ReadAll(file)
	a.note("rest %d %v", len(rest), err)
	return &model.Manifest{Id: "installed"}, nil
}

func (a *streamingAPI) ReceiveSharedChannelAttachmentSyncMsg(remote, channel string, info *model.FileInfo, data io.Reader) (*model.FileInfo, error) {
	content, err := io.ReadAll(data)
	a.note("receive %s %s %s %d %v", remote, channel, info.Name, len(content), err)
	return info, err
}

// PluginHTTP gives back what it gets; a GET gets something without end.
func (a *streamingAPI) PluginHTTP(request *http.Request) *http.Response {
	a.note("%s %s %v", request.Method, request.URL, request.Header["X-Many"])
	response := &http.Response{StatusCode: http.StatusAccepted, Header: http.Header{"Set-Cookie": {"a=1", "b=2"}}}
	if request.Method == http.MethodGet {
		response.Body = &endless{closed: a.closed}
		return response
	}
	body, err := io.ReadAll(request.Body)
	if err != nil {
		a.note("body: %v", err)
	}
	response.Body = io.NopCloser(io.MultiReader(strings.NewReader("<"), bytes.NewReader(body), strings.NewReader(">")))
	return response
}

type endless struct {
	closed chan struct{}
	once   sync.Once
}

func (e *endless) Read(p []byte) (int, error) {
	select {
	case <-e.closed:
		return 0, errors.New("closed")
	default:
	}
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func (e *endless) Close() error {
	e.once.Do(func() { close(e.closed) })
	return nil
}

// withStreamingAPI runs a test on a plugin in this process, and on one behind Mattermost's own plugin environment.
func withStreamingAPI(t *testing.T, test func(t *testing.T, s *served, api *streamingAPI)) {
	t.Helper()
	t.Run("in process", func(t *testing.T) {
		m := run(t, web, Config{})
		api := &streamingAPI{API: m.Plugin(m.plugin.bundle.Manifest().Model), closed: make(chan struct{})}
		m.plugin.SetAPI(api)
		server := behindHTTP(t, func(w http.ResponseWriter, r *http.Request) { m.plugin.ServeHTTP(&plugin.Context{}, w, r) })
		test(t, &served{server, api, m.log}, api)
	})
	t.Run("over net/rpc", func(t *testing.T) {
		api := &streamingAPI{closed: make(chan struct{})}
		_, s := inEnvironment(t, func(inner plugin.API) plugin.API {
			api.API = inner
			return api
		})
		test(t, s, api)
	})
}

func TestUploadsAreReadFromThePluginWhileItSendsThem(t *testing.T) {
	withStreamingAPI(t, func(t *testing.T, s *served, api *streamingAPI) {
		data := strings.Repeat("data!", 1_000_000)
		status, text := s.post(t, "/upload", strings.NewReader(data))
		require.Equal(t, "200 uploaded 5000000", fmt.Sprint(status, " ", text), "%s", s.log)
		require.Equal(t, []string{"upload session 5000000 data! true"}, api.notes())

		status, text = s.post(t, "/receive", strings.NewReader(data))
		require.Equal(t, "200 shared.txt", fmt.Sprint(status, " ", text), "%s", s.log)
		require.Equal(t, "receive remote channel shared.txt 5000000 <nil>", api.notes()[1])

		status, text = s.post(t, "/upload_while", strings.NewReader(data))
		require.Equal(t, "200 uploaded 5000000 "+api.GetServerVersion(), fmt.Sprint(status, " ", text), "%s", s.log)
		require.Equal(t, "upload async 5000000 data! true", api.notes()[2])
	})
}

func TestABundleIsRefusedBeforeItsEnd(t *testing.T) {
	withStreamingAPI(t, func(t *testing.T, s *served, api *streamingAPI) {
		status, text := s.post(t, "/install", strings.NewReader("tar!"+strings.Repeat("x", 10<<20)))
		require.Equal(t, http.StatusBadRequest, status, "%s", s.log)
		require.Equal(t, "app.plugin.extract.app_error", text)
		status, text = s.post(t, "/install", strings.NewReader("gzip"+strings.Repeat("x", 1<<20)))
		require.Equal(t, http.StatusOK, status, "%s", s.log)
		require.Contains(t, text, `"id": "installed"`)
		require.Equal(t, []string{"install tar! true <nil>", "install gzip true <nil>", "rest 1048576 <nil>"}, api.notes())
	})
}

func TestAnUploadThatThePluginGivesUp(t *testing.T) {
	m := run(t, web, Config{})
	api := &streamingAPI{API: m.Plugin(m.plugin.bundle.Manifest().Model)}
	m.plugin.SetAPI(api)
	server := behindHTTP(t, func(w http.ResponseWriter, r *http.Request) { m.plugin.ServeHTTP(&plugin.Context{}, w, r) })
	s := &served{server, api, m.log}
	status, text := s.post(t, "/failing_upload", nil)
	require.Equal(t, "200 the disk is gone", fmt.Sprint(status, " ", text), "%s", s.log)
	require.Eventually(t, func() bool { return len(api.notes()) == 1 }, 10e9, 1e6)
	require.Equal(t, []string{"upload session 4 some false"}, api.notes(), "it must not pass for a whole one")
}

func TestRequestsToOtherPluginsAreStreams(t *testing.T) {
	withStreamingAPI(t, func(t *testing.T, s *served, api *streamingAPI) {
		body := strings.Repeat("ping ", 100_000)
		response, err := s.Client().Post(s.URL+"/proxy", "text/plain", strings.NewReader(body))
		require.NoError(t, err)
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		require.NoError(t, err, "%s", s.log)
		require.Equal(t, http.StatusAccepted, response.StatusCode, "%s", text)
		require.Equal(t, []string{"a=1", "b=2"}, response.Header["Set-Cookie"])
		require.Equal(t, "<"+body+">", string(text))
		require.Equal(t, []string{"POST /other/path?q [1 2]"}, api.notes())

		status, whole := s.post(t, "/whole", nil)
		require.Equal(t, `200 [202, {"Set-Cookie": "a=1, b=2"}, "<ping>"]`, fmt.Sprint(status, " ", whole))
	})
}

func TestAResponseOfAnotherPluginMayBeLeftUnread(t *testing.T) {
	withStreamingAPI(t, func(t *testing.T, s *served, api *streamingAPI) {
		status, text := s.post(t, "/abandon", nil)
		require.Equal(t, "200 xxxxx", fmt.Sprint(status, " ", text), "%s", s.log)
		if t.Name() == "TestAResponseOfAnotherPluginMayBeLeftUnread/in_process" {
			<-api.closed // over net/rpc Mattermost's side notices only when it next writes
		}
	})
}
