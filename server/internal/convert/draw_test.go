package convert

import (
	"slices"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"
	"pgregory.net/rapid"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// drawMessage draws a message with any of its fields set, but for those named in skip. Strings with presence are not
// empty: a model's plain string field cannot tell that from unset.
func drawMessage[Message proto.Message](t *rapid.T, skip ...string) Message {
	var zero Message
	drawn := zero.ProtoReflect().New()
	fill(t, drawn, skip, 0)
	return drawn.Interface().(Message)
}

// notAlone are the fields that come back together with an older one that says the same: messages with both are drawn as
// models, by package crossing.
var notAlone = []protoreflect.Name{"CommandArgs.user_mentions", "CommandArgs.channel_mentions", "CommandResponse.message_attachments"}

func fill(t *rapid.T, m protoreflect.Message, skip []string, depth int) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		name := string(field.Name())
		if slices.Contains(skip, name) || pb.IsCompanion(field) || slices.Contains(notAlone, field.FullName().Parent().Name()+"."+field.Name()) || (depth > 2 && field.Kind() == protoreflect.MessageKind) || !rapid.Bool().Draw(t, "has "+name) {
			continue
		}
		switch {
		case field.IsMap():
			entries := m.Mutable(field).Map()
			for range rapid.IntRange(1, 2).Draw(t, "entries of "+name) {
				entries.Set(drawValue(t, nil, field.MapKey(), depth).MapKey(), drawValue(t, entries.NewValue, field.MapValue(), depth))
			}
		case field.IsList():
			list := m.Mutable(field).List()
			for range rapid.IntRange(1, 2).Draw(t, "length of "+name) {
				list.Append(drawValue(t, list.NewElement, field, depth))
			}
		default:
			m.Set(field, drawValue(t, func() protoreflect.Value { return m.NewField(field) }, field, depth))
		}
	}
}

func drawValue(t *rapid.T, empty func() protoreflect.Value, field protoreflect.FieldDescriptor, depth int) protoreflect.Value {
	name := string(field.Name())
	switch field.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(rapid.Bool().Draw(t, name))
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(rapid.Int32().Draw(t, name))
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(rapid.Int64().Draw(t, name))
	case protoreflect.EnumKind:
		numbers := field.Enum().Values()
		return protoreflect.ValueOfEnum(numbers.Get(rapid.IntRange(0, numbers.Len()-1).Draw(t, name)).Number())
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes(rapid.SliceOf(rapid.Byte()).Draw(t, name))
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(rapid.StringN(1, 8, -1).Draw(t, name))
	}
	value := empty()
	if s, ok := value.Message().Interface().(*structpb.Struct); ok {
		s.Fields = drawStruct(t, 0).Fields
		return value
	}
	if v, ok := value.Message().Interface().(*structpb.Value); ok {
		v.Kind = structpb.NewStringValue(rapid.String().Draw(t, name)).Kind
		return value
	}
	fill(t, value.Message(), nil, depth+1)
	return value
}

func drawStruct(t *rapid.T, depth int) *structpb.Struct {
	s := &structpb.Struct{Fields: map[string]*structpb.Value{}}
	for range rapid.IntRange(0, 3).Draw(t, "entries") {
		s.Fields[rapid.StringN(0, 5, -1).Draw(t, "key")] = drawJSON(t, depth)
	}
	return s
}

func drawJSON(t *rapid.T, depth int) *structpb.Value {
	switch rapid.IntRange(0, 5).Draw(t, "kind") {
	case 0:
		return structpb.NewNullValue()
	case 1:
		return structpb.NewBoolValue(rapid.Bool().Draw(t, "bool"))
	case 2:
		return structpb.NewNumberValue(rapid.Float64().Draw(t, "number"))
	case 3:
		if depth < 3 {
			return structpb.NewStructValue(drawStruct(t, depth+1))
		}
	case 4:
		list := &structpb.ListValue{}
		for range rapid.IntRange(0, 2).Draw(t, "items") {
			if depth < 3 {
				list.Values = append(list.Values, drawJSON(t, depth+1))
			}
		}
		return structpb.NewListValue(list)
	}
	return structpb.NewStringValue(rapid.StringN(0, 8, -1).Draw(t, "string"))
}
