// Package store keeps what takes long to make in a folder of the user's: compiled code and snapshots, a file each.
//
// What lies there is machine code that will be run, and memory that it will run on, so the folder must be the user's own
// and nobody else's to write.
package store

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	most         = 24                  // files of a kind that are kept: each needs megabytes
	unusedFor    = 30 * 24 * time.Hour // after which files are removed
	abandonedFor = time.Hour           // after which what was never finished is
	unfinished   = "unfinished-"       // how the names of such files begin
)

// Dir is such a folder.
type Dir struct{ path string }

// DefaultPath is in the user's cache folder.
func DefaultPath() (string, error) {
	user, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(user, "mmpy", "compiled"), nil
}

// Open makes the folder, or checks that it is safe to use, and removes what was not used for long.
func Open(path string) (*Dir, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, err
	}
	if err := private(path); err != nil {
		return nil, err
	}
	d := &Dir{path}
	d.prune(time.Now())
	return d, nil
}

// Path is where the folder is.
func (d *Dir) Path() string { return d.path }

// File is where a file of that name lies, or would lie. It counts as used now.
func (d *Dir) File(name string) string {
	path := filepath.Join(d.path, name)
	now := time.Now()
	_ = os.Chtimes(path, now, now)
	return path
}

// Put makes a file, which has its name only when it is whole; until then other processes see the one before.
func (d *Dir) Put(name string, write func(*os.File) error) (err error) {
	file, err := os.CreateTemp(d.path, unfinished)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = file.Close()
			_ = os.Remove(file.Name())
		}
	}()
	if err := write(file); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	return os.Rename(file.Name(), filepath.Join(d.path, name))
}

// private says why the folder is not the user's own, if so. A folder that others may only read is closed to them.
func private(dir string) error {
	info, err := os.Lstat(dir)
	switch {
	case err != nil:
		return err
	case info.Mode()&fs.ModeSymlink != 0:
		return fmt.Errorf("%s is a symbolic link", dir)
	case !info.IsDir():
		return fmt.Errorf("%s is no folder", dir)
	case !ownedByUser(info):
		return fmt.Errorf("%s belongs to another user", dir)
	case writableByOthers(info):
		return fmt.Errorf("%s can be written by other users: run chmod 700, after a look at who has been there", dir)
	case info.Mode().Perm()&0o077 != 0:
		return os.Chmod(dir, 0o700)
	}
	return nil
}

// prune removes what was not used for long, such as what belongs to older releases, and what is more than most.
func (d *Dir) prune(now time.Time) {
	entries, _ := os.ReadDir(d.path)
	used := map[string][]fs.FileInfo{} // by the name's ending
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			continue
		}
		limit := unusedFor
		if strings.HasPrefix(info.Name(), unfinished) {
			limit = abandonedFor
		} else {
			used[filepath.Ext(info.Name())] = append(used[filepath.Ext(info.Name())], info)
		}
		if now.Sub(info.ModTime()) > limit {
			_ = os.RemoveAll(filepath.Join(d.path, info.Name()))
		}
	}
	for _, infos := range used {
		slices.SortFunc(infos, func(a, b fs.FileInfo) int { return b.ModTime().Compare(a.ModTime()) })
		for _, info := range infos[min(most, len(infos)):] {
			_ = os.RemoveAll(filepath.Join(d.path, info.Name()))
		}
	}
}
