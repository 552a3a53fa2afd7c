package server

import (
	"context"
	"errors"
	"net/http"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/metrics"
)

// Metrics are the figures of a plugin for Prometheus; docs/metrics.md lists them. It is a prometheus.Gatherer, and an
// http.Handler that serves them as text.
type Metrics struct{ plugin *Plugin }

// Metrics gives the plugin's metrics. Mattermost gets them from ServeMetrics.
func (p *Plugin) Metrics() *Metrics { return &Metrics{p} }

// Gather gives what there is now, sorted by name. Its error is nil.
func (m *Metrics) Gather() ([]*dto.MetricFamily, error) {
	return m.plugin.counts.Gather(m.plugin.guests.state()), nil
}

// textFormat is how metrics are served.
var textFormat = expfmt.NewFormat(expfmt.TypeTextPlain)

// ServeHTTP serves the metrics.
func (m *Metrics) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", string(textFormat))
	w.WriteHeader(http.StatusOK)
	m.write(w)
}

// write writes the metrics as text, in one piece: over net/rpc each is a round trip.
func (m *Metrics) write(w http.ResponseWriter) {
	if text, err := m.text(); err != nil {
		m.plugin.log.Error("the metrics cannot be written", "error", err)
	} else if _, err := w.Write(text); err != nil {
		m.plugin.log.Debug("the metrics were not taken", "error", err)
	}
}

// count counts a hook that ended with err, or with an answer. What is not known of it is nil.
func (p *Plugin) count(ctx context.Context, hook abi.Hook, request proto.Message, took time.Duration, err error, answer any) {
	kind := metrics.OK
	switch {
	case err == nil:
		if refusal, ok := answer.(interface{ GetError() *pb.AppError }); ok && refusal.GetError() != nil {
			kind = metrics.AppError
			p.jobsAreFull(ctx, hook, request, nil, refusal.GetError())
		}
	case errors.Is(err, ErrNotDefined):
		return
	default:
		kind = metrics.OfHook(err)
		p.jobsAreFull(ctx, hook, request, err, nil)
		if _, ok := errors.AsType[*limitError](err); ok {
			kind = metrics.Quota
		}
		if _, ok := errors.AsType[*startError](err); ok {
			kind = metrics.NotRunning
		}
	}
	p.counts.Hook(hook, took, kind)
}

// state looks at the guests.
func (p *pool) state() metrics.State {
	p.mu.Lock()
	defer p.mu.Unlock()
	state := p.past
	state.MaxInstances = p.size
	for _, g := range p.all() {
		state.Add(g.instance.Stats())
	}
	return state
}
