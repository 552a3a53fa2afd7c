package server

import (
	"compress/gzip"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	prometheus "github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/wasmhost"
)

// scrape gets a plugin's metrics as Prometheus does.
func scrape(t *testing.T, hooks interface {
	ServeMetrics(*plugin.Context, http.ResponseWriter, *http.Request)
}, path string) (status int, families map[string]*dto.MetricFamily) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.Path = path // without /plugins/<id>/metrics
		hooks.ServeMetrics(&plugin.Context{}, w, r)
	}))
	defer server.Close()
	response, err := server.Client().Get(server.URL)
	require.NoError(t, err)
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK || response.Header.Get("Content-Encoding") != "" {
		return response.StatusCode, nil
	}
	require.Equal(t, expfmt.TypeTextPlain, expfmt.ResponseFormat(response.Header).FormatType())
	parser := expfmt.NewTextParser(prometheus.UTF8Validation)
	families, err = parser.TextToMetricFamilies(response.Body)
	require.NoError(t, err)
	return response.StatusCode, families
}

// value is that of the one metric of a family that has these labels.
func value(t *testing.T, families map[string]*dto.MetricFamily, name string, labels ...string) float64 {
	t.Helper()
	require.Contains(t, families, name)
	for _, metric := range families[name].Metric {
		var have []string
		for _, label := range metric.Label {
			have = append(have, label.GetValue())
		}
		if strings.Join(have, " ") == strings.Join(labels, " ") {
			return metric.GetCounter().GetValue() + metric.GetGauge().GetValue() + float64(metric.GetHistogram().GetSampleCount())
		}
	}
	require.Fail(t, "no such metric", "%s %v", name, labels)
	return 0
}

func TestAPluginHasMetricsWithoutDefiningTheHook(t *testing.T) {
	var failure error
	engine := &fakeEngine{script: script{
		"OnActivate": func(i *fakeInstance, _ proto.Message) (proto.Message, error) {
			_ = i.api(abi.KVSet, &pb.KVSetRequest{}) // which logAPI does not have
			return nil, i.api(abi.GetServerVersion, &pb.GetServerVersionRequest{})
		},
		"MessageHasBeenPosted": func(*fakeInstance, proto.Message) (proto.Message, error) { return nil, failure },
		"OnInstall": func(*fakeInstance, proto.Message) (proto.Message, error) {
			return &pb.OnInstallResponse{Error: &pb.AppError{Message: "not here"}}, nil
		},
	}}
	p, api := fake(t, engine)
	require.NoError(t, p.OnActivate())
	post := func(err error) {
		failure = err
		p.MessageHasBeenPosted(nil, &model.Post{})
	}
	post(nil)
	post(raise("ValueError", "no"))
	post(&wasmhost.Error{Code: wasmhost.Overloaded, Op: "hook"})
	post(killed())
	require.Eventually(t, func() bool { return strings.Contains(api.String(), "the plugin was restarted") }, 10*time.Second, time.Millisecond)
	post(nil)
	require.Error(t, p.OnInstall(nil, model.OnInstallEvent{}))
	p.MessageWillBePosted(nil, &model.Post{}) // is not defined, so it is not called

	status, families := scrape(t, p, "")
	require.Equal(t, http.StatusOK, status)
	require.EqualValues(t, 5, value(t, families, "mmpy_hook_calls_total", "MessageHasBeenPosted"))
	require.EqualValues(t, 5, value(t, families, "mmpy_hook_duration_seconds", "MessageHasBeenPosted"))
	for _, kind := range []string{"exception", "overloaded", "killed"} {
		require.EqualValues(t, 1, value(t, families, "mmpy_hook_errors_total", "MessageHasBeenPosted", kind))
	}
	require.EqualValues(t, 1, value(t, families, "mmpy_hook_errors_total", "OnInstall", "app_error"))
	require.EqualValues(t, 2, value(t, families, "mmpy_hook_calls_total", "OnActivate"), "and after the restart")
	require.EqualValues(t, 2, value(t, families, "mmpy_api_calls_total", "GetServerVersion"))
	require.EqualValues(t, 2, value(t, families, "mmpy_api_errors_total", "KVSet", "internal"))
	require.EqualValues(t, 1, value(t, families, "mmpy_restarts_total", "killed"))
	require.EqualValues(t, 1, value(t, families, "mmpy_instances"))
	require.NotContains(t, families["mmpy_hook_calls_total"].String(), "MessageWillBePosted")

	gathered, err := p.Metrics().Gather()
	require.NoError(t, err)
	require.Len(t, gathered, len(families))
	status, _ = scrape(t, p, "/other")
	require.Equal(t, http.StatusNotFound, status)
}

func TestMetricsFollowThoseOfThePlugin(t *testing.T) {
	answer := &pb.ServeHTTPResponse{}
	var failure error
	asked := &pb.ServeHTTPRequest{}
	p, _ := fake(t, &fakeEngine{script: script{"ServeMetrics": func(_ *fakeInstance, request proto.Message) (proto.Message, error) {
		asked = request.(*pb.ServeHTTPRequest)
		return answer, failure
	}}})
	require.NoError(t, p.OnActivate())
	const text = "text/plain; version=0.0.4"
	respond := func(status int32, contentType, body string, more ...string) {
		answer = &pb.ServeHTTPResponse{
			Init:      &pb.ServeHTTPResponseInit{StatusCode: status, Headers: headers(append(more, "Content-Type", contentType)...)},
			BodyChunk: []byte(body),
		}
	}
	for _, body := range []string{"up 1\n", "up 1", "# HELP up x\n# TYPE up gauge\nup 1"} {
		respond(200, text, body, "Content-Length", "5")
		_, families := scrape(t, p, "")
		require.EqualValues(t, 1, families["up"].Metric[0].GetUntyped().GetValue()+families["up"].Metric[0].GetGauge().GetValue())
		require.Contains(t, families, "mmpy_instances")
	}
	for _, header := range asked.Init.Headers {
		require.NotEqual(t, "Accept-Encoding", header.Key)
		if header.Key == "Accept" {
			require.Equal(t, []string{"text/plain; version=0.0.4; charset=utf-8"}, header.Values)
		}
	}

	answer = &pb.ServeHTTPResponse{BodyChunk: []byte("up 1\n")} // as a handler that writes and says nothing else
	_, families := scrape(t, p, "/")
	require.Contains(t, families, "up")
	require.Contains(t, families, "mmpy_instances")

	answer = &pb.ServeHTTPResponse{}
	_, families = scrape(t, p, "/")
	require.Contains(t, families, "mmpy_instances")

	serve := func(method string) *httptest.ResponseRecorder {
		recorder := httptest.NewRecorder()
		p.ServeMetrics(&plugin.Context{}, recorder, httptest.NewRequest(method, "/", nil))
		return recorder
	}
	respond(403, text, "go away\n")
	recorder := serve(http.MethodGet)
	require.Equal(t, 403, recorder.Code)
	require.Equal(t, "go away\n", recorder.Body.String())

	respond(200, "application/openmetrics-text; version=1.0.0", "up 1\n# EOF\n", "Content-Length", "11")
	recorder = serve(http.MethodGet)
	require.Equal(t, "up 1\n# EOF\n", recorder.Body.String(), "nothing may follow")
	require.Equal(t, "11", recorder.Header().Get("Content-Length"))

	var zipped strings.Builder
	zip := gzip.NewWriter(&zipped)
	_, err := zip.Write([]byte("up 1\n"))
	require.NoError(t, errors.Join(err, zip.Close()))
	respond(200, text, zipped.String(), "Content-Encoding", "gzip")
	require.Equal(t, zipped.String(), serve(http.MethodGet).Body.String())

	respond(200, text, "")
	require.Empty(t, serve(http.MethodHead).Body.String())

	failure = raise("ValueError", "no")
	recorder = serve(http.MethodGet)
	require.Equal(t, http.StatusInternalServerError, recorder.Code)
	require.NotContains(t, recorder.Body.String(), "mmpy_")
	gathered, err := p.Metrics().Gather()
	require.NoError(t, err)
	require.NotEmpty(t, gathered)
}

func TestMetricsOfAPythonPlugin(t *testing.T) {
	m := run(t, filter, Config{})
	_, appErr := m.post("hello")
	require.Nil(t, appErr)
	_, families := scrape(t, m.plugin, "")
	require.EqualValues(t, 1, value(t, families, "mmpy_hook_calls_total", "MessageWillBePosted"))
	require.EqualValues(t, 1, value(t, families, "mmpy_api_calls_total", "KVSet"))
	require.EqualValues(t, m.plugin.guests.all()[0].instance.Stats().Memory, value(t, families, "mmpy_memory_bytes"))
	require.Positive(t, value(t, families, "mmpy_ticks_total"), "to start Python takes some")
	require.Zero(t, value(t, families, "mmpy_nesting_depth"))

	before := value(t, families, "mmpy_ticks_total")
	m.plugin.guests.lost(m.plugin.guests.all()[0], killed())
	require.NoError(t, m.plugin.Start(context.Background()))
	_, families = scrape(t, m.plugin, "")
	require.Greater(t, value(t, families, "mmpy_ticks_total"), before, "a counter does not go back")
	require.EqualValues(t, 1, value(t, families, "mmpy_restarts_total", "killed"))
}

func TestMattermostGetsTheMetricsOfAPluginThatDefinesNone(t *testing.T) {
	env := newEnvironment(t)
	id := env.install(t, writeBundle(t, spinner, nil), []string{"MessageWillBePosted"})
	hooks := env.activate(t, id)
	_, appErr := env.post("hello")
	require.Nil(t, appErr)
	status, families := scrape(t, hooks, "")
	require.Equal(t, http.StatusOK, status)
	require.EqualValues(t, 1, value(t, families, "mmpy_hook_calls_total", "MessageWillBePosted"))
}
