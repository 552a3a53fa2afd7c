package server

import (
	"slices"

	"github.com/mmpy/mmpy/abi"
)

// definedHooks are the hooks that a plugin defines and is granted.
type definedHooks struct {
	names []string // sorted
	has   [len(abi.Hooks)]bool
}

func newDefinedHooks(names []string) *definedHooks {
	d := &definedHooks{names: slices.Sorted(slices.Values(names))}
	for _, name := range names {
		if hook, ok := abi.HookByName(name); ok {
			d.has[hook] = true
		}
	}
	return d
}

// defines says whether the plugin defines the hook, and is granted it; also yes as long as that is not known.
func (p *Plugin) defines(hook abi.Hook) bool {
	defined := p.defined.Load()
	return defined == nil || defined.has[hook]
}

// learnHooks remembers which hooks the plugin defines. What the interpreter says is the truth; Mattermost was told what
// the bundle says, which is something else when its files were changed since.
func (p *Plugin) learnHooks(names []string) {
	all := slices.Sorted(slices.Values(names))
	if packed := p.bundle.hooks; packed != nil && !slices.Equal(packed, all) {
		p.log.Warn("the bundle's list of hooks is not what the plugin defines: pack it again", "packed", packed, "defined", all)
	}
	p.defined.Store(newDefinedHooks(p.grantedHooks(names)))
	p.hooksTold.Do(func() { p.tellDeniedHooks(all) })
}
