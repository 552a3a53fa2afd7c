package grant

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Permissions are what a plugin's manifest asks for. A list that is nil was left out.
type Permissions struct {
	API   []string `json:"api,omitempty"`   // methods and groups of them; left out: the default set
	HTTP  []string `json:"http,omitempty"`  // hosts; left out: none
	Hooks []string `json:"hooks,omitempty"` // left out: all
}

// kinds are what permissions are given for, as they are named in the manifest and in policies.
var kinds = []string{"api", "hooks", "http"}

// ParsePermissions reads the permissions of a manifest, which is JSON. mistake is told each that is wrong: where, such as
// "api[2]", or "" for all of it, and what is wrong and allowed.
func ParsePermissions(encoded []byte, mistake func(where, text string)) Permissions {
	var permissions Permissions
	fields := map[string]json.RawMessage{}
	decoder := json.NewDecoder(bytes.NewReader(encoded))
	if err := decoder.Decode(&fields); err != nil || fields == nil {
		mistake("", `must be an object, such as {"api": ["default", "sessions"], "http": ["example.com"]}`)
		return permissions
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		encoded := fields[name]
		if !slices.Contains(kinds, name) {
			mistake(name, "there is no such field; allowed: "+strings.Join(kinds, ", "))
			continue
		}
		list := []string{}
		if err := json.Unmarshal(encoded, &list); err != nil || list == nil {
			mistake(name, "must be an array of strings")
			continue
		}
		switch name {
		case "api":
			permissions.API = list
		case "hooks":
			permissions.Hooks = list
		case "http":
			permissions.HTTP = list
		}
	}
	at := func(list string) func(int, error) error {
		return func(i int, err error) error {
			mistake(fmt.Sprintf("%s[%d]", list, i), err.Error())
			return nil
		}
	}
	_ = addAll(permissions.API, new(methodSet).add, at("api"))
	_ = addAll(permissions.Hooks, new(hookSet).add, at("hooks"))
	_ = addAll(permissions.HTTP, func(text string) error {
		_, err := ParseHost(text)
		return err
	}, at("http"))
	return permissions
}

// asked is what permissions, which have no mistakes, stand for.
type asked struct {
	methods methodSet
	hooks   hookSet
	hosts   []Host
}

func (p *Permissions) asked() (asked, error) {
	var a asked
	api, hooks := p.API, p.Hooks
	if api == nil {
		api = []string{Default}
	}
	if hooks == nil {
		hooks = []string{All}
	}
	as := func(list string) func(int, error) error {
		return func(_ int, err error) error { return fmt.Errorf("permissions: %s: %w", list, err) }
	}
	if err := addAll(api, a.methods.add, as("api")); err != nil {
		return a, err
	}
	if err := addAll(hooks, a.hooks.add, as("hooks")); err != nil {
		return a, err
	}
	return a, addAll(p.HTTP, func(text string) error {
		host, err := ParseHost(text)
		a.hosts = append(a.hosts, host)
		return err
	}, as("http"))
}
