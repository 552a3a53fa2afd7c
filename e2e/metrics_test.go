package e2e

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// metrics are what the server's metrics listener says of a plugin, by name and labels as Prometheus writes them:
// `mmpy_hook_calls_total{hook="OnActivate"}`. What has not happened yet is 0.
func metrics(t *testing.T, plugin string) map[string]float64 {
	t.Helper()
	request, err := http.NewRequestWithContext(testContext(t), http.MethodGet, server.MetricsURL()+"/plugins/"+plugin+"/metrics", nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode, "%s", text)
	values := make(map[string]float64)
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		at := strings.LastIndex(line, " ")
		require.Positive(t, at, "a line of the metrics: %q", line)
		value, err := strconv.ParseFloat(strings.TrimSpace(line[at:]), 64)
		require.NoError(t, err)
		values[line[:at]] = value
	}
	return values
}

func TestTheMetricsOfAPluginAreOnTheServersListener(t *testing.T) {
	channel := newChannel(t) // which has posts of its own: who has joined
	id := install(t, "testdata/plugins/countdown")
	enableRunning(t, id)
	_, err := post(t, channel, "before 3")
	require.NoError(t, err)

	m := metrics(t, id)
	require.EqualValues(t, 4, m[`mmpy_hook_calls_total{hook="MessageWillBePosted"}`], "the post and the three that it caused")
	require.EqualValues(t, 4, m[`mmpy_hook_duration_seconds_count{hook="MessageWillBePosted"}`])
	require.EqualValues(t, 3, m[`mmpy_api_calls_total{method="CreatePost"}`])
	require.EqualValues(t, 4, m["mmpy_nesting_depth_max"], "the hooks ran on top of each other")
	require.EqualValues(t, 1, m["mmpy_instances"])
	require.Zero(t, m["mmpy_queue_length"])
	require.Greater(t, m["mmpy_memory_bytes"], 1e6)
	require.Greater(t, m["mmpy_ticks_total"], 0.0)
}
