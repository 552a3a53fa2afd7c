package inspect

import (
	"strconv"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/internal/grant"
	"github.com/mmpy/mmpy/server"
)

// granted says what the plugin may do, of the hooks that it defines too.
func granted(plugin *server.Bundle, hooks []string) Granted {
	g := grant.Everything(plugin.ID())
	out := Granted{Hosts: []string{}, Proxy: g.Proxy, OnFailure: "open", Limits: g.Limits}
	if g.OnFailure == grant.Closed {
		out.OnFailure = "closed"
	}
	for method := range abi.Methods {
		if denied := g.Call(abi.Method(method)); denied != nil {
			out.NoCalls = append(out.NoCalls, abi.Method(method).String())
		} else {
			out.Calls++
		}
	}
	for _, name := range hooks {
		if hook, known := abi.HookByName(name); known && g.Hook(hook) != nil {
			out.NoHooks = append(out.NoHooks, name)
		}
	}
	for _, host := range g.Hosts {
		name := host.Pattern
		if host.Port != 0 {
			name += ":" + strconv.Itoa(int(host.Port))
		}
		out.Hosts = append(out.Hosts, name)
	}
	for _, network := range g.Networks {
		out.Networks = append(out.Networks, network.String())
	}
	return out
}
