package server

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"

	"github.com/mmpy/mmpy/internal/manifest"
)

// program is what the plugin sees of the folder.
func (b *Bundle) program() fs.FS { return programFiles{b.Files().(rootFiles), b} }

// rootFiles is what the file system of an os.Root can do.
type rootFiles interface {
	fs.ReadDirFS
	fs.ReadFileFS
	fs.StatFS
}

// programFiles are the author's files as they were listed when the folder was opened, and the folders around them: the same in a
// folder of sources and in the bundle that was made of it, without what lies about in the one or was added to the other, and
// with the manifest as its author has written it. So what a plugin sees while it is loaded is what Digest is of, and nobody
// can slip it bytecode that its source does not show.
type programFiles struct {
	rootFiles
	bundle *Bundle
}

// withFolders is a set of files and of the folders that they are in.
func withFolders(files []string) map[string]bool {
	set := map[string]bool{".": true}
	for _, name := range files {
		for ; !set[name]; name = path.Dir(name) {
			set[name] = true
		}
	}
	return set
}

// Open opens a file.
func (f programFiles) Open(name string) (fs.File, error) {
	if err := f.visible("open", name); err != nil {
		return nil, err
	}
	file, err := f.rootFiles.Open(name)
	if err != nil {
		return nil, err
	}
	if _, is := slices.BinarySearch(f.bundle.list, name); !is {
		return folder{file}, nil
	}
	if name != manifest.Name {
		return file, nil
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	written, err := f.bundle.manifest.AsWritten()
	if err != nil {
		return nil, err
	}
	return manifestFile{bytes.NewReader(written), manifestInfo{info, int64(len(written))}}, nil
}

// ReadDir lists a folder.
func (f programFiles) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := f.visible("open", name); err != nil {
		return nil, err
	}
	all, err := f.rootFiles.ReadDir(name)
	entries := all[:0]
	for _, entry := range all {
		below := entry.Name()
		if name != "." {
			below = name + "/" + below
		}
		if f.bundle.visible[below] {
			entries = append(entries, entry)
		}
	}
	return entries, err
}

// Stat describes a file.
func (f programFiles) Stat(name string) (fs.FileInfo, error) {
	if err := f.visible("stat", name); err != nil {
		return nil, err
	}
	info, err := f.rootFiles.Stat(name)
	if err != nil || name != manifest.Name {
		return info, err
	}
	written, err := f.bundle.manifest.AsWritten()
	return manifestInfo{info, int64(len(written))}, err
}

// ReadFile reads a file.
func (f programFiles) ReadFile(name string) ([]byte, error) {
	if err := f.visible("open", name); err != nil {
		return nil, err
	}
	if name == manifest.Name {
		return f.bundle.manifest.AsWritten()
	}
	return f.rootFiles.ReadFile(name)
}

func (f programFiles) visible(op, name string) error {
	switch {
	case !fs.ValidPath(name):
		return &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	case !f.bundle.visible[name]:
		return &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	}
	return nil
}

// Digest is that of the author's files, whether they lie in a folder of sources or in a bundle that was made of it.
func (f programFiles) Digest() ([]byte, error) {
	hash := sha256.New()
	written, err := f.bundle.manifest.AsWritten()
	if err != nil {
		return nil, err
	}
	hash.Write(written)
	for _, name := range f.bundle.list {
		if name == manifest.Name {
			continue
		}
		if err := f.add(hash, name); err != nil {
			return nil, err
		}
	}
	return hash.Sum(nil), nil
}

// add adds a file to the digest.
func (f programFiles) add(hash io.Writer, name string) error {
	file, err := f.rootFiles.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	fmt.Fprintf(hash, "%q %d\n", name, info.Size())
	_, err = io.CopyN(hash, file, info.Size())
	return err
}

// folder is one that is open. It cannot be listed, since it has more in it than there is to see; ReadDir can.
type folder struct{ fs.File }

// manifestFile is the manifest as its author has written it.
type manifestFile struct {
	*bytes.Reader
	info manifestInfo
}

func (f manifestFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (manifestFile) Close() error                 { return nil }

type manifestInfo struct {
	fs.FileInfo
	size int64
}

func (i manifestInfo) Size() int64 { return i.size }
