package quota

import (
	"math"
	"sync/atomic"
	"time"

	"github.com/mmpy/mmpy/server/internal/metrics"
)

// A Bucket lets through so much in a time, and a burst of it at once. It is one number, the time at which it would be full
// again, so that taking something is one atomic operation and no lock.
type Bucket struct {
	each  float64       // how long it takes until one more may pass, in nanoseconds
	burst time.Duration // how far full may be ahead of the present
	full  atomic.Int64  // a metrics.Moment
}

// NewBucket lets through count of something in that time, and burst at once.
func NewBucket(count float64, in time.Duration, burst float64) *Bucket {
	b := &Bucket{each: float64(in) / count} // infinite, where nothing may pass
	if burst > 0 {
		b.burst = time.Duration(math.Ceil(burst * b.each))
	}
	b.full.Store(math.MinInt64 / 2)
	return b
}

// Take says whether that many may pass now, and lets them.
func (b *Bucket) Take(now metrics.Moment, count int) bool {
	exact := math.Ceil(float64(count) * b.each)
	if exact > float64(b.burst) { // which may be more than a number of nanoseconds holds
		return false
	}
	cost := int64(exact)
	for {
		full := b.full.Load()
		next := max(full, int64(now)) + cost
		if next-int64(now) > int64(b.burst) {
			return false
		}
		if b.full.CompareAndSwap(full, next) {
			return true
		}
	}
}

// charge lets that many pass, whether they may or not.
func (b *Bucket) charge(now metrics.Moment, count float64) {
	cost := int64(math.Ceil(count * b.each))
	for {
		full := b.full.Load()
		if b.full.CompareAndSwap(full, max(full, int64(now))+cost) {
			return
		}
	}
}

// wait is how long it takes until something may pass; 0: it may now.
func (b *Bucket) wait(now metrics.Moment) time.Duration {
	return max(time.Duration(b.full.Load()-int64(now))-b.burst, 0)
}
