package parity

import (
	"maps"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/mattermost/mattermost/server/public/shared/mlog"
	"github.com/stretchr/testify/require"

	packed "github.com/mmpy/mmpy/internal/bundle"
	"github.com/mmpy/mmpy/internal/manifest"
	"github.com/mmpy/mmpy/server"
	"github.com/mmpy/mmpy/server/internal/byname"
)

// TestMain makes the test binary the executable of the driver, too.
func TestMain(m *testing.M) {
	if server.StartedByMattermost() {
		server.Main()
		return
	}
	os.Exit(m.Run())
}

// inEnvironment starts the driver as a plugin in Mattermost's own plugin environment, in a process of its own.
func inEnvironment(t *testing.T, api plugin.API) *driver {
	t.Helper()
	dir := t.TempDir()
	id := install(t, dir)
	log := &lockedLog{}
	logger, err := mlog.NewLogger()
	require.NoError(t, err)
	require.NoError(t, mlog.AddWriterTarget(logger, log, false, mlog.StdAll...))
	env, err := plugin.NewEnvironment(func(*model.Manifest) plugin.API { return api }, nil, dir, t.TempDir(), logger, nil)
	require.NoError(t, err)
	t.Cleanup(func() {
		env.Shutdown()
		require.NotContains(t, log.String(), "DATA RACE", "in the plugin's process")
		require.NoError(t, logger.Shutdown())
		if t.Failed() {
			t.Log(log.String())
		}
	})
	_, activated, err := env.Activate(id)
	require.NoError(t, err, "%s", log)
	require.True(t, activated)
	hooks, err := env.HooksForPlugin(id)
	require.NoError(t, err)
	return &driver{commands: hooks}
}

// install puts the driver where Mattermost would unpack it. The executable is this test.
func install(t *testing.T, dir string) (id string) {
	t.Helper()
	source := os.DirFS("testdata/driver")
	read, err := manifest.Read("testdata/driver", source)
	require.NoError(t, err)
	id = read.Model.Id
	require.NoError(t, os.CopyFS(filepath.Join(dir, id), source))
	executable := "server/dist/driver"
	rewritten, err := read.Packed(runtime.GOOS+"-"+runtime.GOARCH, executable)
	require.NoError(t, err)
	for name, content := range map[string][]byte{manifest.Name: rewritten, packed.HooksName: []byte(`["ExecuteCommand"]`)} {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, id, path.Dir(name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, id, filepath.FromSlash(name)), content, 0o644))
	}
	itself, err := os.Executable()
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Join(dir, id, path.Dir(executable)), 0o755))
	require.NoError(t, os.Link(itself, filepath.Join(dir, id, filepath.FromSlash(executable))))
	return id
}

// lockedLog is the log of the server and the plugin.
type lockedLog struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lockedLog) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(text)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// roundedByMattermost are the methods whose great integers do not get through net/rpc, from and to Go plugins either.
var roundedByMattermost = map[string]string{
	"LoadPluginConfiguration": "the settings are decoded into an any, and encoded again",
	"LogAuditRec":             "the record is made fit for gob by way of JSON",
	"LogAuditRecWithLevel":    "the same",
}

// notEncoded are the methods whose plain errors Mattermost does not make fit for gob: one ends its connection to the plugin.
var notEncoded = map[string]bool{"UploadData": true}

// errorsOnlyLogged is the method whose errors Mattermost's client writes to the log, and gives nobody.
const errorsOnlyLogged = "LoadPluginConfiguration"

// TestEveryMethodThroughMattermostsPluginEnvironment makes the calls that the tests in this process make, with two
// connections of net/rpc between Mattermost and the plugin: Python gets the same results and exceptions.
func TestEveryMethodThroughMattermostsPluginEnvironment(t *testing.T) {
	here := theDriver(t)
	pythons, _ := pythonNames(t, here, "sync")
	remote := newRecording()
	there := inEnvironment(t, remote)
	calls := 0
	for _, method := range methods() {
		t.Run(method.Name, func(t *testing.T) {
			require.NotEmpty(t, pythons[method.Name], "%s has no Python method", method.Name)
			python := pythons[method.Name][0]
			local := newRecording()
			local.answer(method, filledResults(method, &byname.Filler{}))
			remote.answer(method, filledResults(method, &byname.Filler{}))
			here.setAPI(local)
			request := how(python, method.Name, 1)
			if _, ok := roundedByMattermost[method.Name]; ok {
				delete(request, "narrow") // small numbers
			}
			request["do"], request["client"] = "call", "sync"
			var want, got called
			records := here.do(t, maps.Clone(request), &want)
			require.Len(t, records, 1)
			there.do(t, request, &got)
			require.Equal(t, want.Given, got.Given)
			require.Equal(t, want.Raised, got.Raised)
			require.Equal(t, byname.Canonical(want.Returned), byname.Canonical(got.Returned))
			calls++
			c := compare(method, python, remote, records[0], got, &byname.Names{Places: places})
			require.Empty(t, c.Differences, strings.Join(c.Differences, "\n"))

			expected := outcomes(method, true)
			if method.Name == errorsOnlyLogged {
				expected = nil
			}
			for _, outcome := range expected {
				remote.answer(method, outcome.results)
			}
			var failed []called
			there.do(t, again("sync", python, len(expected)), &failed)
			for i, outcome := range expected {
				outcome.check(t, failed[i])
			}
			calls += len(expected)
		})
	}
	t.Logf("%d calls of %d methods", calls, len(methods()))
}
