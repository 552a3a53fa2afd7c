package grant

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// A Policy is what an administrator says of plugins: of all, and of single ones, which has precedence.
//
//	default:
//	  deny:
//	    api: [sessions, accounts]
//	plugins:
//	  com.example.dlp:
//	    on_failure: closed
//	    allow:
//	      http: [api.example.com]
type Policy struct {
	File    string // its name, for people
	all     rule
	plugins map[string]rule
}

// A rule is what a policy says of one plugin, or of all. What it leaves out is nil.
type rule struct {
	allow, deny scope
	limits      []setting
	onFailure   *FailureMode
	networks    []netip.Prefix
	proxy       *bool
}

// A scope is a part of what a plugin may ask for. What it leaves out is nil.
type scope struct {
	methods *methodSet
	hooks   *hookSet
	hosts   []Host
}

// A setting is a limit and its greatest value.
type setting struct {
	name  string
	value any
}

// A PolicyError lists the mistakes in a policy.
type PolicyError struct {
	File     string
	Mistakes []PolicyMistake // by line
}

// A PolicyMistake is one thing wrong in a policy.
type PolicyMistake struct {
	Line  int    // from 1 on
	Field string // "plugins.com.example.dlp.on_failure"; empty if the file as a whole is wrong
	Text  string // what is wrong and what is allowed
}

func (e *PolicyError) Error() string {
	lines := make([]string, len(e.Mistakes))
	for i, m := range e.Mistakes {
		where := fmt.Sprintf("%s:%d: ", e.File, m.Line)
		if m.Field != "" {
			where += m.Field + ": "
		}
		lines[i] = where + m.Text
	}
	return strings.Join(lines, "\n")
}

// Plugins lists the plugins that the policy names, sorted.
func (p *Policy) Plugins() []string {
	var ids []string
	for id := range p.plugins {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// A verdict is what a policy says of one thing: "" lets it be granted, else it is who denies it.
type verdict string

// judge asks the rules for a plugin, its own first. allows and denies say what a scope has to say of the thing; allows is
// false for no scope, and said says whether there is one.
func (p *Policy) judge(plugin string, said func(scope) bool, has func(scope) bool) verdict {
	if p == nil {
		return ""
	}
	own, ok := p.plugins[plugin]
	for _, r := range []struct {
		rule
		known bool
		whom  string
	}{{own, ok, "this plugin"}, {p.all, true, "all plugins"}} {
		switch {
		case !r.known:
		case said(r.deny) && has(r.deny):
			return verdict(fmt.Sprintf("the policy %s denies it to %s", p.File, r.whom))
		case !said(r.allow):
		case has(r.allow):
			return ""
		default:
			return verdict(fmt.Sprintf("the policy %s does not allow it to %s", p.File, r.whom))
		}
	}
	return ""
}

// rulesFor gives the rules that hold for a plugin, the one for all first.
func (p *Policy) rulesFor(plugin string) []rule {
	if p == nil {
		return nil
	}
	rules := []rule{p.all}
	if own, ok := p.plugins[plugin]; ok {
		rules = append(rules, own)
	}
	return rules
}
