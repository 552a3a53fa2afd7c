package inspect

import (
	"context"
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
	"slices"
	"strings"

	"github.com/mmpy/mmpy/internal/bundle"
	"github.com/mmpy/mmpy/internal/manifest"
	"github.com/mmpy/mmpy/server"
	"github.com/mmpy/mmpy/wasmhost"
)

// Config says what to inspect.
type Config struct {
	Path       string // of the bundle, or of a plugin's folder
	Executable string // of this mmpy
	Anew       bool   // compile the interpreter, whatever is in the cache
	Policy     string // a file with the administrator's, in the place of that in the bundle; may be empty
	Log        *slog.Logger
}

// inspection is one that goes on.
type inspection struct {
	Config
	*Report
	dir   string // what errors of other packages call the bundle
	files *server.Bundle
	own   string // the digest of this mmpy's executable
}

// Inspect inspects a bundle. What is wrong with it is in the report; an error is why there is none.
func Inspect(ctx context.Context, config Config) (*Report, error) {
	i := &inspection{Config: config, Report: &Report{Bundle: config.Path, Problems: []string{}}}
	info, err := os.Stat(config.Path)
	if err != nil {
		return nil, err
	}
	switch {
	case info.IsDir():
		err = i.folder(ctx, config.Path)
	case info.Mode().IsRegular():
		err = i.archive(ctx, info.Size())
	default:
		return nil, fmt.Errorf("%s: it is neither a bundle nor a folder", config.Path)
	}
	if refused(err) {
		for line := range strings.SplitSeq(err.Error(), "\n") {
			i.problem("%s", line)
		}
		err = nil
	}
	return i.Report, err
}

// refused says whether an error is about what is in the bundle.
func refused(err error) bool {
	_, files := errors.AsType[*bundle.Refusal](err)
	_, fields := errors.AsType[*manifest.Error](err)
	return files || fields
}

// problem notes what is wrong with the bundle.
func (i *inspection) problem(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if i.dir != "" {
		text = strings.ReplaceAll(text, i.dir, i.Bundle)
	}
	i.Problems = append(i.Problems, text)
}

// archive unpacks the bundle into a folder of its own, which is gone afterwards.
func (i *inspection) archive(ctx context.Context, size int64) error {
	if size > bundle.MaxSize {
		return &bundle.Refusal{Reasons: []string{fmt.Sprintf("%s: it is too large: a bundle has at most %d MB", i.Path, bundle.MaxSize>>20)}}
	}
	file, err := os.Open(i.Path)
	if err != nil {
		return err
	}
	defer file.Close()
	i.Size = size
	if i.SHA256, err = digest(io.LimitReader(file, size)); err != nil {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	private, err := os.MkdirTemp("", "mmpy-inspect-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(private)
	root, err := os.OpenRoot(private)
	if err != nil {
		return err
	}
	defer root.Close()
	folder, err := bundle.Unpack(ctx, file, i.Path, root)
	if err != nil {
		return err
	}
	if err := i.folder(ctx, filepath.Join(private, folder)); err != nil {
		return err
	}
	if folder != i.ID {
		i.problem("%s: its folder is %s, and the plugin's id %s: mmpy packs a plugin into a folder of its id", i.Path, folder, i.ID)
	}
	return nil
}

// folder looks at a plugin's folder.
func (i *inspection) folder(ctx context.Context, dir string) (err error) {
	i.dir = dir
	if i.files, err = server.Open(dir); errors.Is(err, fs.ErrNotExist) {
		return &bundle.Refusal{Reasons: []string{fmt.Sprintf("%s: it has no %s: it is no plugin", i.Bundle, manifest.Name)}}
	}
	if err != nil {
		return i.renamed(err)
	}
	defer i.files.Close()
	m := i.files.Manifest()
	i.ID, i.Name, i.Version, i.MinServerVersion = m.Model.Id, m.Model.Name, m.Model.Version, m.Model.MinServerVersion
	if m.Model.Webapp != nil {
		i.Webapp = m.Model.Webapp.BundlePath
	}
	_, packed := fs.Lstat(i.files.Files(), bundle.Own)
	i.Packed = packed == nil || len(m.Model.Server.Executables) > 0
	list, err := bundle.List(dir, i.files.Files(), m)
	if err != nil {
		return i.renamed(err)
	}
	i.Files = len(list)
	if i.own, err = fileDigest(i.Executable); err != nil {
		return fmt.Errorf("read mmpy itself: %w", err)
	}
	if err := i.look(list); err != nil {
		return err
	}
	i.Packages = packages(i.files.Files(), m.Entry, list)
	if err := i.programs(); err != nil {
		return err
	}
	if err := i.load(ctx); err != nil {
		return err
	}
	i.grants()
	return nil
}

// renamed makes an error name the bundle, and not where it has been unpacked.
func (i *inspection) renamed(err error) error {
	if !refused(err) {
		return err
	}
	return &bundle.Refusal{Reasons: strings.Split(strings.ReplaceAll(err.Error(), i.dir, i.Bundle), "\n")}
}

// look looks at each file once: those that nobody has asked for, and native code.
func (i *inspection) look(list []string) error {
	files := i.files.Files()
	count := 0
	return fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		_, authors := slices.BinarySearch(list, name)
		switch {
		case !i.Packed && entry.IsDir() && name != "." && bundle.Hidden(files, i.ID, name):
			return fs.SkipDir
		case entry.IsDir():
			return nil
		case !i.Packed && !authors: // whatever lies about in a folder of sources
			return nil
		case !entry.Type().IsRegular(): // List has seen all but hidden ones
			i.problem("%s: mmpy has not put it there, and it is no file", path.Join(i.Bundle, name))
			return nil
		}
		if count++; count > bundle.MaxFiles {
			return &bundle.Refusal{Reasons: []string{fmt.Sprintf("%s: there are too many files: a bundle has at most %d", i.Bundle, bundle.MaxFiles)}}
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		i.Unpacked += info.Size()
		if !authors {
			if !i.expects(name) {
				i.problem("%s: mmpy has not put it there, and it is none of the plugin's files", path.Join(i.Bundle, name))
			}
			return nil
		}
		head, err := begin(files, name)
		if err != nil {
			return err
		}
		if kind := bundle.Native(name, head); kind != "" {
			i.Native = append(i.Native, Native{name, kind})
		}
		return nil
	})
}

// expects says whether mmpy puts a file of that name into the bundle.
func (i *inspection) expects(name string) bool {
	if slices.Contains(bundle.OwnNames(), name) {
		return true
	}
	for _, executable := range i.files.Manifest().Model.Server.Executables {
		if path.Clean(executable) == name {
			return true
		}
	}
	return false
}

// begin reads how a file begins.
func begin(files fs.FS, name string) ([]byte, error) {
	file, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, bundle.HeadSize))
}

func digest(content io.Reader) (string, error) {
	hash := sha256.New()
	_, err := io.Copy(hash, content)
	return hex.EncodeToString(hash.Sum(nil)), err
}

func fileDigest(name string) (string, error) {
	file, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer file.Close()
	return digest(file)
}

// runtime makes the interpreter that the plugin is loaded in.
func (i *inspection) runtime(ctx context.Context) (*wasmhost.Runtime, error) {
	config := wasmhost.NewRuntimeConfig().WithLogger(i.Log)
	if i.Anew {
		config = config.WithoutCache()
	}
	return wasmhost.NewRuntime(ctx, config)
}
