package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/mmpy/mmpy/abi"
	packed "github.com/mmpy/mmpy/internal/bundle"
	"github.com/mmpy/mmpy/internal/grant"
)

// policyVariable names a file with the administrator's policy to the processes of plugins. It takes the place of the policy
// in a bundle.
const policyVariable = "MMPY_POLICY"

// deniedFile is where the guest finds which methods it may not call, and who says so.
const deniedFile = "/mmpy/denied.json"

// grantFor gives what a plugin is granted. A policy that cannot be read is an error: nothing runs without the policy that it
// was to run under.
func grantFor(config Config) (*grant.Grant, error) {
	if config.GrantAll {
		return grant.Everything(config.Bundle.ID()), nil
	}
	var policy *grant.Policy
	var err error
	if config.Policy == "" {
		policy, err = config.Bundle.policy()
	} else {
		policy, err = grant.OpenPolicy(config.Policy)
	}
	if err != nil {
		return nil, err
	}
	g, err := grant.Of(config.Bundle.ID(), config.Bundle.manifest.Permissions, config.Bundle.manifest.Limits, policy)
	if err != nil {
		return nil, fmt.Errorf("what plugin %q is granted: %w", config.Bundle.ID(), err)
	}
	return g, nil
}

// Grant gives what the plugin is granted: what its manifest asks for, as far as a policy lets it, which is that in a file or, where
// none is named, that in the bundle.
func (b *Bundle) Grant(policy string) (*grant.Grant, error) {
	return grantFor(Config{Bundle: b, Policy: policy})
}

// policy reads the policy that was packed into the bundle; nil where there is none.
func (b *Bundle) policy() (*grant.Policy, error) {
	info, err := b.root.Lstat(packed.PolicyName)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err == nil && !info.Mode().IsRegular():
		err = errors.New("it is no file")
	}
	var text []byte
	if err == nil {
		text, err = packed.ReadFile(b.dir, b.Files(), packed.PolicyName)
	}
	if err != nil {
		return nil, fmt.Errorf("read the bundle's policy: %w", err)
	}
	return grant.ParsePolicy(packed.PolicyName, text)
}

// policyOfProcess is the policy that the process's environment names, "" where it names none. What a relative path would
// mean to a plugin nobody can see.
func policyOfProcess() (string, error) {
	file := os.Getenv(policyVariable)
	if file != "" && !filepath.IsAbs(file) {
		return "", fmt.Errorf("%s=%s: the policy's path must be absolute", policyVariable, file)
	}
	return file, nil
}

// deniedMethods is what is in deniedFile: an object with the reason for each method.
func deniedMethods(g *grant.Grant) []byte {
	encoded, err := json.Marshal(g.Denied())
	if err != nil {
		panic(err) // it consists of texts
	}
	return encoded
}

// grantedHooks leaves out the hooks that the plugin defines and is not granted. They are as if it did not define them.
func (p *Plugin) grantedHooks(names []string) []string {
	granted := make([]string, 0, len(names))
	for _, name := range names {
		if hook, ok := abi.HookByName(name); !ok || p.grant.Hook(hook) == nil {
			granted = append(granted, name)
		}
	}
	return granted
}

// tellDeniedHooks says which hooks the plugin defines and does not get.
func (p *Plugin) tellDeniedHooks(names []string) {
	var denials []string
	for _, name := range names {
		if hook, ok := abi.HookByName(name); ok {
			if denial := p.grant.Hook(hook); denial != nil {
				denials = append(denials, denial.Error())
			}
		}
	}
	if len(denials) > 0 {
		p.log.Warn("the plugin defines hooks that it does not get", "plugin_name", p.bundle.Name(), "denied", strings.Join(denials, "; "))
	}
}
