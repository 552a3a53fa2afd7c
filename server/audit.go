package server

import (
	"context"
	"net/http"
	"time"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/internal/grant"
	"github.com/mmpy/mmpy/server/internal/audit"
	"github.com/mmpy/mmpy/server/internal/handlers"
	"github.com/mmpy/mmpy/server/internal/metrics"
)

// flushTime is how long the end of a plugin waits for records to be written.
const flushTime = 500 * time.Millisecond

// flushAudit writes the records that are left.
func (p *Plugin) flushAudit() {
	ctx, cancel := context.WithTimeout(context.Background(), flushTime)
	defer cancel()
	p.audit.Flush(ctx)
}

// observe records a call that was denied, or that is sensitive.
func (p *Plugin) observe(ctx context.Context, method abi.Method, outcome handlers.Outcome) {
	entry := audit.Entry{Event: audit.Sensitive, What: method.String()}
	switch {
	case outcome.Denial != nil:
		entry.Event, entry.Failed, entry.Reason, entry.Code = audit.Denied, true, outcome.Denial.Error(), http.StatusForbidden
	case outcome.Answer != nil: // its text may hold anything
		entry.Failed, entry.Reason, entry.Code = true, outcome.Answer.GetId(), int(outcome.Answer.GetStatusCode())
	case outcome.Err != nil:
		entry.Failed, entry.Reason = true, metrics.OfCall(nil, outcome.Err).String()
	}
	p.audit.Record(ctx, entry)
}

// restarted records the end of an interpreter.
func (p *Plugin) restarted(cause error) {
	kind := metrics.OfEnd(cause)
	p.counts.Restart(kind)
	p.audit.Record(context.Background(), audit.Entry{
		Event: audit.Restart, What: kind.String(), Failed: true, Reason: reason(withoutTexts(cause)),
	})
}

// recordGrants records what the plugin is granted.
func (p *Plugin) recordGrants() {
	methods, hooks, hosts := []string{}, []string{}, []string{}
	for _, group := range grant.Groups() {
		granted := 0
		var some []string
		for _, method := range group.Methods {
			if p.grant.Call(method) == nil {
				granted++
				some = append(some, method.String())
			}
		}
		if granted == len(group.Methods) {
			some = []string{group.Name}
		}
		methods = append(methods, some...)
	}
	hooks = append(hooks, p.Hooks()...)
	for _, host := range p.grant.Hosts {
		hosts = append(hosts, host.String())
	}
	details := map[string]any{"version": p.bundle.manifest.Model.Version, "api": methods, "hooks": hooks, "http": hosts}
	if len(p.grant.Networks) > 0 {
		networks := []string{}
		for _, network := range p.grant.Networks {
			networks = append(networks, network.String())
		}
		details["networks"] = networks
	}
	if p.grant.OnFailure == grant.Closed {
		details["on_failure"] = "closed"
	}
	if p.grant.Proxy {
		details["proxy"] = true
	}
	p.audit.Record(context.Background(), audit.Entry{Event: audit.Granted, What: p.bundle.ID(), Details: details})
}
