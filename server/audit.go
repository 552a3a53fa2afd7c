package server

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/internal/grant"
	"github.com/mmpy/mmpy/server/internal/audit"
	"github.com/mmpy/mmpy/server/internal/handlers"
	"github.com/mmpy/mmpy/server/internal/metrics"
	"github.com/mmpy/mmpy/wasmhost"
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

// limitReached records that a limit has stopped something. reason says what it was, without anything of a request's.
func (p *Plugin) limitReached(ctx context.Context, limit, reason string) {
	p.audit.Record(ctx, audit.Entry{Event: audit.Limit, What: limit, Failed: true, Reason: reason})
}

// The limits that a hook shows by the way it fails.
const (
	limitHookTime = "hook time"
	limitMemory   = "memory"
	limitQueue    = "queue"
)

// limitOf records a hook that has failed by a limit.
func (p *Plugin) limitOf(ctx context.Context, err error) {
	failure, ok := errors.AsType[*wasmhost.Error](err)
	if !ok {
		return
	}
	late := errors.Is(err, context.DeadlineExceeded) // and not the end of the plugin
	switch {
	case failure.Code == wasmhost.OutOfMemory:
		p.limitReached(ctx, limitMemory, "the hook found no memory")
	case failure.Code == wasmhost.Overloaded:
		p.limitReached(ctx, limitQueue, "too many hooks were waiting")
	case failure.Code == wasmhost.Killed && late:
		p.limitReached(ctx, limitHookTime, "the interpreter did not stop, and was ended")
	case failure.Code == wasmhost.Timeout && late:
		p.limitReached(ctx, limitHookTime, "the hook was interrupted")
	case failure.Code == wasmhost.Busy && late:
		p.limitReached(ctx, limitHookTime, "the hook's turn did not come")
	}
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
	for _, name := range p.Hooks() {
		hooks = append(hooks, name)
	}
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
