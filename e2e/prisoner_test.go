package e2e

import (
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// prisoner builds the tests of mmpy's own package server, which are also a plugin's executable: one whose process, when the
// plugin asks for the server's version, tries natively what a plugin could that had broken out of WebAssembly. What became
// of each attempt it keeps in the plugin's key-value store.
func prisoner(t *testing.T) []byte {
	t.Helper()
	program := filepath.Join(t.TempDir(), "prisoner")
	build := exec.Command("go", "test", "-c", "-trimpath", "-ldflags=-s -w", "-o", program, "./server")
	build.Dir = ".."
	output, err := build.CombinedOutput()
	require.NoError(t, err, "%s", output)
	content, err := os.ReadFile(program)
	require.NoError(t, err)
	return content
}

// TestAPluginThatBreaksOutOfWebAssemblyFindsALockedRoom has native code run in a plugin's process, with the walls and
// without them, which shows that it is the walls that keep it in.
func TestAPluginThatBreaksOutOfWebAssemblyFindsALockedRoom(t *testing.T) {
	showLog(t)
	manifest, bundle := pack(t, edited(t, "testdata/plugins/curious", "org.mmpy.prisoner", nil))
	executable := path.Join(manifest.Id, "server/dist/plugin-"+runtime.GOOS+"-"+runtime.GOARCH)
	upload(t, manifest.Id, withChanged(t, bundle, executable, func([]byte) []byte { return prisoner(t) }))

	var addresses []string
	for range 2 {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		t.Cleanup(func() { _ = listener.Close() })
		addresses = append(addresses, listener.Addr().String())
	}
	dir, err := os.MkdirTemp("", "s") // a socket's path is short
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket, err := net.Listen("unix", filepath.Join(dir, "socket"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = socket.Close() })
	addresses = append(addresses, socket.Addr().String())

	// outcomes are what became of the attempts, in a server where the second wall is in that mode.
	outcomes := func(t *testing.T, mode string) map[string]string {
		t.Helper()
		restartWith(t, "MMPY_CONFINE="+mode, "MMPY_TEST_ESCAPE="+strings.Join(addresses, " "))
		enableRunning(t, manifest.Id)
		require.NotEmpty(t, ask[answer](t, newChannel(t), "/curious version").Came)
		text, err := server.SQL(testContext(t), `SELECT json_object_agg(pkey, convert_from(pvalue, 'UTF8'))
			FROM pluginkeyvaluestore WHERE pluginid = '`+manifest.Id+`'`)
		require.NoError(t, err)
		var outcomes map[string]string
		require.NoError(t, json.Unmarshal([]byte(text), &outcomes), "%s", text)
		disable(t, manifest.Id)
		return outcomes
	}
	// These are files and sockets, natively tried; the rest is only tried behind walls.
	harmless := []string{
		"read /etc/passwd", "read its environment", "list the root", "write to /tmp", "write to its bundle", "run a program",
		"connect to a host", "connect to a socket", "speak UDP", "listen", "make a pair of sockets",
	}
	t.Run("without the second wall it could do much", func(t *testing.T) {
		got := outcomes(t, "off")
		for _, attempt := range harmless {
			require.Equal(t, "worked", got[attempt], attempt)
		}
	})
	t.Run("behind it, nothing", func(t *testing.T) {
		from := server.Log.Len()
		got := outcomes(t, "require")
		for _, attempt := range append(harmless, "read the server's", "trace the server", "read the server's memory") {
			require.Contains(t, got, attempt)
		}
		for attempt, outcome := range got {
			require.Regexp(t, "permission denied|operation not permitted|function not implemented", outcome, attempt)
		}
		t.Logf("%d attempts, none of which worked", len(got))
		waitSaid(t, from, manifest.Id, "the plugin's process is confined", "seccomp", "landlock")
	})
}
