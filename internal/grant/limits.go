package grant

import "time"

// Limits bound what a plugin uses. The table in limits_table.go gives each its name in the manifest and in the policy, its
// default, and its range.
type Limits struct {
	Memory int64 // bytes of an instance

	HookTime     time.Duration // a hook may take
	UserHookTime time.Duration // likewise, one that holds up a user, see HoldsUpUser
	HookCPU      time.Duration // the guest may compute for a hook, without what it waits
	CPUShare     int           // percent of one processor, over a minute
	InFlight     int           // hooks of one instance that have begun and not ended
	Queue        int           // hooks that wait for their turn at one instance
	Nesting      int           // hooks on top of each other
	Jobs         int           // scheduled at the same time, in one instance

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
func DefaultLimits() (l Limits) {
	for _, row := range limitTable {
		row.put(&l, row.Default)
	}
	return l
}

// EffectiveLimits are those of a plugin whose manifest asks for these, under a policy with these; both by name, and either may
// be nil.
//
// What the manifest says counts, and where it says nothing the default. What the policy says is the most that it may be. So
// an administrator narrows a plugin whatever its author has written; to give it more than the default, the manifest has to
// ask for it. Without a policy the table's greatest value bounds what a manifest may ask for.
func EffectiveLimits(manifest, policy map[string]any) (Limits, error) {
	limits, most := DefaultLimits(), Limits{}
	if err := limits.setAll(manifest); err != nil {
		return Limits{}, err
	}
	if err := most.setAll(policy); err != nil {
		return Limits{}, err
	}
	for _, row := range limitTable {
		if _, bounded := policy[row.Name]; bounded {
			row.put(&limits, min(row.get(&limits), row.get(&most)))
		}
	}
	return limits, nil
}
