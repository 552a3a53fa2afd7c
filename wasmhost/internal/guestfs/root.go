package guestfs

import (
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/tetratelabs/wazero/experimental/sys"
	wasys "github.com/tetratelabs/wazero/sys"
)

// MaxOpen is how many files a guest may have open at a time, if its root does not say otherwise.
const MaxOpen = 512

// Root is the root of what a guest sees: directories that hold nothing but mounted file systems and files. It belongs to
// one guest.
type Root struct {
	readOnly
	MaxOpen int        // how many files may be open at a time
	OnFull  func(Full) // told when a file is not opened because of that; may be nil

	top  *place
	open atomic.Int32
}

var _ sys.FS = (*Root)(nil)

// place is a directory of the root, a file in one, or where a file system is mounted.
type place struct {
	path   string // in the guest, without the leading slash; "." is the root
	places map[string]*place
	files  sys.FS // mounted here
	isFile bool
	size   int64                       // of a file
	load   func() (io.ReaderAt, error) // its content, when it is opened
}

// NewRoot makes an empty root.
func NewRoot() *Root { return &Root{MaxOpen: MaxOpen, top: &place{path: "."}} }

// Mount makes files appear at an absolute path.
func (r *Root) Mount(at string, files sys.FS) error {
	p, err := r.add(at)
	if err == nil {
		p.files = files
	}
	return err
}

// File makes a read-only file of that size appear at an absolute path. load gives its content whenever it is opened.
func (r *Root) File(at string, size int64, load func() (io.ReaderAt, error)) error {
	p, err := r.add(at)
	if err == nil {
		p.size, p.load, p.isFile = size, load, true
	}
	return err
}

func (r *Root) add(at string) (*place, error) {
	name, ok := strings.CutPrefix(at, "/")
	if !ok || !fs.ValidPath(name) || name == "." {
		return nil, fmt.Errorf("%q is no absolute path below the root, without dots and trailing slashes", at)
	}
	p := r.top
	for part := range strings.SplitSeq(name, "/") {
		if p.files != nil || p.isFile {
			return nil, fmt.Errorf("%q lies below %q, where something else is already", at, "/"+p.path)
		}
		next := p.places[part]
		if next == nil {
			next = &place{path: path.Join(p.path, part)}
			if p.places == nil {
				p.places = map[string]*place{}
			}
			p.places[part] = next
		}
		p = next
	}
	if p.places != nil || p.files != nil || p.isFile {
		return nil, fmt.Errorf("%q is already there", at)
	}
	return p, nil
}

// Open is how many files the guest has open.
func (r *Root) Open() int { return int(r.open.Load()) }

// find gives the place of a path, and the path below it where a file system is mounted there.
func (r *Root) find(name string) (p *place, below string, errno sys.Errno) {
	cleaned, mustBeDirectory := clean(name)
	p = r.top
	for rest := cleaned; ; {
		if p.files != nil {
			if mustBeDirectory {
				rest += "/"
			}
			return p, rest, 0
		}
		if rest == "." {
			break
		}
		if p.isFile {
			return nil, "", sys.ENOTDIR
		}
		part, after, more := strings.Cut(rest, "/")
		if p = p.places[part]; p == nil {
			return nil, "", sys.ENOENT
		}
		rest = after
		if !more {
			rest = "."
		}
	}
	if p.isFile && mustBeDirectory {
		return nil, "", sys.ENOTDIR
	}
	return p, ".", 0
}

func (p *place) stat() (wasys.Stat_t, sys.Errno) {
	stat := wasys.Stat_t{Ino: inode("root", p.path), Mode: fs.ModeDir | 0o555, Nlink: 1}
	if p.isFile {
		stat.Mode, stat.Size = 0o444, p.size
	}
	return stat, 0
}

func (p *place) list() ([]sys.Dirent, sys.Errno) {
	entries := make([]sys.Dirent, 0, len(p.places))
	for name, child := range p.places {
		entry := sys.Dirent{Ino: inode("root", child.path), Name: name, Type: fs.ModeDir}
		if child.isFile {
			entry.Type = 0
		}
		entries = append(entries, entry)
	}
	slices.SortFunc(entries, func(a, b sys.Dirent) int { return strings.Compare(a.Name, b.Name) })
	return entries, 0
}

// Stat implements sys.FS. Files of different mounts differ in the device.
func (r *Root) Stat(name string) (wasys.Stat_t, sys.Errno) {
	return r.stat(name, sys.FS.Stat)
}

// Lstat implements sys.FS.
func (r *Root) Lstat(name string) (wasys.Stat_t, sys.Errno) {
	return r.stat(name, sys.FS.Lstat)
}

func (r *Root) stat(name string, of func(sys.FS, string) (wasys.Stat_t, sys.Errno)) (wasys.Stat_t, sys.Errno) {
	p, below, errno := r.find(name)
	if errno != 0 {
		return wasys.Stat_t{}, errno
	}
	if p.files == nil {
		return p.stat()
	}
	stat, errno := of(p.files, below)
	stat.Dev = p.device()
	return stat, errno
}

func (p *place) device() uint64 { return uint64(uint32(inode("device", p.path))) }

// OpenFile implements sys.FS.
func (r *Root) OpenFile(name string, flag sys.Oflag, mode fs.FileMode) (sys.File, sys.Errno) {
	p, below, errno := r.find(name)
	if errno != 0 {
		if errno == sys.ENOENT && flag&sys.O_CREAT != 0 {
			errno = sys.EROFS
		}
		return nil, errno
	}
	if int(r.open.Add(1)) > r.MaxOpen {
		r.open.Add(-1)
		FullOpen.tell(r.OnFull)
		return nil, errNoSpace
	}
	file, errno := p.openFile(below, flag, mode)
	if errno != 0 {
		r.open.Add(-1)
		return nil, errno
	}
	return &openFile{File: file, root: r, place: p}, 0
}

func (p *place) openFile(below string, flag sys.Oflag, mode fs.FileMode) (sys.File, sys.Errno) {
	switch {
	case p.files != nil:
		return p.files.OpenFile(below, flag, mode)
	case flag&sys.O_CREAT != 0 && flag&sys.O_EXCL != 0:
		return nil, sys.EEXIST
	case !p.isFile && writing(flag):
		return nil, sys.EISDIR
	case writing(flag) || flag&sys.O_TRUNC != 0:
		return nil, sys.EROFS
	case !p.isFile:
		return &directory{stat: p.stat, list: p.list}, 0
	case flag&sys.O_DIRECTORY != 0:
		return nil, sys.ENOTDIR
	}
	data, err := p.load()
	if err != nil {
		return nil, sys.EIO
	}
	stat, _ := p.stat()
	return &readFile{stat: stat, data: data}, 0
}

// openFile counts for as long as it is open.
type openFile struct {
	sys.File
	root   *Root
	place  *place
	closed bool
}

func (f *openFile) Stat() (wasys.Stat_t, sys.Errno) {
	stat, errno := f.File.Stat()
	if f.place.files != nil {
		stat.Dev = f.place.device()
	}
	return stat, errno
}

func (f *openFile) Dev() (uint64, sys.Errno) {
	stat, errno := f.Stat()
	return stat.Dev, errno
}

func (f *openFile) Close() sys.Errno {
	if !f.closed {
		f.closed = true
		f.root.open.Add(-1)
	}
	return f.File.Close()
}

// Mkdir implements sys.FS.
func (r *Root) Mkdir(name string, mode fs.FileMode) sys.Errno {
	p, below, errno := r.find(name)
	switch {
	case errno == sys.ENOENT:
		return sys.EROFS
	case errno != 0:
		return errno
	case p.files == nil:
		return sys.EEXIST
	}
	return p.files.Mkdir(below, mode)
}

// Chmod implements sys.FS.
func (r *Root) Chmod(name string, mode fs.FileMode) sys.Errno {
	return r.change(name, func(files sys.FS, name string) sys.Errno { return files.Chmod(name, mode) })
}

// Rmdir implements sys.FS.
func (r *Root) Rmdir(name string) sys.Errno { return r.change(name, sys.FS.Rmdir) }

// Unlink implements sys.FS.
func (r *Root) Unlink(name string) sys.Errno { return r.change(name, sys.FS.Unlink) }

// Utimens implements sys.FS.
func (r *Root) Utimens(name string, accessed, modified int64) sys.Errno {
	return r.change(name, func(files sys.FS, name string) sys.Errno { return files.Utimens(name, accessed, modified) })
}

// Rename implements sys.FS. From one mount to another it is not supported: Python's shutil.move then copies.
func (r *Root) Rename(from, to string) sys.Errno {
	return r.change(from, func(files sys.FS, from string) sys.Errno {
		return r.change(to, func(others sys.FS, to string) sys.Errno {
			if files != others {
				return sys.ENOTSUP
			}
			return files.Rename(from, to)
		})
	})
}

// change calls what changes a file with the mounted file system of its path and the path in there.
func (r *Root) change(name string, call func(sys.FS, string) sys.Errno) sys.Errno {
	p, below, errno := r.find(name)
	if errno != 0 {
		return errno
	}
	if p.files == nil {
		return sys.EROFS
	}
	return call(p.files, below)
}
