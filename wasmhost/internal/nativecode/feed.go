package nativecode

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/tetratelabs/wazero"
)

// Feed is a cache folder of wazero's that holds nothing, until it is offered something. The folder is there only while
// wazero uses it: a process may end at any time, and nobody would remove what it leaves.
type Feed struct {
	path  string // of the folder
	inner string // of wazero's folder in it
	maker string // the name of that: wazero's version, and the platform
	last  string // what take has taken
	cache wazero.CompilationCache
	stays bool // until Close: it lies where other users could put another one in its place
}

// NewFeed makes a feed whose folder lies in dir; "" is where temporary files lie. One wazero.Runtime uses it, for one
// module at a time.
func NewFeed(dir string) (_ *Feed, err error) {
	f := &Feed{stays: dir == ""}
	if f.path, err = os.MkdirTemp(dir, "unfinished-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(f.path)
		}
	}()
	if f.cache, err = wazero.NewCompilationCacheWithDir(f.path); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(f.path)
	if err == nil && len(entries) != 1 {
		err = fmt.Errorf("wazero has made %d folders in its cache and not one", len(entries))
	}
	if err != nil {
		return nil, err
	}
	f.maker = entries[0].Name()
	f.inner = filepath.Join(f.path, f.maker)
	f.end()
	return f, nil
}

// Cache is what the wazero.Runtime has to be made with.
func (f *Feed) Cache() wazero.CompilationCache { return f.cache }

// Maker names the version of wazero and the platform.
func (f *Feed) Maker() string { return f.maker }

// Close removes the folder.
func (f *Feed) Close() error { return os.RemoveAll(f.path) }

// begin makes the folder, for wazero to use.
func (f *Feed) begin() error {
	if f.stays {
		return nil
	}
	return os.MkdirAll(f.inner, 0o700)
}

// end removes the folder, and what was taken.
func (f *Feed) end() {
	if f.stays {
		return
	}
	f.last = ""
	_ = os.RemoveAll(f.path) // what then remains is removed as anything unfinished is
}

// take takes away the entry that wazero has written, and gives its name: "" when it has written none.
func (f *Feed) take() (string, error) {
	if f.last != "" {
		_ = os.Remove(f.taken())
		f.last = ""
	}
	entries, err := os.ReadDir(f.inner)
	if err != nil || len(entries) == 0 {
		return "", err
	}
	if len(entries) > 1 {
		return "", fmt.Errorf("wazero has made %d entries in its cache and not one", len(entries))
	}
	f.last = entries[0].Name()
	return f.last, os.Rename(filepath.Join(f.inner, f.last), f.taken())
}

// taken is where the entry lies that was taken last. It stays in its folder, where wazero does not look for that name: a
// process that the first version of Landlock confines can move nothing to another folder.
func (f *Feed) taken() string { return filepath.Join(f.inner, "taken-"+f.last) }

// offerFile offers an entry as an ordinary file.
func (f *Feed) offerFile(name string, entry io.Reader) (stop func() error, err error) {
	path := filepath.Join(f.inner, name)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(file, entry)
	if err := errors.Join(err, file.Close()); err != nil {
		return nil, errors.Join(err, os.Remove(path))
	}
	return func() error { return os.Remove(path) }, nil
}
