package metrics

import (
	"sync/atomic"
	"time"

	dto "github.com/prometheus/client_model/go"
)

// bounds are the upper bounds of a histogram's buckets. A small hook takes microseconds, and the longest 30 seconds.
var bounds = [...]time.Duration{
	10 * time.Microsecond, 50 * time.Microsecond, 100 * time.Microsecond, 500 * time.Microsecond,
	time.Millisecond, 5 * time.Millisecond, 10 * time.Millisecond, 50 * time.Millisecond,
	100 * time.Millisecond, 500 * time.Millisecond, time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second,
}

// histogram counts durations.
type histogram struct {
	buckets [len(bounds) + 1]atomic.Uint64 // by the first bound that is not exceeded; the last one is for the rest
	sum     atomic.Int64                   // of nanoseconds
}

func (h *histogram) observe(took time.Duration) {
	bucket := 0
	for bucket < len(bounds) && took > bounds[bucket] {
		bucket++
	}
	h.buckets[bucket].Add(1)
	h.sum.Add(int64(took))
}

// read gives what Prometheus is told, and how many durations it was.
func (h *histogram) read() (*dto.Histogram, uint64) {
	buckets := make([]*dto.Bucket, len(bounds))
	var count uint64
	for i, bound := range bounds {
		count += h.buckets[i].Load()
		buckets[i] = &dto.Bucket{CumulativeCount: new(count), UpperBound: new(bound.Seconds())}
	}
	count += h.buckets[len(bounds)].Load()
	sum := time.Duration(h.sum.Load()).Seconds()
	return &dto.Histogram{SampleCount: new(count), SampleSum: &sum, Bucket: buckets}, count
}
