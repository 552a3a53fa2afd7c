package server

import (
	"slices"

	"github.com/mmpy/mmpy/abi"
)

// definedHooks are the hooks that a plugin defines.
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

// defines says whether the plugin defines the hook; also yes as long as that is not known.
func (p *Plugin) defines(hook abi.Hook) bool {
	defined := p.defined.Load()
	return defined == nil || defined.has[hook]
}

// learnHooks remembers which hooks the plugin defines. What the interpreter says is the truth; Mattermost was told what
// the bundle says, which is something else when its files were changed since.
func (p *Plugin) learnHooks(names []string) {
	defined := newDefinedHooks(names)
	if packed := p.bundle.hooks; packed != nil && !slices.Equal(packed, defined.names) {
		p.log.Warn("the bundle's list of hooks is not what the plugin defines: pack it again", "packed", packed, "defined", defined.names)
	}
	p.defined.Store(defined)
}
