//go:build !unix

package linearmem

// Where there is no mmap, the system still gives pages only when they are touched.

func reserve(size uint64) ([]byte, error) { return make([]byte, size), nil }

func commit([]byte) error { return nil }

func load(part []byte, image Image) error {
	_, err := image.File.ReadAt(part, image.Offset)
	return err
}

func release([]byte) {}
