package parity

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/server"
	"github.com/mmpy/mmpy/server/internal/byname"
	"github.com/mmpy/mmpy/wasmhost"
)

// A driver is a Python plugin that does with the SDK what it is asked for: testdata/driver.
type driver struct {
	commands
	setAPI func(plugin.API)

	mu      sync.Mutex
	records []server.Record // of its API calls, where it is in this process
}

// inProcess is the driver that all tests share, in this process.
var inProcess = sync.OnceValues(func() (*driver, error) {
	ctx := context.Background()
	runtime, err := wasmhost.NewRuntime(ctx, wasmhost.NewRuntimeConfig())
	if err != nil {
		return nil, err
	}
	bundle, err := server.Open("testdata/driver")
	if err != nil {
		return nil, err
	}
	d := &driver{}
	p, err := server.New(ctx, server.Config{
		Bundle: bundle, Runtime: runtime, Logger: slog.New(slog.NewTextHandler(os.Stderr, nil)),
		HookTimeout: 2 * time.Minute,
		Trace: func(record server.Record) {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.records = append(d.records, record)
		},
	})
	if err != nil {
		return nil, err
	}
	d.commands, d.setAPI = p, p.SetAPI
	return d, nil
})

func theDriver(t *testing.T) *driver {
	t.Helper()
	if testing.Short() {
		t.Skip("starts the interpreter")
	}
	d, err := inProcess()
	require.NoError(t, err)
	return d
}

// do lets the driver do something; answer is where its answer goes. It gives the records of the API calls meanwhile.
func (d *driver) do(t *testing.T, request map[string]any, answer any) []server.Record {
	t.Helper()
	d.mu.Lock()
	d.records = nil
	d.mu.Unlock()
	d.ask(t, request, answer)
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.records
}

func (d *driver) ask(t require.TestingT, request map[string]any, answer any) {
	command, err := json.Marshal(request)
	require.NoError(t, err)
	response, appErr := d.ExecuteCommand(&plugin.Context{}, &model.CommandArgs{Command: string(command)})
	if appErr != nil {
		require.Fail(t, appErr.DetailedError)
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(response.Text)))
	decoder.UseNumber()
	require.NoError(t, decoder.Decode(answer), "%.200s", response.Text)
}

// A called is what the driver tells of a call.
type called struct {
	Given    map[string]any `json:"given"`
	Returned byname.Told    `json:"returned"`
	Raised   *raised        `json:"raised"`
}

// A raised is what the driver tells of an exception.
type raised struct {
	Class      string         `json:"class"`
	Text       string         `json:"text"`
	Attributes map[string]any `json:"attributes"`
}

// commands is how a driver is asked.
type commands interface {
	ExecuteCommand(*plugin.Context, *model.CommandArgs) (*model.CommandResponse, *model.AppError)
}

// A surface is what the SDK has: the signatures of the clients' methods, by name, and the hooks.
type surface struct {
	Sync, Async map[string]string
	Hooks       []string
}
