package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// An output is one kind of generated files.
type output struct {
	name     string
	generate func(*contract) (files, error)
	owns     []string // patterns, relative to the module's root: a file there that generate does not give is stale
	except   []string // files among those that are written by hand
}

// files are contents by path, relative to the module's root and with slashes.
type files map[string][]byte

// A change is a file that is not what generate gives: new or changed, or stale, then content is nil.
type change struct {
	path    string
	content []byte
}

// String names the file and says what is to be done to it.
func (c change) String() string {
	if c.content == nil {
		return "remove " + c.path
	}
	return "write " + c.path
}

// apply brings the file below root up to date.
func (c change) apply(root string) error {
	path := filepath.Join(root, filepath.FromSlash(c.path))
	if c.content == nil {
		return os.Remove(path)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, c.content, 0o644)
}

// changes compares what was generated with what is there, ordered by path.
func (o output) changes(root string, generated files) ([]change, error) {
	var changes []change
	for _, path := range slices.Sorted(maps.Keys(generated)) {
		if !o.isOwn(path) {
			return nil, fmt.Errorf("%s is none of %q", path, o.owns)
		}
		there, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(path)))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if err != nil || !bytes.Equal(there, generated[path]) {
			changes = append(changes, change{path, generated[path]})
		}
	}
	for _, pattern := range o.owns {
		there, err := fs.Glob(os.DirFS(root), pattern)
		if err != nil {
			return nil, err
		}
		for _, path := range there {
			if _, ok := generated[path]; !ok && o.isOwn(path) {
				changes = append(changes, change{path: path})
			}
		}
	}
	return changes, nil
}

func (o output) isOwn(path string) bool {
	if slices.Contains(o.except, path) {
		return false
	}
	return slices.ContainsFunc(o.owns, func(pattern string) bool {
		ok, err := filepath.Match(pattern, path)
		return ok && err == nil
	})
}
