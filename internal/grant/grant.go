// Package grant says what a plugin may do: what its manifest asks for (server.python.permissions and limits), as far as the
// administrator's policy lets it.
package grant

import (
	"net/netip"

	"github.com/mmpy/mmpy/abi"
)

// A Grant is what one plugin may do. It does not change while the plugin runs, and is safe for any number of goroutines.
type Grant struct {
	Plugin    string // its id
	Limits    Limits
	OnFailure FailureMode

	Hosts    []Host         // that outbound HTTP may reach
	Networks []netip.Prefix // not public, and open to outbound HTTP all the same
	Proxy    bool           // outbound HTTP goes through the proxy that the host's environment names
	HostsBy  string         // who keeps it from others, for a Denial; "" lists those that it may reach

	denied map[abi.Method]string // who denied it
	hooks  map[abi.Hook]string   // likewise
}

// Everything grants all that there is, with the default limits: what a program that embeds a plugin of its own may want, and
// tests.
func Everything(plugin string) *Grant {
	return &Grant{Plugin: plugin, Limits: DefaultLimits(), Hosts: []Host{{Pattern: "*"}}}
}

// A Denial is why something is not granted.
type Denial struct {
	What string // "CreatePost", "the hook UserWillLogIn", "https://example.com"
	By   string // "the manifest does not ask for it", "the policy /etc/mmpy.yaml denies it to all plugins"
}

func (d *Denial) Error() string { return d.What + " is not granted: " + d.By }

// Call says whether the plugin may call a method; nil: it may.
func (g *Grant) Call(method abi.Method) *Denial {
	if by, denied := g.denied[method]; denied {
		return &Denial{method.String(), by}
	}
	return nil
}

// Hook says whether the plugin may be given a hook; nil: it may.
func (g *Grant) Hook(hook abi.Hook) *Denial {
	if by, denied := g.hooks[hook]; denied {
		return &Denial{"the hook " + hook.String(), by}
	}
	return nil
}

// A Host is an entry of the list of hosts that a plugin may reach: a name, "*.example.com", or "*"; with a port, or any of
// HTTP's own.
type Host struct {
	Pattern string
	Port    uint16 // 0: 80 and 443
}

// FailureMode is what becomes of what a plugin was asked when the plugin fails.
type FailureMode int

const (
	Open   FailureMode = iota // it goes on as if there were no plugin: Mattermost's own
	Closed                    // it is rejected
)
