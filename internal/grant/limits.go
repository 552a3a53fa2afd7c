package grant

import (
	"fmt"
	"time"
)

// Limits bound what a plugin uses. Each has a name in the manifest and in the policy, a default, and a range.
type Limits struct {
	Memory int64 // bytes of an instance

	HookTime     time.Duration // a hook may take
	UserHookTime time.Duration // likewise, one that holds up a user: a message, a login, a command
	HookCPU      time.Duration // the guest may compute for a hook, without what it waits
	CPUShare     int           // percent of one processor, over a minute
	InFlight     int           // hooks of one instance that have begun and not ended
	Queue        int           // hooks that wait for their turn at one instance
	Nesting      int           // hooks on top of each other
	Jobs         int           // scheduled at the same time

	CallRate  int // API calls a second, of one group of methods
	CallBurst int // and at once
	KVKeys    int // keys written in a minute
	KVBytes   int64
	Request   int64 // bytes of one request of the guest, or response of a hook
	Response  int64 // bytes of one response to the guest, or request of a hook
	Props     int64 // bytes of JSON in the props of one post

	LogLines int   // in a minute
	LogBytes int64 // in a minute
	LogLine  int64 // bytes of one line

	Files      int   // open at the same time
	TmpBytes   int64 // of /tmp
	TmpEntries int

	BodyBytes int64 // of a request or response of ServeHTTP

	HTTPRate    int           // outbound requests a minute
	HTTPTime    time.Duration // one may take
	HTTPRequest int64         // bytes of its body
	HTTPAnswer  int64         // bytes of the response's body
}

// DefaultLimits are those of a plugin whose manifest and policy say nothing.
func DefaultLimits() Limits {
	return Limits{
		Memory:   256 << 20,
		HookTime: 30 * time.Second, UserHookTime: 30 * time.Second, HookCPU: 30 * time.Second, CPUShare: 100,
		InFlight: 1024, Queue: 1024, Nesting: 32, Jobs: 256,
		CallRate: 2000, CallBurst: 4000, KVKeys: 60_000, KVBytes: 256 << 20,
		Request: 64 << 20, Response: 64 << 20, Props: 1 << 20,
		LogLines: 6000, LogBytes: 16 << 20, LogLine: 64 << 10,
		Files: 256, TmpBytes: 64 << 20, TmpEntries: 4096,
		BodyBytes: 1 << 30,
		HTTPRate:  600, HTTPTime: 30 * time.Second, HTTPRequest: 64 << 20, HTTPAnswer: 64 << 20,
	}
}

// Set sets the limit of a name in the manifest or the policy.
func (l *Limits) Set(name string, _ any) error { return fmt.Errorf("there is no limit %q", name) }

// EffectiveLimits are those of a plugin whose manifest asks for these, under a policy with these; both by name.
func EffectiveLimits(manifest, policy map[string]any) (Limits, error) { return DefaultLimits(), nil }
