package guestfs

import (
	"io"

	"github.com/tetratelabs/wazero/experimental/sys"
	wasys "github.com/tetratelabs/wazero/sys"
)

// distance is the int64 of Seek. By this name vet does not take the method, whose signature is wazero's, for io.Seeker's.
type distance = int64

// readFile is an open file of content that does not change.
type readFile struct {
	sys.UnimplementedFile
	stat   wasys.Stat_t
	data   io.ReaderAt
	close  func() error // may be nil
	offset int64
}

func (f *readFile) Dev() (uint64, sys.Errno)              { return f.stat.Dev, 0 }
func (f *readFile) Ino() (wasys.Inode, sys.Errno)         { return f.stat.Ino, 0 }
func (f *readFile) Stat() (wasys.Stat_t, sys.Errno)       { return f.stat, 0 }
func (f *readFile) Write([]byte) (int, sys.Errno)         { return 0, sys.EBADF }
func (f *readFile) Pwrite([]byte, int64) (int, sys.Errno) { return 0, sys.EBADF }
func (f *readFile) Truncate(int64) sys.Errno              { return sys.EBADF }
func (f *readFile) Utimens(int64, int64) sys.Errno        { return sys.EROFS }

func (f *readFile) Read(buffer []byte) (int, sys.Errno) {
	n, errno := f.Pread(buffer, f.offset)
	f.offset += int64(n)
	return n, errno
}

func (f *readFile) Pread(buffer []byte, offset int64) (int, sys.Errno) {
	if offset < 0 {
		return 0, sys.EINVAL
	}
	if len(buffer) == 0 || offset >= f.stat.Size {
		return 0, 0
	}
	n, err := f.data.ReadAt(buffer, offset)
	if err == io.EOF {
		err = nil
	}
	return n, errnoOf(err)
}

func (f *readFile) Seek(offset distance, whence int) (int64, sys.Errno) {
	position, errno := seek(f.offset, f.stat.Size, offset, whence)
	if errno == 0 {
		f.offset = position
	}
	return position, errno
}

func (f *readFile) Close() sys.Errno {
	if f.close == nil {
		return 0
	}
	err := f.close()
	f.close = nil
	return errnoOf(err)
}

// seek is where a file of that size is read next.
func seek(current, size, offset int64, whence int) (int64, sys.Errno) {
	base := int64(0)
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		base = current
	case io.SeekEnd:
		base = size
	default:
		return 0, sys.EINVAL
	}
	position := base + offset
	if position < 0 || (offset > 0 && position < base) {
		return 0, sys.EINVAL
	}
	return position, 0
}

// directory is an open directory. Its entries are those of the moment when it was opened or rewound.
type directory struct {
	sys.UnimplementedFile
	stat func() (wasys.Stat_t, sys.Errno)
	list func() ([]sys.Dirent, sys.Errno)
	rest []sys.Dirent
	read bool // rest has been filled
}

func (d *directory) Stat() (wasys.Stat_t, sys.Errno)       { return d.stat() }
func (d *directory) IsDir() (bool, sys.Errno)              { return true, 0 }
func (d *directory) Read([]byte) (int, sys.Errno)          { return 0, sys.EISDIR }
func (d *directory) Pread([]byte, int64) (int, sys.Errno)  { return 0, sys.EISDIR }
func (d *directory) Write([]byte) (int, sys.Errno)         { return 0, sys.EISDIR }
func (d *directory) Pwrite([]byte, int64) (int, sys.Errno) { return 0, sys.EISDIR }
func (d *directory) Truncate(int64) sys.Errno              { return sys.EISDIR }

func (d *directory) Dev() (uint64, sys.Errno) {
	stat, errno := d.stat()
	return stat.Dev, errno
}

func (d *directory) Ino() (wasys.Inode, sys.Errno) {
	stat, errno := d.stat()
	return stat.Ino, errno
}

func (d *directory) Seek(offset distance, whence int) (int64, sys.Errno) {
	if offset != 0 || whence != io.SeekStart {
		return 0, sys.EINVAL
	}
	d.rest, d.read = nil, false
	return 0, 0
}

func (d *directory) Readdir(n int) ([]sys.Dirent, sys.Errno) {
	if !d.read {
		entries, errno := d.list()
		if errno != 0 {
			return nil, errno
		}
		d.rest, d.read = entries, true
	}
	if n <= 0 || n > len(d.rest) {
		n = len(d.rest)
	}
	entries := d.rest[:n:n]
	d.rest = d.rest[n:]
	return entries, 0
}
