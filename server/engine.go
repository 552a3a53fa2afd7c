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
	Stats() wasmhost.Stats
	Retired() <-chan struct{} // closed when it takes no more calls
	Err() error               // why, unless it was closed
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
	config, err := programConfig(bundle, hookTimeout)
	if err != nil {
		return nil, err
	}
	program, err := runtime.NewProgram(config)
	if err != nil {
		return nil, err
	}
	return &interpreter{program}, nil
}

// programConfig describes the plugin to the interpreter.
func programConfig(bundle *Bundle, hookTimeout time.Duration) (wasmhost.ProgramConfig, error) {
	settings, err := json.Marshal(guestSettings{
		Path:        path.Join("/plugin", bundle.manifest.Entry),
		PluginID:    bundle.ID(),
		HookTimeout: hookTimeout.Seconds(),
		LogLevel:    "INFO",
	})
	if err != nil {
		return wasmhost.ProgramConfig{}, fmt.Errorf("describe the plugin to the guest: %w", err)
	}
	return wasmhost.ProgramConfig{
		Files:      bundle.program(),
		Libraries:  map[string]fs.FS{"mmpy": python.Files()},
		Entry:      guestModule,
		Argument:   string(settings),
		Snapshot:   bundle.path(packed.SnapshotName),
		NoSnapshot: bundle.manifest.NoSnapshot,
	}, nil
}

func (i *interpreter) instantiate(ctx context.Context, config wasmhost.InstanceConfig) (instance, error) {
	started, err := i.program.Instantiate(ctx, config)
	if err != nil {
		return nil, err // and not started, which is no nil instance
	}
	return started, nil
}
