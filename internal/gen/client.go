package main

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"google.golang.org/protobuf/compiler/protogen"
)

const (
	clientStubs  = "internal/gen/client"
	mixinsDir    = "python/mattermost_plugin/_internal/mixins"
	overridesPkg = "mattermost_plugin._internal.overrides"
)

// writtenAreas are the areas whose methods are written by hand, in mixinsDir: what they do is no request and its answer.
var writtenAreas = []string{"streaming"}

// A client is the Python client: what the stubs say of it, with the contract behind.
type client struct {
	areas    []*clientArea
	wrappers *wrapperSet
}

// A clientArea is a group of methods that has a file of its own.
type clientArea struct {
	stub    *stubFile
	class   *stubClass
	methods []*clientMethod
	written bool // by hand
}

// A clientMethod is one method.
type clientMethod struct {
	*stubFunction
	api     *protogen.Method
	version string // of the server that brought it
}

// readClient reads the stubs and finds the RPC of each method. It fails where an RPC has no method or a method no RPC.
func readClient(c *contract, root string) (*client, error) {
	stubs, err := readStubs(filepath.Join(root, filepath.FromSlash(clientStubs)))
	if err != nil {
		return nil, err
	}
	for _, area := range writtenAreas {
		stub, err := readStub(filepath.Join(root, filepath.FromSlash(mixinsDir), area+".py"))
		if err != nil {
			return nil, err
		}
		stubs = append(stubs, stub)
	}
	versions, err := readServerVersions(root, "API")
	if err != nil {
		return nil, err
	}
	if err := applyVersionOverrides(versions); err != nil {
		return nil, err
	}
	wrappers, err := readWrappers(c, root)
	if err != nil {
		return nil, err
	}
	client := &client{wrappers: wrappers}
	missing := map[string]*protogen.Method{}
	named := map[string]*protogen.Method{}
	for _, rpc := range c.api.Methods {
		missing[rpc.GoName] = rpc
		named[pythonMethodName(rpc.GoName)] = rpc
	}
	var problems []error
	for _, stub := range stubs {
		if len(stub.classes) != 1 {
			return nil, fmt.Errorf("%s: a file of methods has one class", stub.area)
		}
		area := &clientArea{stub: stub, class: stub.classes[0], written: slices.Contains(writtenAreas, stub.area)}
		client.areas = append(client.areas, area)
		for _, function := range area.class.methods {
			if strings.HasPrefix(function.name, "_") {
				continue
			}
			rpc := named[function.name]
			if function.rpc != "" {
				rpc = c.apiMethod(function.rpc)
			}
			if rpc == nil {
				problems = append(problems, fmt.Errorf("%s.%s: the plugin API has no such method", stub.area, function.name))
				continue
			}
			delete(missing, rpc.GoName)
			version := versions[rpc.GoName]
			if version == "" {
				problems = append(problems, fmt.Errorf("%s: Mattermost's comment does not say which server version brought it: add it to versionOverrides", rpc.GoName))
			}
			area.methods = append(area.methods, &clientMethod{function, rpc, version})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(missing)) {
		problems = append(problems, fmt.Errorf("%s has no Python method: declare %s in %s", name, pythonMethodName(name), clientStubs))
	}
	return client, errors.Join(problems...)
}

// apiMethod gives the RPC of a name, or nil.
func (c *contract) apiMethod(name string) *protogen.Method {
	for _, rpc := range c.api.Methods {
		if rpc.GoName == name {
			return rpc
		}
	}
	return nil
}

// applyVersionOverrides puts versionOverrides in, and fails for those that are no longer needed.
func applyVersionOverrides(versions map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(versionOverrides)) {
		if there, ok := versions[name]; !ok || there == versionOverrides[name] {
			return fmt.Errorf("versionOverrides lists %s, which nothing needs (any more)", name)
		}
		versions[name] = versionOverrides[name]
	}
	return nil
}

// pythonMethodName is a method's name as the SDK writes it: GetLDAPUserAttributes is get_ldap_user_attributes.
func pythonMethodName(name string) string {
	letters := []rune(name)
	var b strings.Builder
	for i, letter := range letters {
		if i > 0 && unicode.IsUpper(letter) &&
			(unicode.IsLower(letters[i-1]) || i+1 < len(letters) && unicode.IsLower(letters[i+1])) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(letter))
	}
	return b.String()
}

// reference is what a docstring says of the method behind: "(GetUser, server 5.2)".
func (m *clientMethod) reference() string {
	return fmt.Sprintf("(%s, server %s)", m.api.Desc.Name(), m.version)
}

// handWrittenMixins are the files in mixinsDir that are not generated.
var handWrittenMixins = []string{
	mixinsDir + "/__init__.py", mixinsDir + "/streaming.py", mixinsDir + "/streaming_async.py",
}
