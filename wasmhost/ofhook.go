package wasmhost

import "context"

// OfHook says whether the API call that has this context is made by the hook whose context it is. It is false for code
// that runs after a hook was deferred, or between hooks: that may belong to any of them, or to none, whatever the context
// holds.
func OfHook(ctx context.Context) bool {
	_, shared := ctx.Value(sharedKey{}).(sharedContext)
	return !shared
}

// sharedContext is the context of calls that are made by code which belongs to no one hook.
type sharedContext struct{ context.Context }

type sharedKey struct{}

// Value gives what the context holds.
func (c sharedContext) Value(key any) any {
	if key == (sharedKey{}) {
		return c
	}
	return c.Context.Value(key)
}

// callContext is the context of what the guest has its host do.
func (c *call) callContext() context.Context {
	if c.driving {
		return sharedContext{c.Context}
	}
	return c.Context
}
