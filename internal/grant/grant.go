// Package grant says what a plugin may do: what its manifest asks for (server.python.permissions and limits), as far as the
// administrator's policy lets it.
package grant

import (
	"fmt"
	"net/netip"

	"github.com/mmpy/mmpy/abi"
)

// A Grant is what one plugin may do. It does not change while the plugin runs, and is safe for any number of goroutines.
type Grant struct {
	Plugin    string // its id
	Limits    Limits
	OnFailure FailureMode

	Hosts    []Host         // that outbound HTTP may reach, unless Host says otherwise
	Networks []netip.Prefix // not public, and open to outbound HTTP all the same
	Proxy    bool           // outbound HTTP goes through the proxy that the host's environment names

	denied [len(abi.Methods)]string // who denied it; "" where it is granted
	hooks  [len(abi.Hooks)]string   // likewise
	asked  []Host                   // by the manifest
	policy *Policy                  // may be nil
}

// FailureMode is what becomes of what a plugin was asked when the plugin fails.
type FailureMode int

// The failure modes.
const (
	Open   FailureMode = iota // it goes on as if there were no plugin: Mattermost's own
	Closed                    // it is rejected
)

// Everything grants all that there is, with the default limits: what a program that embeds a plugin of its own may want, and
// tests.
func Everything(plugin string) *Grant {
	return &Grant{Plugin: plugin, Limits: DefaultLimits(), Hosts: []Host{{Pattern: All}}}
}

// Of gives the grant of a plugin whose manifest asks for these permissions and limits, under a policy, which may be nil.
func Of(plugin string, permissions Permissions, limits map[string]any, policy *Policy) (*Grant, error) {
	asked, err := permissions.asked()
	if err != nil {
		return nil, err
	}
	g := &Grant{Plugin: plugin, asked: asked.hosts, policy: policy}
	for i := range g.denied {
		method := abi.Method(i)
		if !asked.methods[i] {
			g.denied[i] = unasked(method)
			continue
		}
		g.denied[i] = string(policy.judge(plugin,
			func(s scope) bool { return s.methods != nil }, func(s scope) bool { return s.methods[method] }))
	}
	for i := range g.hooks {
		hook := abi.Hook(i)
		switch {
		case Always(hook):
		case !asked.hooks[i]:
			g.hooks[i] = "the manifest does not ask for it"
		default:
			g.hooks[i] = string(policy.judge(plugin,
				func(s scope) bool { return s.hooks != nil }, func(s scope) bool { return s.hooks[hook] }))
		}
	}
	g.Hosts = asked.hosts
	most := map[string]any{}
	for _, r := range policy.rulesFor(plugin) {
		if r.allow.hosts != nil {
			g.Hosts = commonHosts(asked.hosts, r.allow.hosts)
		}
		for _, s := range r.limits {
			most[s.name] = s.value
		}
		if r.onFailure != nil {
			g.OnFailure = *r.onFailure
		}
		if r.networks != nil {
			g.Networks = r.networks
		}
		if r.proxy != nil {
			g.Proxy = *r.proxy
		}
	}
	if g.Limits, err = EffectiveLimits(limits, most); err != nil {
		return nil, fmt.Errorf("limits: %w", err)
	}
	return g, nil
}

// unasked says that a manifest does not ask for a method, and how it would.
func unasked(method abi.Method) string {
	return fmt.Sprintf("the manifest asks neither for it nor for its group %q", groups[groupOf[method]].Name)
}

func commonHosts(asked, allowed []Host) []Host {
	hosts := []Host{}
	for _, a := range asked {
		for _, b := range allowed {
			if host, ok := common(a, b); ok {
				hosts = append(hosts, host)
			}
		}
	}
	return hosts
}

// The ids of the errors that a plugin gets in the place of Mattermost's answer.
const (
	DeniedID = "mmpy.denied" // it was not granted the call
	QuotaID  = "mmpy.quota"  // a limit is used up
)

// A Denial is why something is not granted.
type Denial struct {
	What string // "CreatePost", "the hook UserWillLogIn", "example.com:443"
	By   string // "the manifest does not ask for it", "the policy /etc/mmpy.yaml denies it to all plugins"
}

func (d *Denial) Error() string { return d.What + " is not granted: " + d.By }

// Call says whether the plugin may call a method; nil: it may.
func (g *Grant) Call(method abi.Method) *Denial {
	if g.denied[method] == "" {
		return nil
	}
	return &Denial{method.String(), g.denied[method]}
}

// Hook says whether the plugin may be given a hook; nil: it may.
func (g *Grant) Hook(hook abi.Hook) *Denial {
	if g.hooks[hook] == "" {
		return nil
	}
	return &Denial{"the hook " + hook.String(), g.hooks[hook]}
}

// Denied lists the methods that the plugin may not call, with who denied each.
func (g *Grant) Denied() map[string]string {
	denied := map[string]string{}
	for i, by := range g.denied {
		if by != "" {
			denied[abi.Method(i).String()] = by
		}
	}
	return denied
}
