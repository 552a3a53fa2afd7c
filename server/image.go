package server

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/wasmhost"
)

// An Image is what a plugin is in memory when it has been loaded, and before it is activated.
type Image struct {
	*wasmhost.Image
	Hooks   []string // that the plugin defines, sorted
	Modules Modules
}

// Modules are the names of the Python modules that are there, sorted, by where they come from.
type Modules struct {
	Python, SDK, Plugin []string
}

// MakeImage loads the plugin of a bundle anew, whatever snapshot of it lies in the bundle or in the cache, and writes the
// snapshot into file. An error is why the plugin cannot be loaded.
func MakeImage(ctx context.Context, bundle *Bundle, runtime *wasmhost.Runtime, file *os.File) (*Image, error) {
	config, err := programConfig(bundle, DefaultHookTimeout)
	if err != nil {
		return nil, err
	}
	program, err := runtime.NewProgram(config)
	if err != nil {
		return nil, err
	}
	image := &Image{}
	if image.Image, err = program.MakeSnapshot(ctx, file); err != nil {
		return nil, err
	}
	var implemented pb.ImplementedResponse
	if err := proto.Unmarshal(image.Loaded, &implemented); err != nil {
		return nil, fmt.Errorf("read the plugin's hooks: %w", err)
	}
	image.Hooks = slices.Sorted(slices.Values(implemented.GetHooks()))
	image.Modules, err = listModules(ctx, config, runtime)
	return image, err
}

//go:embed mmpy_modules.py
var modulesFiles embed.FS

// listModules loads the plugin once more, in a program that tells which modules it has.
func listModules(ctx context.Context, config wasmhost.ProgramConfig, runtime *wasmhost.Runtime) (Modules, error) {
	const own = "mmpy_modules"
	config.Entry, config.NoSnapshot = own, true
	config.Libraries = maps.Clone(config.Libraries)
	config.Libraries["modules"] = modulesFiles
	program, err := runtime.NewProgram(config)
	if err != nil {
		return Modules{}, err
	}
	i, err := program.Instantiate(ctx, wasmhost.InstanceConfig{})
	if err != nil {
		return Modules{}, err
	}
	defer i.Close(context.WithoutCancel(ctx))
	files := map[string]string{}
	if err := json.Unmarshal(i.Loaded(), &files); err != nil {
		return Modules{}, fmt.Errorf("list the plugin's modules: %w", err)
	}
	delete(files, own)
	delete(files, "__main__") // the plugin's main file
	var m Modules
	for _, name := range slices.Sorted(maps.Keys(files)) {
		switch file := files[name]; {
		case strings.HasPrefix(file, "/plugin/"):
			m.Plugin = append(m.Plugin, name)
		case strings.HasPrefix(file, "/lib/mmpy/"):
			m.SDK = append(m.SDK, name)
		default:
			m.Python = append(m.Python, name)
		}
	}
	return m, nil
}
