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
	clientStubs = "internal/gen/client"
	mixinsDir   = "python/mattermost_plugin/_internal/mixins"
)

// writtenAreas are the areas whose methods are written by hand, in mixinsDir: what they do is no request and its answer.
var writtenAreas = []string{"streaming"}

// otherWays are methods of these areas that call a method of the API in another way than the one named for it, and which.
var otherWays = map[string]string{
	"plugin_http_stream": "PluginHTTP",
}

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
	versions, err := methodVersions(c.mattermost.pluginFiles)
	if err != nil {
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
	tables := tableUse{}
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
			} else if name, ok := otherWays[function.name]; ok && area.written {
				tables.used("otherWays", function.name)
				rpc = c.apiMethod(name)
			}
			if rpc == nil {
				problems = append(problems, fmt.Errorf("%s.%s: the plugin API has no such method", stub.area, function.name))
				continue
			}
			delete(missing, rpc.GoName)
			version := versions[rpc.GoName]
			if version == "" {
				problems = append(problems, fmt.Errorf("%s: Mattermost's comment does not say which server version brought it: write it into apiVersions", rpc.GoName))
			}
			area.methods = append(area.methods, &clientMethod{function, rpc, version})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(missing)) {
		problems = append(problems, fmt.Errorf("%s has no Python method: declare %s in %s", name, pythonMethodName(name), clientStubs))
	}
	problems = append(problems, unusedEntries(tables, "otherWays", otherWays))
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

// apiVersions are the server versions of API methods whose comment in Mattermost has none, or an odd one.
var apiVersions = map[string]string{}

// methodVersions gives the Mattermost version that brought each API method, "" where its comment does not say.
func methodVersions(pluginFiles []string) (map[string]string, error) {
	comments, err := methodComments(pluginFiles, "API")
	if err != nil {
		return nil, err
	}
	tables := tableUse{}
	versions := map[string]string{}
	for name, comment := range comments {
		versions[name] = versionIn(comment)
		if version, ok := apiVersions[name]; ok && version != versions[name] {
			tables.used("apiVersions", name)
			versions[name] = version
		}
	}
	return versions, unusedEntries(tables, "apiVersions", apiVersions)
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
