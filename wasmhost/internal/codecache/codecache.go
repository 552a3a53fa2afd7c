// Package codecache keeps compiled code on disk, for wazero's own cache to read.
//
// What lies there is machine code that will be run, so the folder must be the user's own and nobody else's to write; and
// wazero fails to compile at all when an entry is damaged. So each entry has a digest beside it, which is compared
// before wazero may see the entry; what does not match is removed, and compiled anew. The digest is against accidents (a
// full disk, a crash, a flipped bit). Against other users it is the folder's owner and mode that protect.
package codecache

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

const (
	digestSuffix = ".sha256"
	unusedFor    = 30 * 24 * time.Hour // after which other modules' entries are removed
	keyLength    = 32
)

// Dir is the folder of one module's compiled code.
type Dir struct {
	path  string
	log   *slog.Logger
	sound int // entries that verify has found sound
}

// DefaultRoot is the cache in the user's cache folder.
func DefaultRoot() (string, error) {
	user, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(user, "mmpy", "compiled"), nil
}

// Open makes root and the folder of the module in it, or checks that they are safe to use, and removes entries that are
// damaged. module is the module's bytes.
func Open(root string, module []byte, log *slog.Logger) (*Dir, error) {
	sum := sha256.Sum256(module)
	key := hex.EncodeToString(sum[:])[:keyLength]
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, err
	}
	d := &Dir{path: filepath.Join(root, key), log: log}
	for _, dir := range []string{root, d.path} {
		if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		if err := private(dir); err != nil {
			return nil, err
		}
	}
	now := time.Now()
	_ = os.Chtimes(d.path, now, now)
	prune(root, key, now)
	return d, d.verify()
}

// Path is the folder to give to wazero.
func (d *Dir) Path() string { return d.path }

// Empty says that nothing had been compiled before.
func (d *Dir) Empty() bool { return d.sound == 0 }

// Seal writes the digests of the entries that have none, which wazero has just written.
func (d *Dir) Seal() error {
	return d.entries(func(root *os.Root, name string) error {
		if _, err := root.Stat(name + digestSuffix); err == nil {
			return nil
		}
		sum, err := digest(root, name)
		if err != nil {
			return err
		}
		temporary := fmt.Sprintf("%s.%d.tmp", name, os.Getpid())
		if err := root.WriteFile(temporary, []byte(sum), 0o600); err != nil {
			return err
		}
		return root.Rename(temporary, name+digestSuffix)
	})
}

// Clear removes all entries.
func (d *Dir) Clear() error {
	return d.entries(func(root *os.Root, name string) error { return remove(root, name) })
}

// verify removes the entries that are not what was written.
func (d *Dir) verify() error {
	return d.entries(func(root *os.Root, name string) error {
		reason := ""
		want, err := root.ReadFile(name + digestSuffix)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			reason = "it has no digest: it was not written to the end"
		case err != nil:
			return err
		default:
			got, err := digest(root, name)
			if err != nil {
				return err
			}
			if got == string(want) {
				d.sound++
				return nil
			}
			reason = "its digest is another"
		}
		d.log.Warn("compiled code in the cache is damaged and will be made anew",
			"file", filepath.Join(d.path, name), "reason", reason)
		return remove(root, name)
	})
}

// entries calls f with each entry's name, relative to the folder that root is.
func (d *Dir) entries(f func(root *os.Root, name string) error) error {
	root, err := os.OpenRoot(d.path)
	if err != nil {
		return err
	}
	defer root.Close()
	versions, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return err
	}
	for _, version := range versions { // wazero keeps each of its versions and platforms apart
		if err := private(filepath.Join(d.path, version.Name())); err != nil {
			return err
		}
		files, err := fs.ReadDir(root.FS(), version.Name())
		if err != nil {
			return err
		}
		for _, file := range files {
			name := path.Join(version.Name(), file.Name())
			if strings.HasSuffix(name, digestSuffix) || strings.HasSuffix(name, ".tmp") {
				continue
			}
			if !file.Type().IsRegular() {
				return fmt.Errorf("%s is no ordinary file", filepath.Join(d.path, name))
			}
			if err := f(root, name); err != nil && !errors.Is(err, fs.ErrNotExist) { // removed by another process
				return err
			}
		}
	}
	return nil
}

func remove(root *os.Root, name string) error {
	return errors.Join(root.Remove(name), ignoreMissing(root.Remove(name+digestSuffix)))
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func digest(root *os.Root, name string) (string, error) {
	file, err := root.Open(name)
	if err != nil {
		return "", err
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
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

// prune removes what belongs to modules that were not used for long, such as those of older releases.
func prune(root, key string, now time.Time) {
	dirs, _ := os.ReadDir(root)
	for _, dir := range dirs {
		name := dir.Name()
		if _, err := hex.DecodeString(name); err != nil || len(name) != keyLength || name == key {
			continue
		}
		if info, err := dir.Info(); err == nil && info.IsDir() && now.Sub(info.ModTime()) > unusedFor {
			_ = os.RemoveAll(filepath.Join(root, name))
		}
	}
}
