package e2e

import (
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/e2e/site"
)

func TestAPluginThatRaisesInOnActivateIsReportedAsFailed(t *testing.T) {
	id := install(t, "testdata/plugins/refuses_to_start")
	from := server.Log.Len()

	status := enable(t, id)
	require.Equal(t, model.PluginStateFailedToStart, status.State)
	require.Contains(t, status.Error, "no licence for the coffee machine")

	_, err := server.Log.Wait(testContext(t), from, func(e site.Entry) bool {
		return e.Level == "error" && e.Contains(id) && e.Contains("no licence for the coffee machine")
	})
	require.NoError(t, err, "the reason stands in the server's log, as an error that names the plugin")
	_, err = server.Log.Wait(testContext(t), from, func(e site.Entry) bool { return e.Contains("plugin.py") && e.Contains("in activate") })
	require.NoError(t, err, "the traceback stands in the server's log")
	_, err = server.Log.Wait(testContext(t), from, func(e site.Entry) bool {
		return e.Level == "warn" && e.Contains("about to look for the licence")
	})
	require.NoError(t, err, "what the plugin logs keeps its level")
}
