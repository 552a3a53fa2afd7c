package guestfs

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path"

	"github.com/tetratelabs/wazero/experimental/sys"
	wasys "github.com/tetratelabs/wazero/sys"
)

// maxLoaded is how long a file may be that has to be read into memory as a whole, in bytes.
const maxLoaded = 64 << 20

// ReadOnly shows the guest a file system of Go's, which must not lead out of its root by itself: one in memory, a zip
// archive, or that of an os.Root. Of the host it shows names, sizes, contents and modification times; no inode numbers,
// no owners, no links, and nothing that is neither a file nor a directory.
func ReadOnly(files fs.FS) sys.FS { return &view{files: files} }

// Timeless is ReadOnly, but all files are of 1970.
func Timeless(files fs.FS) sys.FS { return &view{files: files, timeless: true} }

type view struct {
	readOnly
	files    fs.FS
	timeless bool
}

func (v *view) Lstat(name string) (wasys.Stat_t, sys.Errno) { return v.Stat(name) }

func (v *view) Stat(name string) (wasys.Stat_t, sys.Errno) {
	name, mustBeDirectory := clean(name)
	stat, errno := v.stat(name)
	if errno == 0 && mustBeDirectory && !stat.Mode.IsDir() {
		return stat, sys.ENOTDIR
	}
	return stat, errno
}

func (v *view) stat(name string) (wasys.Stat_t, sys.Errno) {
	info, err := fs.Stat(v.files, name)
	if err != nil {
		return wasys.Stat_t{}, errnoOf(err)
	}
	if !info.Mode().IsRegular() && !info.IsDir() {
		return wasys.Stat_t{}, sys.EPERM
	}
	return v.describe(name, info), 0
}

func (v *view) describe(name string, info fs.FileInfo) wasys.Stat_t {
	mode := fs.FileMode(0o444)
	if info.IsDir() {
		mode = fs.ModeDir | 0o555
	}
	modified := int64(0)
	if !v.timeless {
		modified = info.ModTime().UnixNano()
	}
	return wasys.Stat_t{
		Ino: inode(name), Mode: mode, Nlink: 1, Size: info.Size(), Atim: modified, Mtim: modified, Ctim: modified,
	}
}

func (v *view) OpenFile(name string, flag sys.Oflag, _ fs.FileMode) (sys.File, sys.Errno) {
	name, mustBeDirectory := clean(name)
	stat, errno := v.stat(name) // before it is opened: to open a pipe would wait for its other end
	switch {
	case errno == sys.ENOENT && flag&sys.O_CREAT != 0:
		return nil, sys.EROFS
	case errno != 0:
		return nil, errno
	case flag&sys.O_CREAT != 0 && flag&sys.O_EXCL != 0:
		return nil, sys.EEXIST
	case stat.Mode.IsDir() && writing(flag):
		return nil, sys.EISDIR
	case writing(flag) || flag&sys.O_TRUNC != 0:
		return nil, sys.EROFS
	case stat.Mode.IsDir():
		return &directory{
			stat: func() (wasys.Stat_t, sys.Errno) { return stat, 0 },
			list: func() ([]sys.Dirent, sys.Errno) { return v.list(name) },
		}, 0
	case mustBeDirectory || flag&sys.O_DIRECTORY != 0:
		return nil, sys.ENOTDIR
	}
	file, err := v.files.Open(name)
	if err != nil {
		return nil, errnoOf(err)
	}
	return v.open(file, stat)
}

func (v *view) open(file fs.File, stat wasys.Stat_t) (sys.File, sys.Errno) {
	if data, ok := file.(io.ReaderAt); ok {
		return &readFile{stat: stat, data: data, close: file.Close}, 0
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxLoaded+1)) // such as a compressed file in a zip archive
	if err != nil {
		return nil, errnoOf(err)
	}
	if len(data) > maxLoaded {
		return nil, errNoSpace
	}
	stat.Size = int64(len(data))
	return &readFile{stat: stat, data: bytes.NewReader(data)}, 0
}

func (v *view) list(name string) ([]sys.Dirent, sys.Errno) {
	entries, err := fs.ReadDir(v.files, name)
	if err != nil {
		return nil, errnoOf(err)
	}
	listed := make([]sys.Dirent, 0, len(entries))
	for _, entry := range entries {
		full, kind := path.Join(name, entry.Name()), entry.Type()
		if kind&fs.ModeSymlink != 0 { // what it leads to, if it leads anywhere
			stat, errno := v.stat(full)
			if errno != 0 {
				continue
			}
			kind = stat.Mode.Type()
		}
		if kind.IsRegular() || kind.IsDir() {
			listed = append(listed, sys.Dirent{Ino: inode(full), Name: entry.Name(), Type: kind})
		}
	}
	return listed, 0
}

func errnoOf(err error) sys.Errno {
	switch {
	case err == nil:
		return 0
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrInvalid): // an invalid name is one that no file has
		return sys.ENOENT
	case errors.Is(err, fs.ErrPermission):
		return sys.EACCES
	}
	return sys.UnwrapOSError(err)
}
