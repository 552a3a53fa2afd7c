package convert

import (
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Marshal appends the encoding of m to buffer. Where a string is no UTF-8 (a file name, a log line: Mattermost lets some
// through, protobuf none) each wrong part of it becomes U+FFFD.
func Marshal(buffer []byte, m proto.Message) ([]byte, error) {
	if message, ok := m.(interface{ AppendWire([]byte) ([]byte, bool) }); ok {
		if encoded, ok := message.AppendWire(buffer); ok {
			return encoded, nil
		}
	}
	encoded, err := proto.MarshalOptions{}.MarshalAppend(buffer, m)
	if err == nil {
		return encoded, nil
	}
	m = proto.Clone(m) // it may share memory with a model
	scrubMessage(m.ProtoReflect())
	return proto.MarshalOptions{}.MarshalAppend(buffer, m)
}

// Unmarshal reads an empty message.
func Unmarshal(encoded []byte, m proto.Message) error {
	if message, ok := m.(interface{ ReadWire([]byte) bool }); ok && message.ReadWire(encoded) {
		return nil
	}
	return proto.Unmarshal(encoded, m)
}

// scrubMessage makes every string in m valid UTF-8.
func scrubMessage(m protoreflect.Message) {
	m.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		switch {
		case field.IsMap():
			scrubMap(field, value.Map())
		case field.IsList():
			list := value.List()
			for i := range list.Len() {
				list.Set(i, scrubbed(field, list.Get(i)))
			}
		default:
			m.Set(field, scrubbed(field, value))
		}
		return true
	})
}

// scrubMap makes the strings of one map field valid. Two keys that become the same keep one of their values.
func scrubMap(field protoreflect.FieldDescriptor, m protoreflect.Map) {
	clean := map[any]protoreflect.Value{}
	m.Range(func(key protoreflect.MapKey, value protoreflect.Value) bool {
		m.Clear(key)
		clean[scrubbed(field.MapKey(), key.Value()).Interface()] = scrubbed(field.MapValue(), value)
		return true
	})
	for key, value := range clean {
		m.Set(protoreflect.ValueOf(key).MapKey(), value)
	}
}

// scrubbed gives one value of a field: a string made valid, a message that was scrubbed in place, all else as it is.
func scrubbed(field protoreflect.FieldDescriptor, value protoreflect.Value) protoreflect.Value {
	switch field.Kind() {
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(strings.ToValidUTF8(value.String(), "\uFFFD"))
	case protoreflect.MessageKind:
		scrubMessage(value.Message())
	}
	return value
}
