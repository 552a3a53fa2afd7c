package guestfs

import (
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/tetratelabs/wazero/experimental/sys"
	wasys "github.com/tetratelabs/wazero/sys"
)

// node is a file or directory.
type node struct {
	inode    wasys.Inode
	mode     fs.FileMode
	accessed int64
	modified int64
	changed  int64
	data     []byte           // of a file
	children map[string]*node // of a directory, not nil
	open     int              // how many files are open on it
	unlinked bool
}

func (m *Memory) newNode(mode fs.FileMode) *node {
	m.next++
	now := time.Now().UnixNano()
	n := &node{inode: m.next, mode: mode, accessed: now, modified: now, changed: now}
	if mode.IsDir() {
		n.children = map[string]*node{}
	}
	return n
}

func (n *node) isDir() bool { return n.children != nil }

func (n *node) stat() wasys.Stat_t {
	return wasys.Stat_t{
		Ino: n.inode, Mode: n.mode, Nlink: 1, Size: int64(len(n.data)), Atim: n.accessed, Mtim: n.modified, Ctim: n.changed,
	}
}

func (n *node) touch() {
	n.modified = time.Now().UnixNano()
	n.changed = n.modified
}

// find gives the file or directory of a path.
func (m *Memory) find(name string) (*node, sys.Errno) {
	cleaned, mustBeDirectory := clean(name)
	n := m.top
	if cleaned != "." {
		for part := range strings.SplitSeq(cleaned, "/") {
			if !n.isDir() {
				return nil, sys.ENOTDIR
			}
			if n = n.children[part]; n == nil {
				return nil, sys.ENOENT
			}
		}
	}
	if mustBeDirectory && !n.isDir() {
		return nil, sys.ENOTDIR
	}
	return n, 0
}

// entry is a name in a directory, whether or not there is something.
type entry struct {
	parent *node
	name   string
	path   string
	node   *node // nil when there is nothing
	slash  bool  // only a directory is meant
}

// locate gives the entry of a path, which must not be the root.
func (m *Memory) locate(name string) (entry, sys.Errno) {
	cleaned, slash := clean(name)
	if cleaned == "." {
		return entry{}, sys.EPERM
	}
	parent, errno := m.find(path.Dir(cleaned))
	switch {
	case errno != 0:
		return entry{}, errno
	case !parent.isDir():
		return entry{}, sys.ENOTDIR
	}
	e := entry{parent: parent, name: path.Base(cleaned), path: cleaned, slash: slash}
	switch e.node = parent.children[e.name]; {
	case len(e.name) > maxName || strings.Count(cleaned, "/") >= maxDepth:
		return entry{}, sys.ENAMETOOLONG
	case strings.ContainsRune(e.name, 0):
		return entry{}, sys.EINVAL
	}
	return e, 0
}

func (n *node) setTimes(accessed, modified int64) {
	if accessed != sys.UTIME_OMIT {
		n.accessed = accessed
	}
	if modified != sys.UTIME_OMIT {
		n.modified = modified
	}
	n.changed = time.Now().UnixNano()
}
