package nativecode

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/mmpy/mmpy/wasmhost/internal/sealed"
)

// share puts a mapping of the file in the place of the copy of its code, of that size, that wazero has just made. The
// bytes are the same, so whoever runs or reads them notices nothing; but the pages come from the file as they are needed,
// the system may drop them, and processes that use one file have one copy.
func share(file *sealed.File, size int64) error {
	page := int64(os.Getpagesize())
	if size < page || file.Body%page != 0 {
		return errors.New("nothing to share")
	}
	at, err := findCopy(file, size)
	if err != nil {
		return err
	}
	whole := size &^ (page - 1) // what is behind the last whole page stays as it is
	_, _, errno := unix.Syscall6(unix.SYS_MMAP, at, uintptr(whole), unix.PROT_READ|unix.PROT_EXEC,
		unix.MAP_PRIVATE|unix.MAP_FIXED, file.Fd(), uintptr(file.Body))
	if errno != 0 {
		return fmt.Errorf("map the code: %w", errno)
	}
	return nil
}

// findCopy finds the code in this process's memory, in a part that can be run and belongs to no file.
func findCopy(file *sealed.File, size int64) (uintptr, error) {
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		return 0, err
	}
	defer maps.Close()
	begin, end, err := edges(file, file.Body, size)
	if err != nil {
		return 0, err
	}
	page := uint64(os.Getpagesize())
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		var from, to, offset, inode uint64
		var rights, device string
		n, _ := fmt.Sscanf(lines.Text(), "%x-%x %s %x %s %d", &from, &to, &rights, &offset, &device, &inode)
		if n != 6 || inode != 0 || !strings.HasPrefix(rights, "r-xp") {
			continue
		}
		for at := from; at < to && int64(to-at) >= size; at += page {
			b, e, err := edges(ownMemory{}, int64(at), size)
			if err == nil && bytes.Equal(b, begin) && bytes.Equal(e, end) {
				return uintptr(at), nil
			}
		}
	}
	return 0, errors.New("the code is not in memory")
}

// ownMemory reads this process's memory. What is not there any more is an error, and not the end of the process; and a
// process that is not dumpable may do so, which /proc/self/mem is closed to.
type ownMemory struct{}

// ReadAt reads at an address.
func (ownMemory) ReadAt(into []byte, address int64) (int, error) {
	local := []unix.Iovec{{Base: unsafe.SliceData(into)}}
	local[0].SetLen(len(into))
	n, err := unix.ProcessVMReadv(os.Getpid(), local, []unix.RemoteIovec{{Base: uintptr(address), Len: len(into)}}, 0)
	if err == nil && n < len(into) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// edges reads the first and the last page of size bytes. No two codes have both in common.
func edges(from io.ReaderAt, at, size int64) (begin, end []byte, err error) {
	page := os.Getpagesize()
	begin, end = make([]byte, page), make([]byte, page)
	if _, err = from.ReadAt(begin, at); err == nil {
		_, err = from.ReadAt(end, at+size-int64(page))
	}
	return begin, end, err
}
