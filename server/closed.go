package server

import (
	"errors"
	"fmt"
	"math"

	"github.com/mmpy/mmpy/internal/grant"
	"github.com/mmpy/mmpy/server/internal/metrics"
)

// rejection is why something is rejected that the plugin was asked about and could not answer, for the person who wanted it;
// "" where it goes through. That is for the administrator to decide: most plugins are less important than what they are asked
// about, some must not be evaded by making them fail. What has failed is in the log, and for nobody else.
func (p *Plugin) rejection(err error) string {
	if p.grant.OnFailure != grant.Closed || errors.Is(err, ErrNotDefined) {
		return ""
	}
	return fmt.Sprintf("The plugin %s has to allow this, and %s. Try again later, or tell an administrator.", p.bundle.Name(), failed(err))
}

// failed says in a few words how a hook has failed.
func failed(err error) string {
	if _, ok := errors.AsType[*startError](err); ok {
		return "it is not running"
	}
	switch metrics.OfHook(err) {
	case metrics.Timeout, metrics.Killed:
		return "it took too long"
	case metrics.Busy, metrics.Overloaded:
		return "it has too much to do"
	}
	return "it failed"
}

// insist has a plugin that must not be evaded tried again and again. Otherwise it would give up one day, its process would
// end, and Mattermost asks no plugin that has no process.
func (p *Plugin) insist() {
	if p.grant.OnFailure == grant.Closed {
		p.guests.patience = math.MaxInt
	}
}
