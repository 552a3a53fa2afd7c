package byname

import (
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"
	"pgregory.net/rapid"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// Draw sets any of the fields of a message to anything, down to so many messages in each other. Companions stay unset:
// they mean something only beside what they complete.
func Draw(t *rapid.T, m protoreflect.Message, depth int) {
	switch special := m.Interface().(type) {
	case *structpb.Struct:
		special.Fields = map[string]*structpb.Value{}
		for range rapid.IntRange(1, 3).Draw(t, "entries") { // an empty one is none
			special.Fields[rapid.StringN(0, 5, -1).Draw(t, "key")] = drawJSON(t, 3)
		}
		return
	case *structpb.Value:
		special.Kind = drawJSON(t, 3).Kind
		return
	case *structpb.ListValue:
		special.Values = drawJSONs(t, 3)
		return
	}
	for i := range m.Descriptor().Fields().Len() {
		field := m.Descriptor().Fields().Get(i)
		if pb.IsCompanion(field) || depth == 0 && field.Message() != nil || !rapid.Bool().Draw(t, "has "+string(field.Name())) {
			continue
		}
		switch {
		case field.IsMap():
			entries := m.Mutable(field).Map()
			for range rapid.IntRange(1, 2).Draw(t, "entries") {
				entries.Set(draw(t, nil, field.MapKey(), depth).MapKey(), draw(t, entries.NewValue, field.MapValue(), depth))
			}
		case field.IsList():
			list := m.Mutable(field).List()
			for range rapid.IntRange(1, 2).Draw(t, "items") {
				list.Append(draw(t, list.NewElement, field, depth))
			}
		default:
			m.Set(field, draw(t, func() protoreflect.Value { return m.NewField(field) }, field, depth))
		}
	}
}

func draw(t *rapid.T, empty func() protoreflect.Value, field protoreflect.FieldDescriptor, depth int) protoreflect.Value {
	name := string(field.Name())
	switch field.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(rapid.Bool().Draw(t, name))
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(rapid.Int32().Draw(t, name))
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(rapid.Int64().Draw(t, name))
	case protoreflect.Uint32Kind:
		return protoreflect.ValueOfUint32(rapid.Uint32().Draw(t, name))
	case protoreflect.Uint64Kind:
		return protoreflect.ValueOfUint64(rapid.Uint64().Draw(t, name))
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(rapid.Float64().Draw(t, name))
	case protoreflect.EnumKind:
		values := field.Enum().Values()
		return protoreflect.ValueOfEnum(values.Get(rapid.IntRange(0, values.Len()-1).Draw(t, name)).Number())
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes(rapid.SliceOf(rapid.Byte()).Draw(t, name))
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(rapid.StringN(0, 8, -1).Draw(t, name))
	}
	value := empty()
	Draw(t, value.Message(), depth-1)
	return value
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
		if depth > 0 {
			fields := map[string]*structpb.Value{}
			for range rapid.IntRange(0, 2).Draw(t, "entries") {
				fields[rapid.StringN(0, 5, -1).Draw(t, "key")] = drawJSON(t, depth-1)
			}
			return structpb.NewStructValue(&structpb.Struct{Fields: fields})
		}
	case 4:
		if depth > 0 {
			return structpb.NewListValue(&structpb.ListValue{Values: drawJSONs(t, depth-1)})
		}
	}
	return structpb.NewStringValue(rapid.StringN(0, 8, -1).Draw(t, "text"))
}

func drawJSONs(t *rapid.T, depth int) []*structpb.Value {
	var values []*structpb.Value
	for range rapid.IntRange(0, 2).Draw(t, "items") {
		values = append(values, drawJSON(t, depth))
	}
	return values
}
