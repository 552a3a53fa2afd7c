package guestfs

import (
	"github.com/tetratelabs/wazero/experimental/sys"
	wasys "github.com/tetratelabs/wazero/sys"
)

// memoryFile is an open file of a Memory.
type memoryFile struct {
	sys.UnimplementedFile
	memory *Memory
	node   *node
	flag   sys.Oflag
	append bool
	offset int64
	closed bool
}

func (f *memoryFile) Ino() (wasys.Inode, sys.Errno) { return f.node.inode, 0 }
func (f *memoryFile) IsAppend() bool                { return f.append }

func (f *memoryFile) SetAppend(enable bool) sys.Errno {
	f.append = enable
	return 0
}

func (f *memoryFile) Stat() (wasys.Stat_t, sys.Errno) {
	f.memory.mu.Lock()
	defer f.memory.mu.Unlock()
	return f.node.stat(), 0
}

func (f *memoryFile) Read(buffer []byte) (int, sys.Errno) {
	n, errno := f.Pread(buffer, f.offset)
	f.offset += int64(n)
	return n, errno
}

func (f *memoryFile) Pread(buffer []byte, offset int64) (int, sys.Errno) {
	f.memory.mu.Lock()
	defer f.memory.mu.Unlock()
	switch {
	case f.closed || !reading(f.flag):
		return 0, sys.EBADF
	case offset < 0:
		return 0, sys.EINVAL
	case offset >= int64(len(f.node.data)):
		return 0, 0
	}
	return copy(buffer, f.node.data[offset:]), 0
}

func (f *memoryFile) Write(data []byte) (int, sys.Errno) {
	f.memory.mu.Lock()
	defer f.memory.mu.Unlock()
	if f.append {
		f.offset = int64(len(f.node.data))
	}
	n, errno := f.write(data, f.offset)
	f.offset += int64(n)
	return n, errno
}

func (f *memoryFile) Pwrite(data []byte, offset int64) (int, sys.Errno) {
	f.memory.mu.Lock()
	defer f.memory.mu.Unlock()
	return f.write(data, offset)
}

func (f *memoryFile) write(data []byte, offset int64) (int, sys.Errno) {
	end := offset + int64(len(data))
	switch {
	case f.closed || !writing(f.flag):
		return 0, sys.EBADF
	case offset < 0:
		return 0, sys.EINVAL
	case len(data) == 0:
		return 0, 0
	case end < offset:
		FullBytes.tell(f.memory.OnFull)
		return 0, errNoSpace
	}
	if end > int64(len(f.node.data)) {
		if errno := f.memory.resize(f.node, end); errno != 0 {
			return 0, errno
		}
	}
	f.node.touch()
	return copy(f.node.data[offset:], data), 0
}

func (f *memoryFile) Truncate(size int64) sys.Errno {
	f.memory.mu.Lock()
	defer f.memory.mu.Unlock()
	switch {
	case f.closed || !writing(f.flag):
		return sys.EBADF
	case size < 0:
		return sys.EINVAL
	}
	errno := f.memory.resize(f.node, size)
	if errno == 0 {
		f.node.touch()
	}
	return errno
}

func (f *memoryFile) Seek(offset distance, whence int) (int64, sys.Errno) {
	f.memory.mu.Lock()
	defer f.memory.mu.Unlock()
	position, errno := seek(f.offset, int64(len(f.node.data)), offset, whence)
	if errno == 0 {
		f.offset = position
	}
	return position, errno
}

func (f *memoryFile) Utimens(accessed, modified int64) sys.Errno {
	f.memory.mu.Lock()
	defer f.memory.mu.Unlock()
	f.node.setTimes(accessed, modified)
	return 0
}

func (f *memoryFile) Close() sys.Errno {
	f.memory.mu.Lock()
	defer f.memory.mu.Unlock()
	if !f.closed {
		f.closed = true
		f.node.open--
		f.memory.reclaim(f.node)
	}
	return 0
}
