package server

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"time"

	packed "github.com/mmpy/mmpy/internal/bundle"
	"github.com/mmpy/mmpy/python"
	"github.com/mmpy/mmpy/wasmhost"
)

// instance is the engine's instance of the plugin, as far as the adapter uses it.
type instance interface {
	Loaded() []byte
	Hook(ctx context.Context, id uint32, request []byte) ([]byte, error)
	Close(ctx context.Context) error
}

// engine starts instances of one plugin.
type engine interface {
	instantiate(ctx context.Context, config wasmhost.InstanceConfig) (instance, error)
}

// interpreter is the engine that runs Python.
type interpreter struct{ program *wasmhost.Program }

// guestModule is the module of the SDK that the guest starts with.
const guestModule = "mattermost_plugin._internal.guest"

// guestSettings is what the guest's module is told, as JSON.
type guestSettings struct {
	Path        string  `json:"path"` // of the plugin's Python file
	PluginID    string  `json:"plugin_id"`
	HookTimeout float64 `json:"hook_timeout"` // in seconds
	LogLevel    string  `json:"log_level"`    // a level of Python's logging
}

func newInterpreter(runtime *wasmhost.Runtime, bundle *Bundle, hookTimeout time.Duration) (*interpreter, error) {
	settings, err := json.Marshal(guestSettings{
		Path:        path.Join("/plugin", bundle.manifest.Entry),
		PluginID:    bundle.ID(),
		HookTimeout: hookTimeout.Seconds(),
		LogLevel:    "INFO",
	})
	if err != nil {
		return nil, fmt.Errorf("describe the plugin to the guest: %w", err)
	}
	program, err := runtime.NewProgram(wasmhost.ProgramConfig{
		Files:      bundle.program(),
		Libraries:  map[string]fs.FS{"mmpy": python.Files()},
		Entry:      guestModule,
		Argument:   string(settings),
		Snapshot:   bundle.path(packed.SnapshotName),
		NoSnapshot: bundle.manifest.NoSnapshot,
	})
	if err != nil {
		return nil, err
	}
	return &interpreter{program}, nil
}

func (i *interpreter) instantiate(ctx context.Context, config wasmhost.InstanceConfig) (instance, error) {
	started, err := i.program.Instantiate(ctx, config)
	if err != nil {
		return nil, err // and not started, which is no nil instance
	}
	return started, nil
}
