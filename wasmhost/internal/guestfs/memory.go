package guestfs

import (
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tetratelabs/wazero/experimental/sys"
	wasys "github.com/tetratelabs/wazero/sys"
)

// Quota bounds what an in-memory file system holds.
type Quota struct {
	Bytes   int64 // of all files together; deleted ones count until they are closed
	Entries int   // files and directories
}

const (
	maxName  = 255 // bytes of a file's name
	maxDepth = 64  // of directories
)

var _ sys.FS = (*Memory)(nil)

// Memory is a writable file system in memory. It has files and directories, no links, and its modes are not enforced:
// the guest has one user.
type Memory struct {
	sys.UnimplementedFS
	OnFull func(Full) // told when the quota keeps the guest from having more; may be nil

	mu    sync.Mutex
	quota Quota
	used  Quota
	next  wasys.Inode
	top   *node
}

// NewMemory makes an empty file system.
func NewMemory(quota Quota) *Memory {
	m := &Memory{quota: quota}
	m.top = m.newNode(fs.ModeDir | 0o777)
	return m
}

// create puts a new node at the entry.
func (m *Memory) create(e entry, mode fs.FileMode) (*node, sys.Errno) {
	if m.used.Entries >= m.quota.Entries {
		FullEntries.tell(m.OnFull)
		return nil, errNoSpace
	}
	m.used.Entries++
	n := m.newNode(mode)
	e.parent.children[e.name] = n
	e.parent.touch()
	return n, 0
}

// remove takes the node away from the entry; its content goes when it is not open any more.
func (m *Memory) remove(e entry) {
	delete(e.parent.children, e.name)
	e.parent.touch()
	e.node.unlinked = true
	m.used.Entries--
	m.reclaim(e.node)
}

func (m *Memory) reclaim(n *node) {
	if n.unlinked && n.open == 0 {
		m.used.Bytes -= int64(len(n.data))
		n.data = nil
	}
}

// resize makes the file that long; what is new is zero.
func (m *Memory) resize(n *node, size int64) sys.Errno {
	old := int64(len(n.data))
	if size > old && size-old > m.quota.Bytes-m.used.Bytes {
		FullBytes.tell(m.OnFull)
		return errNoSpace
	}
	m.used.Bytes += size - old
	switch {
	case size == 0:
		n.data = nil
	case size <= old:
		n.data = n.data[:size]
		if size < int64(cap(n.data))/2 { // or it would hold what the quota does not know of
			n.data = slices.Clone(n.data)
		}
	case size <= int64(cap(n.data)):
		n.data = n.data[:size]
		clear(n.data[old:])
	default:
		n.data = slices.Grow(n.data, int(size-old))[:size]
		clear(n.data[old:])
	}
	return 0
}

// Stat implements sys.FS.
func (m *Memory) Stat(name string) (wasys.Stat_t, sys.Errno) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, errno := m.find(name)
	if errno != 0 {
		return wasys.Stat_t{}, errno
	}
	return n.stat(), 0
}

// Empty says whether there is nothing in it.
func (m *Memory) Empty() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.top.children) == 0
}

// Lstat implements sys.FS.
func (m *Memory) Lstat(name string) (wasys.Stat_t, sys.Errno) { return m.Stat(name) }

// OpenFile implements sys.FS.
func (m *Memory) OpenFile(name string, flag sys.Oflag, mode fs.FileMode) (sys.File, sys.Errno) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, errno := m.find(name)
	switch {
	case flag&sys.O_CREAT != 0 && strings.HasSuffix(name, "/"):
		return nil, sys.EISDIR
	case errno == sys.ENOENT && flag&sys.O_CREAT != 0:
		e, errno := m.locate(name)
		if errno != 0 {
			return nil, errno
		}
		if n, errno = m.create(e, mode.Perm()); errno != 0 {
			return nil, errno
		}
	case errno != 0:
		return nil, errno
	case flag&sys.O_CREAT != 0 && flag&sys.O_EXCL != 0:
		return nil, sys.EEXIST
	case n.isDir():
		if writing(flag) || flag&sys.O_TRUNC != 0 {
			return nil, sys.EISDIR
		}
		return m.openDirectory(n), 0
	case flag&sys.O_DIRECTORY != 0:
		return nil, sys.ENOTDIR
	}
	if flag&sys.O_TRUNC != 0 && writing(flag) {
		_ = m.resize(n, 0)
		n.touch()
	}
	n.open++
	return &memoryFile{memory: m, node: n, flag: flag, append: flag&sys.O_APPEND != 0}, 0
}

func (m *Memory) openDirectory(n *node) *directory {
	return &directory{
		stat: func() (wasys.Stat_t, sys.Errno) {
			m.mu.Lock()
			defer m.mu.Unlock()
			return n.stat(), 0
		},
		list: func() ([]sys.Dirent, sys.Errno) {
			m.mu.Lock()
			defer m.mu.Unlock()
			entries := make([]sys.Dirent, 0, len(n.children))
			for name, child := range n.children {
				entries = append(entries, sys.Dirent{Ino: child.inode, Name: name, Type: child.mode.Type()})
			}
			slices.SortFunc(entries, func(a, b sys.Dirent) int { return strings.Compare(a.Name, b.Name) })
			return entries, 0
		},
	}
}

// Mkdir implements sys.FS.
func (m *Memory) Mkdir(name string, mode fs.FileMode) sys.Errno {
	m.mu.Lock()
	defer m.mu.Unlock()
	cleaned, _ := clean(name)
	if cleaned == "." {
		return sys.EEXIST
	}
	e, errno := m.locate(cleaned)
	switch {
	case errno != 0:
		return errno
	case e.node != nil:
		return sys.EEXIST
	}
	_, errno = m.create(e, fs.ModeDir|mode.Perm())
	return errno
}

// Chmod implements sys.FS.
func (m *Memory) Chmod(name string, mode fs.FileMode) sys.Errno {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, errno := m.find(name)
	if errno == 0 {
		n.mode = n.mode.Type() | mode.Perm()
		n.changed = time.Now().UnixNano()
	}
	return errno
}

// Rmdir implements sys.FS.
func (m *Memory) Rmdir(name string) sys.Errno {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, errno := m.locate(name)
	switch {
	case errno != 0:
		return errno
	case e.node == nil:
		return sys.ENOENT
	case !e.node.isDir():
		return sys.ENOTDIR
	case len(e.node.children) > 0:
		return sys.ENOTEMPTY
	}
	m.remove(e)
	return 0
}

// Unlink implements sys.FS.
func (m *Memory) Unlink(name string) sys.Errno {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, errno := m.locate(name)
	switch {
	case errno != 0:
		return errno
	case e.node == nil:
		return sys.ENOENT
	case e.node.isDir():
		return sys.EISDIR
	case e.slash:
		return sys.ENOTDIR
	}
	m.remove(e)
	return 0
}

// Rename implements sys.FS: it replaces a file, or an empty directory, that is at to.
func (m *Memory) Rename(from, to string) sys.Errno {
	m.mu.Lock()
	defer m.mu.Unlock()
	old, errno := m.locate(from)
	if errno != 0 {
		return errno
	}
	renamed, errno := m.locate(to)
	switch {
	case errno != 0:
		return errno
	case old.node == nil:
		return sys.ENOENT
	case !old.node.isDir() && (old.slash || renamed.slash):
		return sys.ENOTDIR
	case renamed.node == old.node:
		return 0
	case old.node.isDir() && strings.HasPrefix(renamed.path+"/", old.path+"/"):
		return sys.EINVAL // into itself
	case strings.HasPrefix(old.path+"/", renamed.path+"/"):
		return sys.ENOTEMPTY // onto a directory that it lies in
	}
	if there := renamed.node; there != nil {
		switch {
		case old.node.isDir() && !there.isDir():
			return sys.ENOTDIR
		case !old.node.isDir() && there.isDir():
			return sys.EISDIR
		case len(there.children) > 0:
			return sys.ENOTEMPTY
		}
		m.remove(renamed)
	}
	delete(old.parent.children, old.name)
	renamed.parent.children[renamed.name] = old.node
	old.parent.touch()
	renamed.parent.touch()
	return 0
}

// Utimens implements sys.FS.
func (m *Memory) Utimens(name string, accessed, modified int64) sys.Errno {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, errno := m.find(name)
	if errno == 0 {
		n.setTimes(accessed, modified)
	}
	return errno
}

// Readlink implements sys.FS: nothing here is a link.
func (m *Memory) Readlink(name string) (string, sys.Errno) {
	if _, errno := m.Stat(name); errno != 0 {
		return "", errno
	}
	return "", sys.EINVAL
}
