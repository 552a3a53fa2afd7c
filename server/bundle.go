package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	packed "github.com/mmpy/mmpy/internal/bundle"
	"github.com/mmpy/mmpy/internal/manifest"
)

// A Bundle is a plugin's folder: a source tree or an unpacked Mattermost bundle. Its files are read as they are asked
// for, and only from inside the folder: a link that leads out of it is an error.
type Bundle struct {
	dir      string
	root     *os.Root
	manifest *manifest.Manifest
	list     []string        // of the author's files, sorted
	visible  map[string]bool // these, and the folders around them
	hooks    []string        // as packed, sorted; nil where the bundle has no list
}

// Open opens the bundle in the folder dir and checks its manifest and its files. A mistake in the manifest is a *manifest.Error; a
// file that cannot be in a bundle, be it a link or one that would take the place of a module of Python's, is refused.
func Open(dir string) (*Bundle, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open plugin: %w", err)
	}
	bundle := &Bundle{dir: dir, root: root}
	if bundle.manifest, bundle.list, err = packed.Read(dir, root.FS()); err == nil {
		bundle.visible = withFolders(bundle.list)
		bundle.hooks, err = bundle.readHooks()
	}
	if err != nil {
		_ = root.Close()
		return nil, err
	}
	return bundle, nil
}

func (b *Bundle) readHooks() ([]string, error) {
	encoded, err := packed.ReadFile(b.dir, b.Files(), packed.HooksName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the list of hooks: %w", err)
	}
	hooks := []string{}
	if err := json.Unmarshal(encoded, &hooks); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(b.dir, filepath.FromSlash(packed.HooksName)), err)
	}
	slices.Sort(hooks)
	return hooks, nil
}

// Close gives up the folder. A plugin made from the bundle can read no more files then.
func (b *Bundle) Close() error { return b.root.Close() }

// Manifest is the plugin's manifest, which must not be changed.
func (b *Bundle) Manifest() *manifest.Manifest { return b.manifest }

// ID is the plugin's id.
func (b *Bundle) ID() string { return b.manifest.Model.Id }

// Name is what the plugin is called by people.
func (b *Bundle) Name() string { return b.manifest.Model.Name }

// Files are the files in the folder.
func (b *Bundle) Files() fs.FS { return b.root.FS() }

// path is where a file of mmpy's own in a bundle is; "" where there is none.
func (b *Bundle) path(name string) string {
	if b.root == nil { // it was never opened
		return ""
	}
	if info, err := b.root.Lstat(name); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	return filepath.Join(b.dir, filepath.FromSlash(name))
}

// Hooks lists the hooks that the plugin defined when it was packed, sorted; nil where the bundle was not packed.
func (b *Bundle) Hooks() []string { return slices.Clone(b.hooks) }
