package inspect

import (
	"io/fs"
	"strconv"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/internal/bundle"
	"github.com/mmpy/mmpy/internal/grant"
)

// grants finds out what the plugin may do, of the hooks that it defines too.
func (i *inspection) grants() {
	out := &i.Granted
	out.Asked = i.files.Manifest().Permissions
	out.Policy, out.Hosts = i.Policy, []string{}
	if _, err := fs.Lstat(i.files.Files(), bundle.PolicyName); err == nil && out.Policy == "" {
		out.Policy = bundle.PolicyName
	}
	g, err := i.files.Grant(i.Policy)
	if err != nil {
		i.problem("%s: %v", i.Bundle, err)
		return
	}
	out.Proxy, out.OnFailure, out.Limits = g.Proxy, "open", &g.Limits
	if g.OnFailure == grant.Closed {
		out.OnFailure = "closed"
	}
	for _, group := range grant.Groups() {
		entry := Group{Name: group.Name, Sensitive: group.Sensitive, Methods: len(group.Methods)}
		for _, method := range group.Methods {
			if g.Call(method) == nil {
				entry.Granted++
			}
		}
		out.Calls += entry.Granted
		out.Groups = append(out.Groups, entry)
	}
	for _, name := range i.Hooks {
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
}
