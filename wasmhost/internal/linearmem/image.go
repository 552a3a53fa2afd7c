package linearmem

import (
	"fmt"
	"os"
)

// Image is what a memory begins with: size bytes at an offset of a file, both multiples of 64 KiB.
type Image struct {
	File   *os.File
	Offset int64
	Size   uint64
}

// Map reserves limit bytes that begin with an image, which it maps: it copies nothing but the pages that are written to,
// when they are. The file must not change as long as the memory is there, nor be cut off.
//
// All of the image comes from the pool: the guest may write to each of its pages.
func Map(image Image, limit uint64, pool *Pool) (*Memory, error) {
	if image.Size > limit {
		return nil, fmt.Errorf("the guest needs %d bytes of memory to start, and may use %d", image.Size, limit)
	}
	m, err := Reserve(0, limit, pool)
	if err != nil {
		return nil, err
	}
	if !pool.take(image.Size) {
		m.Release()
		return nil, fmt.Errorf("map the image of %d bytes: the pool has no room for it", image.Size)
	}
	m.committed.Store(image.Size) // from here on Release gives it back
	if err := load(m.reserved[:image.Size], image); err != nil {
		m.Release()
		return nil, fmt.Errorf("map the image of %d bytes: %w", image.Size, err)
	}
	m.least = image.Size
	return m, nil
}
