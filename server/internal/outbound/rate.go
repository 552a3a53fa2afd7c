package outbound

import (
	"sync"
	"time"
)

// bucket lets a number of events pass in a time: at once, as long as it is full, and it fills steadily.
type bucket struct {
	mu    sync.Mutex
	most  float64
	left  float64
	every time.Duration // fills it by one
	last  time.Time
}

func newBucket(most int, per time.Duration) *bucket {
	most = max(most, 0)
	b := &bucket{most: float64(most), left: float64(most), last: time.Now()}
	if most > 0 {
		b.every = per / time.Duration(most)
	}
	return b
}

// take lets one event pass, or says how long that will take.
func (b *bucket) take() (wait time.Duration, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.most == 0 {
		return 0, false
	}
	now := time.Now()
	b.left = min(b.most, b.left+float64(now.Sub(b.last))/float64(b.every))
	b.last = now
	if b.left < 1 {
		return time.Duration((1 - b.left) * float64(b.every)), false
	}
	b.left--
	return 0, true
}
