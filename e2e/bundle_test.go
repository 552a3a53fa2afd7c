package e2e

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

// bundles are packed ahead of the tests that need them: packing takes a processor, the tests mostly wait for the server.
type bundles struct {
	dir   string // where they lie
	ahead context.CancelFunc
	idle  sync.WaitGroup

	mu   sync.Mutex
	ones map[string]*bundle // by the plugin's folder
}

// bundle is one that is packed or being packed.
type bundle struct {
	packed chan struct{}
	path   string
	err    error
}

// packAhead packs all plugins in the background, unless only some of the tests are to run.
func packAhead(dir string) *bundles {
	ctx, cancel := context.WithCancel(context.Background())
	b := &bundles{dir: dir, ahead: cancel, ones: make(map[string]*bundle)}
	if flag.Lookup("test.run").Value.String() != "" {
		return b
	}
	b.idle.Go(func() {
		folders, _ := filepath.Glob("testdata/plugins/*") // fails only for a malformed pattern
		for _, folder := range folders {
			if ctx.Err() == nil {
				b.pack(folder)
			}
		}
	})
	return b
}

// close ends the packing ahead.
func (b *bundles) close() {
	b.ahead()
	b.idle.Wait()
}

// pack packs the plugin in that folder, or waits for who does.
func (b *bundles) pack(folder string) *bundle {
	b.mu.Lock()
	one, begun := b.ones[folder]
	if !begun {
		one = &bundle{packed: make(chan struct{}), path: filepath.Join(b.dir, filepath.Base(folder)+".tar.gz")}
		b.ones[folder] = one
	}
	b.mu.Unlock()
	if begun {
		<-one.packed
		return one
	}
	defer close(one.packed)
	if output, err := exec.Command(mmpy, "pack", folder, "-o", one.path).CombinedOutput(); err != nil {
		one.err = fmt.Errorf("mmpy pack %s: %w\n%s", folder, err, output)
	}
	return one
}

// drop removes a packed bundle.
func (b *bundles) drop(folder string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.ones[folder]
	delete(b.ones, folder)
	return os.Remove(one.path)
}

// pack packs the plugin in the folder with mmpy. It returns the plugin's manifest and the path of the bundle, which is
// there until the end of the test.
func pack(t *testing.T, folder string) (*model.Manifest, string) {
	t.Helper()
	one := packed.pack(folder)
	require.NoError(t, one.err)
	t.Cleanup(func() { require.NoError(t, packed.drop(folder)) })
	return readManifest(t, folder), one.path
}

// readManifest reads the manifest of the plugin in the folder.
func readManifest(t *testing.T, folder string) *model.Manifest {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "plugin.json"))
	require.NoError(t, err)
	var manifest model.Manifest
	require.NoError(t, json.Unmarshal(text, &manifest))
	return &manifest
}
