package pluginapiv1_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// wireContract is testdata/wire-contract.json: the descriptors that plugins made for the gRPC plugin system rely on.
type wireContract struct {
	Files    []contractFile
	Messages []contractMessage
	Enums    []contractEnum
	Services []contractService
}

type contractFile struct {
	Name, Package, Syntax string
	Dependencies          []string
}

type contractMessage struct {
	Name, File string // full name
	Fields     []contractField
	Oneofs     []string
	MapEntry   bool `json:"map_entry"`
}

type contractField struct {
	Name           string
	Number         int
	Type           string
	TypeName       string `json:"type_name"`
	Label          string
	JSONName       string `json:"json_name"`
	Proto3Optional bool   `json:"proto3_optional"`
	Oneof          string
	Map            *struct{ Key, Value string }
}

type contractEnum struct {
	Name, File string
	Values     []struct {
		Name   string
		Number int
	}
}

type contractService struct {
	Name, File string
	Methods    []contractMethod
}

type contractMethod struct {
	Name, Path, Request, Response string
	ClientStreaming               bool `json:"client_streaming"`
	ServerStreaming               bool `json:"server_streaming"`
}

func readContract(t *testing.T) wireContract {
	t.Helper()
	text, err := os.ReadFile("testdata/wire-contract.json")
	require.NoError(t, err)
	var c wireContract
	require.NoError(t, json.Unmarshal(text, &c))
	return c
}

// differences lists what of the contract our descriptors lack or have otherwise. What they have more is no difference.
func (c wireContract) differences() []string {
	var d differences
	for _, file := range c.Files {
		d.file(file)
	}
	for _, message := range c.Messages {
		d.message(message)
	}
	for _, enum := range c.Enums {
		d.enum(enum)
	}
	for _, service := range c.Services {
		d.service(service)
	}
	return d
}

type differences []string

func (d *differences) differ(format string, args ...any) {
	*d = append(*d, fmt.Sprintf(format, args...))
}

// same notes a difference of one property.
func same[T comparable](d *differences, of, property string, want, got T) {
	if got != want {
		d.differ("%s: %s is %v, the contract has %v", of, property, got, want)
	}
}

// find looks a full name up and notes a difference when it is missing or something else.
func find[T protoreflect.Descriptor](d *differences, name string) (found T, ok bool) {
	descriptor, err := pb.Files.FindDescriptorByName(protoreflect.FullName(name))
	if err == nil {
		found, ok = descriptor.(T)
	}
	if !ok {
		d.differ("%s is missing", name)
	}
	return found, ok
}

func (d *differences) file(want contractFile) {
	file, err := pb.Files.FindFileByPath(want.Name)
	if err != nil {
		d.differ("%s is missing", want.Name)
		return
	}
	same(d, want.Name, "package", want.Package, string(file.Package()))
	same(d, want.Name, "syntax", want.Syntax, file.Syntax().String())
	var imports []string
	for i := range file.Imports().Len() {
		imports = append(imports, file.Imports().Get(i).Path())
	}
	for _, dependency := range want.Dependencies {
		same(d, want.Name, "import of "+dependency, true, slices.Contains(imports, dependency))
	}
}

func (d *differences) message(want contractMessage) {
	message, ok := find[protoreflect.MessageDescriptor](d, want.Name)
	if !ok {
		return
	}
	same(d, want.Name, "file", want.File, message.ParentFile().Path())
	same(d, want.Name, "map_entry", want.MapEntry, message.IsMapEntry())
	for _, oneof := range want.Oneofs {
		same(d, want.Name, "oneof "+oneof, true, message.Oneofs().ByName(protoreflect.Name(oneof)) != nil)
	}
	for _, field := range want.Fields {
		d.field(want.Name, message, field)
	}
}

func (d *differences) field(of string, message protoreflect.MessageDescriptor, want contractField) {
	name := of + "." + want.Name
	field := message.Fields().ByName(protoreflect.Name(want.Name))
	if field == nil {
		d.differ("%s is missing", name)
		return
	}
	same(d, name, "number", want.Number, int(field.Number()))
	same(d, name, "type", want.Type, field.Kind().String())
	same(d, name, "type_name", want.TypeName, typeName(field))
	same(d, name, "label", want.Label, field.Cardinality().String())
	same(d, name, "json_name", want.JSONName, field.JSONName())
	same(d, name, "proto3_optional", want.Proto3Optional, field.HasOptionalKeyword())
	var oneof string
	if field.ContainingOneof() != nil {
		oneof = string(field.ContainingOneof().Name())
	}
	same(d, name, "oneof", want.Oneof, oneof)
	same(d, name, "map", want.Map != nil, field.IsMap())
	if want.Map != nil && field.IsMap() {
		same(d, name, "map's key", want.Map.Key, typeOrName(field.MapKey()))
		same(d, name, "map's value", want.Map.Value, typeOrName(field.MapValue()))
	}
}

func (d *differences) enum(want contractEnum) {
	enum, ok := find[protoreflect.EnumDescriptor](d, want.Name)
	if !ok {
		return
	}
	same(d, want.Name, "file", want.File, enum.ParentFile().Path())
	for _, value := range want.Values {
		v := enum.Values().ByName(protoreflect.Name(value.Name))
		if v == nil {
			d.differ("%s.%s is missing", want.Name, value.Name)
			continue
		}
		same(d, want.Name+"."+value.Name, "number", value.Number, int(v.Number()))
	}
}

func (d *differences) service(want contractService) {
	service, ok := find[protoreflect.ServiceDescriptor](d, want.Name)
	if !ok {
		return
	}
	same(d, want.Name, "file", want.File, service.ParentFile().Path())
	for _, method := range want.Methods {
		name := want.Name + "." + method.Name
		m := service.Methods().ByName(protoreflect.Name(method.Name))
		if m == nil {
			d.differ("%s is missing", name)
			continue
		}
		same(d, name, "path", method.Path, fmt.Sprintf("/%s/%s", m.Parent().FullName(), m.Name()))
		same(d, name, "request", method.Request, string(m.Input().FullName()))
		same(d, name, "response", method.Response, string(m.Output().FullName()))
		same(d, name, "client_streaming", method.ClientStreaming, m.IsStreamingClient())
		same(d, name, "server_streaming", method.ServerStreaming, m.IsStreamingServer())
	}
}

// typeName is the full name of the field's message or enum, "" for the scalars.
func typeName(field protoreflect.FieldDescriptor) string {
	if message := field.Message(); message != nil {
		return string(message.FullName())
	}
	if enum := field.Enum(); enum != nil {
		return string(enum.FullName())
	}
	return ""
}

func typeOrName(field protoreflect.FieldDescriptor) string {
	if name := typeName(field); name != "" {
		return name
	}
	return field.Kind().String()
}

func TestDescriptorsHaveAllOfTheContractAsItIs(t *testing.T) {
	c := readContract(t)
	require.Empty(t, c.differences())

	var fields, methods, maps int
	for _, m := range c.Messages {
		fields += len(m.Fields)
		if m.MapEntry {
			maps++
			fields -= len(m.Fields)
		}
	}
	for _, s := range c.Services {
		methods += len(s.Methods)
	}
	require.Equal(t, []int{19, 648, 15, 1614, 2, 236 + 42},
		[]int{len(c.Files), len(c.Messages) - maps, maps, fields, len(c.Enums), methods}, "the whole contract was read")
}

// A contract that differs from the descriptors in one place must be told apart, whatever the place.
func TestEveryKindOfDifferenceIsFound(t *testing.T) {
	const prefix = "mattermost.pluginapi.v1."
	for name, test := range map[string]struct {
		doctor func(*testing.T, *wireContract)
		want   string
	}{
		"a file more": {
			func(_ *testing.T, c *wireContract) { c.Files[0].Name = "other.proto" }, "other.proto is missing"},
		"another package": {
			func(_ *testing.T, c *wireContract) { c.Files[0].Package = "x" }, "common.proto: package is"},
		"another syntax": {
			func(_ *testing.T, c *wireContract) { c.Files[0].Syntax = "proto2" }, "common.proto: syntax is"},
		"an import more": {
			func(_ *testing.T, c *wireContract) { c.Files[1].Dependencies = []string{"team.proto"} }, "user.proto: import of team.proto"},
		"a message more": {
			func(t *testing.T, c *wireContract) { c.message(t, "User").Name = prefix + "Robot" }, prefix + "Robot is missing"},
		"a message where an enum is": {
			func(t *testing.T, c *wireContract) { c.message(t, "User").Name = prefix + "TeamType" }, prefix + "TeamType is missing"},
		"a message in another file": {
			func(t *testing.T, c *wireContract) { c.message(t, "User").File = "team.proto" }, "User: file is"},
		"a oneof more": {
			func(t *testing.T, c *wireContract) { c.message(t, "Post").Oneofs = []string{"kind"} }, "Post: oneof kind is"},
		"a message that is no map entry": {
			func(t *testing.T, c *wireContract) { c.message(t, "User.PropsEntry").MapEntry = false }, "User.PropsEntry: map_entry is"},
		"a field more": {
			func(t *testing.T, c *wireContract) { c.field(t, "Post", "message").Name = "text" }, "Post.text is missing"},
		"another number": {
			func(t *testing.T, c *wireContract) { c.field(t, "Post", "message").Number = 99 }, "Post.message: number is"},
		"another type": {
			func(t *testing.T, c *wireContract) { c.field(t, "Post", "create_at").Type = "uint64" }, "Post.create_at: type is"},
		"another message type": {
			func(t *testing.T, c *wireContract) { c.field(t, "Post", "metadata").TypeName = prefix + "Team" }, "Post.metadata: type_name is"},
		"another enum type": {
			func(t *testing.T, c *wireContract) { c.field(t, "Team", "type").TypeName = prefix + "ChannelType" }, "Team.type: type_name is"},
		"another label": {
			func(t *testing.T, c *wireContract) { c.field(t, "Post", "file_ids").Label = "optional" }, "Post.file_ids: label is"},
		"another JSON name": {
			func(t *testing.T, c *wireContract) { c.field(t, "Post", "root_id").JSONName = "root_id" }, "Post.root_id: json_name is"},
		"presence lost": {
			func(t *testing.T, c *wireContract) { c.field(t, "Post", "remote_id").Proto3Optional = false }, "Post.remote_id: proto3_optional is"},
		"presence gained": {
			func(t *testing.T, c *wireContract) { c.field(t, "Post", "root_id").Proto3Optional = true }, "Post.root_id: proto3_optional is"},
		"another oneof of a field": {
			func(t *testing.T, c *wireContract) { c.field(t, "Post", "remote_id").Oneof = "kind" }, "Post.remote_id: oneof is"},
		"a map that is none": {
			func(t *testing.T, c *wireContract) { c.field(t, "User", "props").Map = nil }, "User.props: map is"},
		"another key of a map": {
			func(t *testing.T, c *wireContract) { c.field(t, "User", "props").Map.Key = "int32" }, "User.props: map's key is"},
		"another value of a map": {
			func(t *testing.T, c *wireContract) { c.field(t, "PostList", "posts").Map.Value = prefix + "Team" }, "PostList.posts: map's value is"},
		"an enum more": {
			func(_ *testing.T, c *wireContract) { c.Enums[0].Name = prefix + "Colour" }, "Colour is missing"},
		"an enum in another file": {
			func(_ *testing.T, c *wireContract) { c.Enums[0].File = "user.proto" }, "TeamType: file is"},
		"an enum value more": {
			func(_ *testing.T, c *wireContract) { c.Enums[0].Values[0].Name = "TEAM_TYPE_NONE" }, "TeamType.TEAM_TYPE_NONE is missing"},
		"another number of an enum value": {
			func(_ *testing.T, c *wireContract) { c.Enums[0].Values[1].Number = 7 }, "TeamType.TEAM_TYPE_OPEN: number is"},
		"a service more": {
			func(_ *testing.T, c *wireContract) { c.Services[0].Name = prefix + "Other" }, "Other is missing"},
		"a service in another file": {
			func(_ *testing.T, c *wireContract) { c.Services[0].File = "hooks.proto" }, "PluginAPI: file is"},
		"an RPC more": {
			func(_ *testing.T, c *wireContract) { c.Services[0].Methods[0].Name = "Dance" }, "PluginAPI.Dance is missing"},
		"another path": {
			func(_ *testing.T, c *wireContract) { c.Services[0].Methods[0].Path = "/x" }, "PluginAPI.CreateUser: path is"},
		"another request": {
			func(_ *testing.T, c *wireContract) { c.Services[0].Methods[0].Request = prefix + "User" }, "PluginAPI.CreateUser: request is"},
		"another response": {
			func(_ *testing.T, c *wireContract) { c.Services[0].Methods[0].Response = prefix + "User" }, "PluginAPI.CreateUser: response is"},
		"a streaming request": {
			func(_ *testing.T, c *wireContract) { c.Services[0].Methods[0].ClientStreaming = true }, "PluginAPI.CreateUser: client_streaming is"},
		"a streaming response": {
			func(_ *testing.T, c *wireContract) { c.Services[0].Methods[0].ServerStreaming = true }, "PluginAPI.CreateUser: server_streaming is"},
	} {
		t.Run(name, func(t *testing.T) {
			c := readContract(t)
			test.doctor(t, &c)
			differences := c.differences()
			require.Len(t, differences, 1)
			require.Contains(t, differences[0], test.want)
		})
	}
}

// message finds a message of the contract to doctor.
func (c *wireContract) message(t *testing.T, name string) *contractMessage {
	t.Helper()
	i := slices.IndexFunc(c.Messages, func(m contractMessage) bool { return m.Name == "mattermost.pluginapi.v1."+name })
	require.NotEqual(t, -1, i, name)
	return &c.Messages[i]
}

// field finds a field of the contract to doctor.
func (c *wireContract) field(t *testing.T, message, name string) *contractField {
	t.Helper()
	m := c.message(t, message)
	i := slices.IndexFunc(m.Fields, func(f contractField) bool { return f.Name == name })
	require.NotEqual(t, -1, i, name)
	return &m.Fields[i]
}
