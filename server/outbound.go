package server

import (
	"context"
	"log/slog"

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

// auditHTTP tells of a request to another server.
func (p *Plugin) auditHTTP(record outbound.Record) {
	level, attributes := slog.LevelDebug, []slog.Attr{
		slog.String("method", record.Method), slog.String("url", record.URL), slog.Int("status", record.Status),
		slog.Int64("sent", record.Sent), slog.Int64("received", record.Got), slog.Duration("took", record.Took),
	}
	if record.Remote.IsValid() {
		attributes = append(attributes, slog.String("address", record.Remote.String()))
	}
	kind := metrics.OK
	if record.Err != nil {
		kind = kindOf[record.Err.Kind]
		attributes = append(attributes, slog.String("error", record.Err.Text))
		if record.Err.Kind == outbound.Denied {
			level = slog.LevelWarn
		}
	}
	p.counts.HTTP(record.Took, kind, record.Sent, record.Got)
	p.log.LogAttrs(context.Background(), level, "HTTP request", attributes...)
}
