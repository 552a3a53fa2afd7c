// Package linearmem holds the linear memory of one guest: as many addresses as it may ever use are reserved once, and
// committed as it grows. So it never moves, a limit is an address range and not a promise, and what an instance had goes
// back to the system at once when it is closed.
package linearmem

import (
	"fmt"
	"sync/atomic"

	"github.com/tetratelabs/wazero/experimental"
)

// Memory is the linear memory of one guest. It is an experimental.MemoryAllocator that has exactly this memory to give.
type Memory struct {
	Refused func(size uint64) // told when there is no more to give, and what was wanted; may be nil

	reserved  []byte
	pool      *Pool
	least     uint64 // what there is from the beginning, however little is asked for
	committed atomic.Uint64
}

var (
	_ experimental.MemoryAllocator = (*Memory)(nil)
	_ experimental.LinearMemory    = (*Memory)(nil)
)

// Reserve reserves limit bytes, of which the first initial are committed. What is committed comes from the pool.
func Reserve(initial, limit uint64, pool *Pool) (*Memory, error) {
	if initial > limit {
		return nil, fmt.Errorf("the guest needs %d bytes of memory to start, and may use %d", initial, limit)
	}
	reserved, err := reserve(limit)
	if err != nil {
		return nil, fmt.Errorf("reserve %d bytes of address space: %w", limit, err)
	}
	m := &Memory{reserved: reserved, pool: pool}
	if m.Reallocate(initial) == nil && initial > 0 {
		m.Release()
		return nil, fmt.Errorf("commit %d bytes of memory: the system or the pool refuses", initial)
	}
	return m, nil
}

// Allocate implements experimental.MemoryAllocator.
func (m *Memory) Allocate(_, _ uint64) experimental.LinearMemory { return m }

// Reallocate implements experimental.LinearMemory: the first size bytes, always at the same address, or nil when there
// are no more. With an image it is at least as many as that has.
func (m *Memory) Reallocate(size uint64) []byte {
	size = max(size, m.least)
	if size > uint64(len(m.reserved)) {
		if m.Refused != nil {
			m.Refused(size)
		}
		return nil
	}
	if committed := m.committed.Load(); size > committed {
		if !m.pool.take(size - committed) {
			return nil
		}
		if err := commit(m.reserved[committed:size]); err != nil {
			m.pool.give(size - committed)
			return nil
		}
		m.committed.Store(size)
	}
	return m.reserved[:size:size]
}

// Bytes are what the guest has. They are valid until Release.
func (m *Memory) Bytes() []byte { return m.reserved[:m.Size()] }

// Size is how many bytes the guest has. It may be called at any time, from any goroutine.
func (m *Memory) Size() uint64 { return m.committed.Load() }

// Free implements experimental.LinearMemory. It does nothing: wazero frees the memory when a guest calls exit, while
// other calls of the same instance may still be on their way out. Release gives it back.
func (m *Memory) Free() {}

// Release gives the memory back to the system. Nobody may touch it any more.
func (m *Memory) Release() {
	if m.reserved != nil {
		release(m.reserved)
		m.pool.give(m.committed.Load())
		m.reserved = nil
	}
}
