package metrics

import (
	"sync/atomic"
	"time"

	dto "github.com/prometheus/client_model/go"
)

// outgoing are the requests to other servers.
type outgoing struct {
	operation      atomic.Pointer[operation]
	sent, received atomic.Uint64
}

// HTTP counts a request to another server that has ended, and the bytes of its bodies.
func (r *Recorder) HTTP(took time.Duration, kind Kind, sent, received int64) {
	count(&r.http.operation, took, kind)
	r.http.sent.Add(uint64(sent))
	r.http.received.Add(uint64(received))
}

// gather gives their metrics; none as long as there was no request.
func (o *outgoing) gather() []*dto.MetricFamily {
	requests := o.operation.Load()
	if requests == nil {
		return nil
	}
	histogram, count := requests.duration.read()
	failures := counter("mmpy_http_errors_total", "Requests to other servers that failed, by kind.")
	for kind := range kinds {
		if n := requests.errors[kind].Load(); n > 0 {
			failures.Metric = append(failures.Metric, counted(n, "kind", kindNames[kind]))
		}
	}
	return []*dto.MetricFamily{
		counter("mmpy_http_requests_total", "Requests to other servers.", counted(count)),
		failures,
		family("mmpy_http_duration_seconds", "How long requests to other servers took, until the end of the answer.", dto.MetricType_HISTOGRAM,
			&dto.Metric{Histogram: histogram}),
		counter("mmpy_http_sent_bytes_total", "Bytes of the bodies of requests to other servers.", counted(o.sent.Load())),
		counter("mmpy_http_received_bytes_total", "Bytes of the bodies of their answers.", counted(o.received.Load())),
	}
}
