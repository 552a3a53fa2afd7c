//go:build unix

package linearmem

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

func reserve(size uint64) ([]byte, error) {
	return unix.Mmap(-1, 0, int(size), unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANON|noReserve)
}

func commit(part []byte) error { return unix.Mprotect(part, unix.PROT_READ|unix.PROT_WRITE) }

func load(part []byte, image Image) error {
	_, err := unix.MmapPtr(int(image.File.Fd()), image.Offset, unsafe.Pointer(unsafe.SliceData(part)), uintptr(len(part)),
		unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_FIXED)
	return err
}

func release(all []byte) { _ = unix.Munmap(all) }
