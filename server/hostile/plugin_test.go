package hostile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/mmpy/mmpy/internal/memserver"
	"github.com/mmpy/mmpy/server"
	"github.com/mmpy/mmpy/wasmhost"
)

// interpreter is shared by all plugins of the tests.
var interpreter = sync.OnceValues(func() (*wasmhost.Runtime, error) {
	return wasmhost.NewRuntime(context.Background(), wasmhost.NewRuntimeConfig().WithLogger(slog.New(slog.DiscardHandler)))
})

func TestMain(m *testing.M) {
	code := m.Run()
	if err := closed(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// closed ends what all tests share; the error is also that something goes on then.
func closed() error {
	var failures []error
	if n, err := neighbour(); err == nil {
		failures = append(failures, n.Close(context.Background()))
	}
	if r, err := interpreter(); err == nil {
		failures = append(failures, r.Close(context.Background()))
	}
	return errors.Join(append(failures, goleak.Find())...)
}

// text is a log that goroutines write to.
type text struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (l *text) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buffer.Write(line)
}

func (l *text) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buffer.String()
}

// mattermost is one with plugins.
type mattermost struct {
	*memserver.Server
	log     *text
	wrapped func(plugin.API) plugin.API // what plugins are given in place of its API; nil: that itself
}

func newMattermost() *mattermost {
	m := &mattermost{log: &text{}}
	m.Server = memserver.New(memserver.Config{Logger: slog.New(slog.NewTextHandler(m.log, nil))})
	return m
}

// load loads a plugin; it is not activated yet.
func (m *mattermost) load(t *testing.T, id, source string, config server.Config) *server.Plugin {
	t.Helper()
	p, err := m.tryToLoad(t, id, source, config)
	require.NoError(t, err)
	return p
}

func (m *mattermost) tryToLoad(t *testing.T, id, source string, config server.Config) (*server.Plugin, error) {
	t.Helper()
	return m.tryToLoadAsking(t, id, "{}", source, config)
}

// tryToLoadAsking is tryToLoad for a plugin whose manifest has that as server.python.
func (m *mattermost) tryToLoadAsking(t *testing.T, id, asks, source string, config server.Config) (*server.Plugin, error) {
	t.Helper()
	dir := t.TempDir()
	manifest := fmt.Sprintf(`{"id": %q, "name": "Hostile", "version": "0.1.0",
		"server": {"runtime": "python", "executable": "plugin.py", "python": %s}}`, id, asks)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "plugin.json"), []byte(manifest), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "plugin.py"), []byte(source), 0o600))
	bundle, err := server.Open(dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, bundle.Close()) })
	api := m.Plugin(bundle.Manifest().Model)
	config.Bundle, config.API = bundle, api
	if m.wrapped != nil {
		config.API = m.wrapped(api)
	}
	if config.Runtime == nil {
		config.Runtime, err = interpreter()
		require.NoError(t, err)
	}
	starting, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	p, err := server.New(starting, config)
	if err == nil {
		api.Attach(p)
		t.Cleanup(func() { require.NoError(t, p.Close(context.Background())) })
	}
	return p, err
}

// run loads a plugin and activates it.
func (m *mattermost) run(t *testing.T, id, source string, config server.Config) *server.Plugin {
	t.Helper()
	p := m.load(t, id, source, config)
	require.NoError(t, p.OnConfigurationChange())
	require.NoError(t, p.OnActivate())
	return p
}

// post posts as Bob.
func (m *mattermost) post(message string) (*model.Post, *model.AppError) {
	home := m.Home()
	return m.CreatePost(&model.Post{UserId: home.Bob.Id, ChannelId: home.TownSquare.Id, Message: message})
}

// heap is what Go has in memory.
func heap() int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
