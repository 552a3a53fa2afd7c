package byname

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// Told is what Python tells of a value, decoded from JSON with numbers as json.Number: nil, a bool, a number, a text, a
// list, or an object with one member, which says what it is: "bytes" (as base64), "dict", "message" or "record".
type Told = any

// Names are the names and places in Python that differ from those of the contract, by "Record.field" or
// "method.parameter"; the value is the place in the message, such as "event.id", or empty where there is none. What a
// message has and Python does not stands there as "Record.(field)", "method.(event.id)" or "method.(event.*)"; a record that is not named as
// its message, by its name.
type Names struct {
	Places map[string]string
	used   map[string]bool
}

// place gives the place of a name, and whether there is one.
func (n *Names) place(owner, name string) (string, bool) {
	if place, ok := n.at(owner + "." + name); ok {
		return place, place != ""
	}
	return name, true
}

func (n *Names) at(key string) (place string, ok bool) {
	if place, ok = n.Places[key]; ok {
		if n.used == nil {
			n.used = map[string]bool{}
		}
		n.used[key] = true
	}
	return place, ok
}

// Unused lists the entries that nothing has asked for.
func (n *Names) Unused() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(n.Places)), func(key string) bool { return n.used[key] })
}

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

// Told compares each of the named values with its place in a message. Every field of the message has to be compared with
// one of them.
func (c *Comparison) Told(owner string, m protoreflect.Message, values map[string]any, names *Names) {
	all := &places{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if place, ok := names.place(owner, name); ok {
			all.add(strings.Split(place, "."), values[name])
		}
	}
	c.places(owner, "", m, all, names)
}

// places are the values that belong into a message, by its fields.
type places struct {
	told  Told // where inner is empty
	inner map[string]*places
}

func (p *places) add(path []string, told Told) {
	if len(path) == 0 {
		p.told = told
		return
	}
	if p.inner == nil {
		p.inner = map[string]*places{}
	}
	if p.inner[path[0]] == nil {
		p.inner[path[0]] = &places{}
	}
	p.inner[path[0]].add(path[1:], told)
}

// places compares a message with the values for its fields; prefix is the way to it.
func (c *Comparison) places(owner, prefix string, m protoreflect.Message, all *places, names *Names) {
	fields := m.Descriptor().Fields()
	for name := range all.inner {
		if fields.ByName(protoreflect.Name(name)) == nil {
			c.Differs(owner+"."+prefix+name, "no such field", all.inner[name].told)
		}
	}
	for i := range fields.Len() {
		field := fields.Get(i)
		name := string(field.Name())
		place, ok := all.inner[name]
		switch {
		case !ok && (pb.IsCompanion(field) || isStream(field)):
		case !ok:
			_, known := names.at(owner + ".(" + prefix + name + ")")
			if !known {
				_, known = names.at(owner + ".(" + prefix + "*)")
			}
			if !known {
				c.Differs(owner+"."+prefix+name, "the field", "no such field in Python")
			}
		case place.inner == nil && all.inner[name+"_exact"] != nil:
			c.pythonField(owner+"."+prefix+name, m, field, nil, place.told, names) // Python has the companion, too
		case place.inner == nil:
			c.Python(owner+"."+prefix+name, m, field, place.told, names)
		case !field.IsList():
			c.places(owner, prefix+name+".", m.Get(field).Message(), place, names)
		case m.Get(field).List().Len() == 1:
			c.places(owner, prefix+name+".", m.Get(field).List().Get(0).Message(), place, names)
		default:
			c.Differs(owner+"."+prefix+name, m.Get(field), "one")
		}
	}
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
