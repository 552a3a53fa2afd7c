// Package guestfs is the file system that a guest sees: a Root in which read-only file systems and an in-memory one are
// mounted, and nothing of the host. Everything in it implements wazero's sys.FS and sys.File.
//
// wazero cleans a path before it comes here and refuses one that climbs out of the root, so paths are relative, may have
// a leading slash, and keep a trailing one. Its set of error numbers is small: a used-up quota is EIO, since there is no
// ENOSPC and no EMFILE.
package guestfs

import (
	"hash/fnv"
	"io/fs"
	"path"
	"strings"

	"github.com/tetratelabs/wazero/experimental/sys"
	wasys "github.com/tetratelabs/wazero/sys"
)

// Full says which limit keeps a guest from having more.
type Full int

// The limits.
const (
	FullOpen    Full = iota // Root.MaxOpen
	FullBytes               // Quota.Bytes
	FullEntries             // Quota.Entries
)

func (f Full) tell(whom func(Full)) {
	if whom != nil {
		whom(f)
	}
}

// errNoSpace says that a quota is used up.
const errNoSpace = sys.EIO

// writing says whether a file that is opened so can be written to.
func writing(flag sys.Oflag) bool { return flag&(sys.O_RDWR|sys.O_WRONLY) != 0 }

// reading says whether a file that is opened so can be read.
func reading(flag sys.Oflag) bool { return flag&sys.O_WRONLY == 0 }

// clean makes a path of wazero's one that fs.ValidPath accepts. directory says that only a directory is meant.
func clean(name string) (cleaned string, directory bool) {
	directory = strings.HasSuffix(name, "/")
	return path.Clean(strings.TrimLeft(strings.TrimRight(name, "/"), "/")), directory
}

// inode makes a number for a file that has none, the same each time.
func inode(parts ...string) wasys.Inode {
	hash := fnv.New64a()
	for _, part := range parts {
		_, _ = hash.Write([]byte(part))
		_, _ = hash.Write([]byte{0})
	}
	return hash.Sum64() | 1 // never 0, which would mean unknown
}

// A readOnly file system refuses whatever would change it. The rest is for those who embed it.
type readOnly struct{ sys.UnimplementedFS }

func (readOnly) Mkdir(string, fs.FileMode) sys.Errno    { return sys.EROFS }
func (readOnly) Chmod(string, fs.FileMode) sys.Errno    { return sys.EROFS }
func (readOnly) Rename(string, string) sys.Errno        { return sys.EROFS }
func (readOnly) Rmdir(string) sys.Errno                 { return sys.EROFS }
func (readOnly) Unlink(string) sys.Errno                { return sys.EROFS }
func (readOnly) Link(string, string) sys.Errno          { return sys.EROFS }
func (readOnly) Symlink(string, string) sys.Errno       { return sys.EROFS }
func (readOnly) Readlink(string) (string, sys.Errno)    { return "", sys.EINVAL } // nothing in it is a link
func (readOnly) Utimens(string, int64, int64) sys.Errno { return sys.EROFS }
