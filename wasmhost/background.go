package wasmhost

import "sync"

// background is what an instance has under way on goroutines of its own: submitted calls, and operations of streams. They
// touch nothing of the guest's, so they may go on when no call is left.
type background struct {
	mu      sync.Mutex
	running int
	idle    func() // called when nothing is under way any more
}

// run runs f on a goroutine of its own.
func (b *background) run(f func()) {
	b.mu.Lock()
	b.running++
	b.mu.Unlock()
	go func() {
		defer b.ended()
		f()
	}()
}

func (b *background) ended() {
	b.mu.Lock()
	b.running--
	var idle func()
	if b.running == 0 {
		idle, b.idle = b.idle, nil
	}
	b.mu.Unlock()
	if idle != nil {
		idle()
	}
}

// whenIdle calls idle once nothing is under way: at once, or when the last one ends.
func (b *background) whenIdle(idle func()) {
	b.mu.Lock()
	if b.running > 0 {
		b.idle = idle
		idle = nil
	}
	b.mu.Unlock()
	if idle != nil {
		idle()
	}
}
