package codectest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/bufbuild/protocompile"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/dynamicpb"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// types are the message types under test: Kinds, of testdata/kinds.proto, and after it those of the contract, by name.
var types = sync.OnceValues(func() ([]protoreflect.MessageType, error) {
	compiler := protocompile.Compiler{
		Resolver: protocompile.WithStandardImports(&protocompile.SourceResolver{ImportPaths: []string{"testdata"}}),
	}
	compiled, err := compiler.Compile(context.Background(), "kinds.proto")
	if err != nil {
		return nil, err
	}
	all := []protoreflect.MessageType{dynamicpb.NewMessageType(compiled[0].Messages().ByName("Kinds"))}
	pb.Files.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		for i := range file.Messages().Len() {
			message, findErr := protoregistry.GlobalTypes.FindMessageByName(file.Messages().Get(i).FullName())
			if findErr != nil {
				err = findErr
				return false
			}
			all = append(all, message)
		}
		return true
	})
	slices.SortFunc(all[1:], func(a, b protoreflect.MessageType) int {
		return strings.Compare(string(a.Descriptor().FullName()), string(b.Descriptor().FullName()))
	})
	return all, err
})

// contractModules are the Python modules of the contract's messages.
func contractModules() []string {
	var modules []string
	pb.Files.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		modules = append(modules, "mattermost_plugin.grpc."+strings.TrimSuffix(file.Path(), ".proto")+"_pb2")
		return true
	})
	return modules
}

// pythonModule is the Python module that defines one message and its file's enums.
func pythonModule(message protoreflect.MessageDescriptor) string {
	var b strings.Builder
	b.WriteString("from _mmpy import enum_type, message_type\nfrom google.protobuf import struct_pb2, timestamp_pb2, wrappers_pb2\n")
	enums := message.ParentFile().Enums()
	for i := range enums.Len() {
		fmt.Fprintf(&b, "%s = enum_type(%q, __name__, (", enums.Get(i).Name(), enums.Get(i).FullName())
		for k := range enums.Get(i).Values().Len() {
			value := enums.Get(i).Values().Get(k)
			fmt.Fprintf(&b, "(%q, %d), ", value.Name(), value.Number())
		}
		b.WriteString("))\n")
	}
	fmt.Fprintf(&b, "%s = message_type(%q, __name__, (\n", message.Name(), message.FullName())
	for i := range message.Fields().Len() {
		field := message.Fields().Get(i)
		fmt.Fprintf(&b, "    (%q, %d, %s, %q),\n", field.Name(), field.Number(), pythonKind(field), pythonLabel(field))
	}
	b.WriteString("))\n")
	return b.String()
}

// pythonKind is a field's type and its reference, as message_type takes them.
func pythonKind(field protoreflect.FieldDescriptor) string {
	switch {
	case field.IsMap():
		return fmt.Sprintf(`"map", (%q, %s)`, field.MapKey().Kind(), pythonKind(field.MapValue()))
	case field.Message() != nil:
		return fmt.Sprintf("%q, %q", field.Kind(), field.Message().FullName())
	case field.Enum() != nil && field.Enum().FullName() == "google.protobuf.NullValue":
		return `"enum", struct_pb2.NullValue`
	case field.Enum() != nil:
		return fmt.Sprintf("%q, %s", field.Kind(), field.Enum().Name())
	default:
		return fmt.Sprintf("%q, None", field.Kind())
	}
}

func pythonLabel(field protoreflect.FieldDescriptor) string {
	switch oneof := field.ContainingOneof(); {
	case field.IsList():
		return "repeated"
	case field.HasOptionalKeyword():
		return "optional"
	case oneof != nil:
		return "oneof:" + string(oneof.Name())
	default:
		return ""
	}
}
