package grant

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"go.yaml.in/yaml/v3"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/internal/spelling"
)

// maxPolicy is how large a policy may be, in bytes.
const maxPolicy = 1 << 20

// OpenPolicy reads a policy from a file.
func OpenPolicy(file string) (*Policy, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("read the policy: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxPolicy+1))
	if err != nil {
		return nil, fmt.Errorf("read the policy: %w", err)
	}
	return ParsePolicy(file, text)
}

// ParsePolicy reads a policy, which is YAML or JSON; file is its name for people. A policy with mistakes is a *PolicyError,
// and there is nothing that it ignores: what an administrator has written holds, or the plugin does not run.
func ParsePolicy(file string, text []byte) (*Policy, error) {
	r := &policyReader{file: file}
	if len(text) > maxPolicy {
		r.mistakes = append(r.mistakes, PolicyMistake{1, "", fmt.Sprintf("is larger than %d MiB", maxPolicy>>20)})
		return nil, r.err()
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var document, more yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		r.mistakes = append(r.mistakes, PolicyMistake{1, "", "is empty: a policy that changes nothing is {}"})
		return nil, r.err()
	case err != nil:
		return nil, fmt.Errorf("%s is not YAML: %s", file, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		r.mistake(&more, "", "a policy is one document, and there is a second one")
	}
	policy := &Policy{File: file, plugins: map[string]rule{}}
	r.object(document.Content[0], "", map[string]func(*yaml.Node, string){
		"default": func(n *yaml.Node, at string) { policy.all = r.rule(n, at) },
		"plugins": func(n *yaml.Node, at string) {
			r.each(n, at, func(key, value *yaml.Node, at string) {
				if !model.IsValidPluginId(key.Value) {
					r.mistake(key, at, "is not the id of a plugin")
				}
				policy.plugins[strings.ToLower(key.Value)] = r.rule(value, at)
			})
		},
	})
	if err := r.err(); err != nil {
		return nil, err
	}
	return policy, nil
}

// policyReader collects what is wrong with a policy.
type policyReader struct {
	file     string
	mistakes []PolicyMistake
}

func (r *policyReader) err() error {
	if len(r.mistakes) == 0 {
		return nil
	}
	slices.SortStableFunc(r.mistakes, func(a, b PolicyMistake) int { return a.Line - b.Line })
	return &PolicyError{r.file, r.mistakes}
}

func (r *policyReader) mistake(n *yaml.Node, at, format string, args ...any) {
	r.mistakes = append(r.mistakes, PolicyMistake{max(n.Line, 1), at, fmt.Sprintf(format, args...)})
}

func (r *policyReader) rule(n *yaml.Node, at string) (made rule) {
	r.object(n, at, map[string]func(*yaml.Node, string){
		"allow": func(n *yaml.Node, at string) { made.allow = r.scope(n, at, true) },
		"deny":  func(n *yaml.Node, at string) { made.deny = r.scope(n, at, false) },
		"limits": func(n *yaml.Node, at string) {
			r.each(n, at, func(key, value *yaml.Node, at string) {
				s := setting{name: key.Value}
				err := value.Decode(&s.value)
				if err == nil {
					err = new(DefaultLimits()).Set(s.name, s.value)
				}
				if err != nil {
					r.mistake(value, at, "%v", err)
				}
				made.limits = append(made.limits, s)
			})
		},
		"on_failure": func(n *yaml.Node, at string) {
			switch text := r.text(n); text {
			case "open":
				made.onFailure = new(Open)
			case "closed":
				made.onFailure = new(Closed)
			default:
				r.mistake(n, at, "%q is not allowed, only open and closed", text)
			}
		},
		"networks": func(n *yaml.Node, at string) {
			made.networks = []netip.Prefix{}
			r.list(n, at, func(text string) error {
				network, err := netip.ParsePrefix(text)
				if err != nil {
					return fmt.Errorf("%q is no network: an address and the length of its prefix, such as 10.1.0.0/16", text)
				}
				if network != network.Masked() {
					return fmt.Errorf("%q is an address in the network %s: write that", text, network.Masked())
				}
				made.networks = append(made.networks, network)
				return nil
			})
		},
		"proxy": func(n *yaml.Node, at string) {
			var proxy bool
			if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" || n.Decode(&proxy) != nil {
				r.mistake(n, at, "must be true or false")
			}
			made.proxy = &proxy
		},
	})
	return made
}

func (r *policyReader) scope(n *yaml.Node, at string, allow bool) (made scope) {
	r.object(n, at, map[string]func(*yaml.Node, string){
		"api": func(n *yaml.Node, at string) {
			made.methods = new(methodSet)
			r.list(n, at, made.methods.add)
		},
		"hooks": func(n *yaml.Node, at string) {
			made.hooks = new(hookSet)
			r.list(n, at, func(name string) error {
				if hook, ok := abi.HookByName(name); ok && Always(hook) && !allow {
					return fmt.Errorf("%q cannot be denied: it is how a plugin is started and ended", name)
				}
				return made.hooks.add(name)
			})
		},
		"http": func(n *yaml.Node, at string) {
			made.hosts = []Host{}
			r.list(n, at, func(text string) error {
				host, err := ParseHost(text)
				if err == nil {
					made.hosts = append(made.hosts, host)
				}
				return err
			})
		},
	})
	return made
}

// object reads an object by its fields; there must be no others.
func (r *policyReader) object(n *yaml.Node, at string, fields map[string]func(*yaml.Node, string)) {
	var names []string
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	r.each(n, at, func(key, value *yaml.Node, at string) {
		read, ok := fields[key.Value]
		if !ok {
			text := "there is no such field; allowed: " + strings.Join(names, ", ")
			if nearest := spelling.Nearest(key.Value, names); nearest != "" {
				text = fmt.Sprintf("there is no such field: do you mean %s?", nearest)
			}
			r.mistake(key, at, "%s", text)
			return
		}
		read(value, at)
	})
}

// each gives the entries of an object.
func (r *policyReader) each(n *yaml.Node, at string, f func(key, value *yaml.Node, at string)) {
	if n.Kind != yaml.MappingNode {
		r.mistake(n, at, "must be an object, not %s", kindOf(n))
		return
	}
	seen := map[string]bool{}
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		where := strings.TrimPrefix(at+"."+key.Value, ".")
		switch {
		case key.Kind != yaml.ScalarNode || key.Tag == "!!merge":
			r.mistake(key, at, "has %s where a name belongs", kindOf(key))
		case seen[key.Value]:
			r.mistake(key, where, "is there twice")
		default:
			f(key, value, where)
		}
		seen[key.Value] = true
	}
}

// list gives the texts of a list.
func (r *policyReader) list(n *yaml.Node, at string, add func(string) error) {
	if n.Kind != yaml.SequenceNode {
		r.mistake(n, at, "must be a list, not %s", kindOf(n))
		return
	}
	var names []string
	for _, entry := range n.Content {
		names = append(names, r.text(entry))
	}
	_ = addAll(names, add, func(i int, err error) error {
		r.mistake(n.Content[i], fmt.Sprintf("%s[%d]", at, i), "%v", err)
		return nil
	})
}

// text is the text of a node; "" where it is none.
func (r *policyReader) text(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		return ""
	}
	return n.Value
}

func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "an object"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias, which policies have not"
	}
	if n.Tag == "!!null" {
		return "nothing"
	}
	return fmt.Sprintf("%q", n.Value)
}
