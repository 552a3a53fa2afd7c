package linearmem

import "sync/atomic"

// Pool is what several memories may have together, in bytes. nil is one without an end.
type Pool struct {
	size uint64
	used atomic.Uint64
}

// NewPool makes a pool of that many bytes.
func NewPool(size uint64) *Pool { return &Pool{size: size} }

// Used is how many bytes memories have of it.
func (p *Pool) Used() uint64 { return p.used.Load() }

// take takes bytes out of the pool, if there are as many.
func (p *Pool) take(bytes uint64) bool {
	if p == nil {
		return true
	}
	for {
		used := p.used.Load()
		if bytes > p.size-used {
			return false
		}
		if p.used.CompareAndSwap(used, used+bytes) {
			return true
		}
	}
}

func (p *Pool) give(bytes uint64) {
	if p != nil {
		p.used.Add(-bytes)
	}
}
