package byname

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// Told is what Python tells of a value, decoded from JSON with numbers as json.Number: nil, a bool, a number, a text, a
// list, or an object with one member, which says what it is: "bytes" (as base64), "dict", "message" or "record".
type Told = any

// Bytes gives the bytes of a told value.
func Bytes(told Told) ([]byte, bool) {
	encoded, ok := member(told, "bytes").(string)
	if !ok {
		return nil, false
	}
	decoded, err := base64.StdEncoding.DecodeString(encoded)
	return decoded, err == nil
}

func member(told Told, name string) any {
	object, _ := told.(map[string]any)
	return object[name]
}

// Record gives the class and the fields of a told record.
func Record(told Told) (class string, fields map[string]any, ok bool) {
	record, ok := member(told, "record").(map[string]any)
	if !ok {
		return "", nil, false
	}
	return record["class"].(string), record["fields"].(map[string]any), true
}

// Python compares a field of a message, made exact by its companions, with what Python tells of it.
func (c *Comparison) Python(path string, m protoreflect.Message, field protoreflect.FieldDescriptor, told Told, names *Names) {
	field, numbers := exact(m, field)
	c.pythonField(path, m, field, numbers, told, names)
}

func (c *Comparison) pythonField(path string, m protoreflect.Message, field, numbers protoreflect.FieldDescriptor, told Told, names *Names) {
	v := m.Get(field)
	switch {
	case told == nil && isDocument(field) && m.Has(field):
		c.document(path, m, field, numbers, told) // may be null
	case told == nil && (field.HasPresence() || field.Message() != nil || field.Kind() == protoreflect.BytesKind):
		if m.Has(field) {
			c.Differs(path, v, "None in Python")
		}
	case isDocument(field):
		c.document(path, m, field, numbers, told)
	case field.IsMap():
		dict, ok := member(told, "dict").(map[string]any)
		if !ok || len(dict) != v.Map().Len() {
			c.Differs(path, v, told)
			return
		}
		v.Map().Range(func(key protoreflect.MapKey, value protoreflect.Value) bool {
			c.pythonSingle(path+"["+key.String()+"]", field.MapValue(), value, dict[key.String()], names)
			return true
		})
	case field.IsList() && member(told, "dict") != nil:
		c.pairs(path, v.List(), member(told, "dict").(map[string]any))
	case field.IsList():
		list, ok := told.([]any)
		if !ok || len(list) != v.List().Len() {
			c.Differs(path, v, told)
			return
		}
		for i, item := range list {
			c.pythonSingle(fmt.Sprintf("%s[%d]", path, i), field, v.List().Get(i), item, names)
		}
	default:
		c.pythonSingle(path, field, v, told, names)
	}
}

func (c *Comparison) pythonSingle(path string, field protoreflect.FieldDescriptor, v protoreflect.Value, told Told, names *Names) {
	c.compared++
	message, python := v.String(), fmt.Sprint(told)
	switch field.Kind() {
	case protoreflect.MessageKind:
		c.PythonMessage(path, v.Message(), told, names)
		return
	case protoreflect.EnumKind:
		if _, ok := told.(string); ok {
			message = enumText(field.Enum().Values().ByNumber(v.Enum()).Name())
		}
	case protoreflect.BoolKind:
		if number, ok := told.(json.Number); ok { // says whether there is one
			python = fmt.Sprint(number != "0")
		}
	case protoreflect.BytesKind:
		content, ok := Bytes(told)
		if !ok { // a document, which crosses as JSON
			message, python = canonicalJSON(v.Bytes()), canonical(untold(told))
			break
		}
		message, python = string(v.Bytes()), string(content)
	case protoreflect.StringKind:
		if _, ok := told.(string); !ok {
			c.Differs(path, v, told)
			return
		}
	}
	if message != python {
		c.Differs(path, message, python)
	}
}

// pairs compares pairs of a key and a value with a dict.
func (c *Comparison) pairs(path string, list protoreflect.List, dict map[string]any) {
	if len(dict) != list.Len() {
		c.Differs(path, list, dict)
		return
	}
	for i := range list.Len() {
		pair, ok := list.Get(i).Message().Interface().(*pb.KeyValuePair)
		if !ok {
			c.Differs(path, list.Get(i), dict)
			return
		}
		m := pair.ProtoReflect()
		fields := m.Descriptor().Fields()
		c.document(path+"["+pair.Key+"]", m, fields.ByName("value"), fields.ByName("value_numbers"), dict[pair.Key])
	}
}

// enumText is the text that stands for a value of an enum: "O" for CHANNEL_TYPE_OPEN.
func enumText(name protoreflect.Name) string {
	if strings.HasSuffix(string(name), "_UNSPECIFIED") {
		return ""
	}
	kind := string(name)[strings.Index(string(name), "_TYPE_")+len("_TYPE_"):]
	return kind[:1]
}

// PythonMessage compares a message with what Python tells of it.
func (c *Comparison) PythonMessage(path string, m protoreflect.Message, told Told, names *Names) {
	if class, fields, ok := Record(told); ok {
		if other, ok := names.at(class); class != string(m.Descriptor().Name()) && (!ok || other != string(m.Descriptor().Name())) {
			c.Differs(path, m.Descriptor().Name(), class)
		}
		before := len(c.Differences)
		c.Told(class, m, fields, names)
		for i := before; i < len(c.Differences); i++ {
			c.Differences[i] = path + ": " + c.Differences[i]
		}
		return
	}
	if message, ok := member(told, "message").(map[string]any); ok {
		decoded := m.New()
		encoded, _ := base64.StdEncoding.DecodeString(message["bytes"].(string))
		if message["type"] != string(m.Descriptor().FullName()) || proto.Unmarshal(encoded, decoded.Interface()) != nil ||
			!proto.Equal(m.Interface(), decoded.Interface()) {
			c.Differs(path, m, message)
		}
		return
	}
	if dict, ok := member(told, "dict").(map[string]any); ok && m.Descriptor().Fields().Len() > 1 {
		c.Told(string(m.Descriptor().Name()), m, dict, names)
		return
	}
	fields := m.Descriptor().Fields()
	if list, ok := told.([]any); ok && len(list) == fields.Len() && fields.Len() > 1 { // a tuple
		for i, item := range list {
			c.Python(path+"."+string(fields.Get(i).Name()), m, fields.Get(i), item, names)
		}
		return
	}
	if fields.Len() == 1 { // StringMap, Int32Value and the like: a message for what has no presence
		c.Python(path, m, fields.Get(0), told, names)
		return
	}
	c.Differs(path, m, told)
}

// Returned compares what an API method gave in Python with its response: nothing, the one field, or a list of several.
func (c *Comparison) Returned(method string, response protoreflect.Message, told Told, names *Names) {
	var fields []protoreflect.FieldDescriptor
	for _, field := range narrow(response) {
		if field.Name() != "error" {
			fields = append(fields, field)
		}
	}
	switch {
	case len(fields) == 0:
		if told != nil {
			c.Differs(method, "no result", told)
		}
	case len(fields) == 1:
		c.Python(method+" → "+string(fields[0].Name()), response, fields[0], told, names)
	default:
		list, ok := told.([]any)
		if !ok || len(list) != len(fields) {
			c.Differs(method, response, told)
			return
		}
		for i, field := range fields {
			c.Python(method+" → "+string(field.Name()), response, field, list[i], names)
		}
	}
}
