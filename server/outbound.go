package server

import (
	"context"

	"github.com/mmpy/mmpy/server/internal/audit"
	"github.com/mmpy/mmpy/server/internal/metrics"
	"github.com/mmpy/mmpy/server/internal/outbound"
)

// theNetwork is what sends the plugin's requests to other servers. It is made when it is first asked for.
func (p *Plugin) theNetwork() *outbound.Client {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.network == nil {
		p.network = outbound.New(outbound.Config{Grant: p.grant, Audit: p.auditHTTP})
	}
	return p.network
}

// networkFor is theNetwork for one guest: none while the plugin's file is loaded.
func (p *Plugin) networkFor(g *guest) *outbound.Client {
	if !g.loaded.Load() {
		return nil
	}
	return p.theNetwork()
}

// kindOf says how requests that failed are counted.
var kindOf = map[outbound.Kind]metrics.Kind{
	outbound.Denied: metrics.Denied, outbound.Quota: metrics.Quota, outbound.Invalid: metrics.Invalid, outbound.Timeout: metrics.Timeout,
	outbound.Unknown: metrics.Unavailable, outbound.Unreachable: metrics.Unavailable, outbound.Untrusted: metrics.Unavailable,
	outbound.Garbled: metrics.Unavailable, outbound.Cancelled: metrics.Cancelled,
}

// auditHTTP counts and records a request to another server, and the limit that it has reached.
func (p *Plugin) auditHTTP(ctx context.Context, record outbound.Record) {
	entry := audit.Entry{
		Event: audit.HTTP, What: record.Host, Code: record.Status,
		Details: map[string]any{"http_method": record.Method, "sent": record.Sent, "received": record.Got},
	}
	if record.Remote.IsValid() {
		entry.Details["address"] = record.Remote.String()
	}
	kind := metrics.OK
	if record.Err != nil {
		kind = kindOf[record.Err.Kind]
		entry.Failed, entry.Reason = true, record.Err.Text
		if limit := record.Err.Limit; limit != nil {
			p.limitFired(ctx, *limit, record.Err.Text)
		}
	}
	p.counts.HTTP(record.Took, kind, record.Sent, record.Got)
	p.audit.Record(ctx, entry)
}
