package e2e

import (
	"fmt"
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// The plugin's process is confined, and has nothing of the server's environment, in which the database's password is.
func TestThePluginsProcessIsConfinedAndKnowsNoPassword(t *testing.T) {
	const dataSource = "MM_SQLSETTINGS_DATASOURCE="
	ofServer, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", server.PID()))
	require.NoError(t, err)
	require.Contains(t, string(ofServer), dataSource)

	from := server.Log.Len()
	id := install(t, "testdata/plugins/mishaps")
	enableRunning(t, id)
	process := pluginProcess(t, id)
	environment, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", process))
	if !os.IsPermission(err) { // to the server's own user it is closed altogether
		require.NoError(t, err)
		require.Contains(t, string(environment), "MATTERMOST_PLUGIN=")
		require.NotContains(t, string(environment), "MM_")
		require.NotContains(t, string(environment), "postgres")
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", process))
	require.NoError(t, err)
	require.Regexp(t, regexp.MustCompile(`(?m)^NoNewPrivs:\s1$`), string(status))
	require.Regexp(t, regexp.MustCompile(`(?m)^Seccomp:\s2$`), string(status))

	said := waitSaid(t, from, id, "the plugin's process is confined")
	require.Contains(t, said.String(), "environment")
}
