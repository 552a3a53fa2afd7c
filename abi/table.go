package abi

import "strconv"

// A Method is one of Mattermost's API methods: an index into Methods. Its number belongs to this build; the name is
// what host and guest agree on.
type Method uint16

// A Hook is one of Mattermost's hooks: an index into Hooks. Its number belongs to this build.
type Hook uint16

// MethodInfo describes a method.
type MethodInfo struct {
	Name     string // as in plugin.API and in the service PluginAPI: "GetUser"
	Request  string // full name of the request message: "mattermost.pluginapi.v1.GetUserRequest"
	Response string // full name of the response message
}

// HookInfo describes a hook.
type HookInfo struct {
	Name     string // as in plugin.Hooks and in the service PluginHooks: "MessageWillBePosted"
	Request  string // full name of the request message
	Response string // full name of the response message
	Stream   bool   // request and response travel as a stream of these messages
}

var (
	methodsByName = byName(Methods[:], func(info MethodInfo) string { return info.Name })
	hooksByName   = byName(Hooks[:], func(info HookInfo) string { return info.Name })
)

// MethodByName finds the method of an RPC name such as "GetUser".
func MethodByName(name string) (Method, bool) {
	i, ok := methodsByName[name]
	return Method(i), ok
}

// HookByName finds the hook of a name such as "MessageWillBePosted".
func HookByName(name string) (Hook, bool) {
	i, ok := hooksByName[name]
	return Hook(i), ok
}

// Info gives the method's names. It panics for a Method that is none.
func (m Method) Info() MethodInfo { return Methods[m] }

// Info gives the hook's names. It panics for a Hook that is none.
func (h Hook) Info() HookInfo { return Hooks[h] }

// String is the method's name; "Method(n)" where there is no such method.
func (m Method) String() string {
	if int(m) >= len(Methods) {
		return "Method(" + strconv.Itoa(int(m)) + ")"
	}
	return Methods[m].Name
}

// String is the hook's name; "Hook(n)" where there is no such hook.
func (h Hook) String() string {
	if int(h) >= len(Hooks) {
		return "Hook(" + strconv.Itoa(int(h)) + ")"
	}
	return Hooks[h].Name
}

func byName[T any](table []T, name func(T) string) map[string]uint16 {
	index := make(map[string]uint16, len(table))
	for i, info := range table {
		index[name(info)] = uint16(i)
	}
	return index
}
