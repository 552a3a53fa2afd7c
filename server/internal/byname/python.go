package byname

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// Told is what Python tells of a value, decoded from JSON with numbers as json.Number: nil, a bool, a number, a text, a
// list, or an object with one member, which says what it is: "bytes" (as base64), "dict", "message" or "record".
type Told = any

// Names are the names and places in Python that differ from those of the contract, by "Record.field" or
// "method.parameter"; the value is the place in the message, such as "event.id". An entry with an empty value has no
// place in the message.
type Names struct {
	Places map[string]string
	used   map[string]bool
}

func (n *Names) place(owner, name string) (string, bool) {
	place, ok := n.Places[owner+"."+name]
	if !ok {
		return name, true
	}
	n.use(owner + "." + name)
	return place, place != ""
}

func (n *Names) use(key string) {
	if n.used == nil {
		n.used = map[string]bool{}
	}
	n.used[key] = true
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

// Told compares each of the named values with its place in a message. Every field of the message that is set must be
// compared with one of them, but for those that lacks lists.
func (c *Comparison) Told(owner string, m protoreflect.Message, values map[string]any, names *Names) {
	seen := map[protoreflect.Name]bool{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		place, ok := names.place(owner, name)
		if !ok {
			continue
		}
		first, rest, _ := strings.Cut(place, ".")
		seen[protoreflect.Name(first)] = true
		c.toldAt(owner+"."+name, m, first, rest, values[name], names)
	}
	for i := range m.Descriptor().Fields().Len() {
		field := m.Descriptor().Fields().Get(i)
		if seen[field.Name()] || pb.IsCompanion(field) || isStream(field) {
			continue
		}
		if key := owner + ".(" + string(field.Name()) + ")"; names.has(key) {
			names.use(key)
			continue
		}
		c.Differs(owner+"."+string(field.Name()), "the field", "no such field in Python")
	}
}

func (n *Names) has(key string) bool {
	_, ok := n.Places[key]
	return ok
}

func (c *Comparison) toldAt(path string, m protoreflect.Message, first, rest string, told Told, names *Names) {
	field := m.Descriptor().Fields().ByName(protoreflect.Name(first))
	if field == nil {
		c.Differs(path, "no such field", told)
		return
	}
	if rest == "" {
		c.Python(path, m, field, told, names)
		return
	}
	inner := m.Get(field)
	next, rest, _ := strings.Cut(rest, ".")
	if !field.IsList() {
		c.toldAt(path, inner.Message(), next, rest, told, names)
		return
	}
	if inner.List().Len() != 1 {
		c.Differs(path, inner, "one")
		return
	}
	c.toldAt(path, inner.List().Get(0).Message(), next, rest, told, names)
}

// Python compares a field of a message with what Python tells of it.
func (c *Comparison) Python(path string, m protoreflect.Message, field protoreflect.FieldDescriptor, told Told, names *Names) {
	field, numbers := exact(m, field)
	v := m.Get(field)
	switch {
	case told == nil && (field.HasPresence() || field.Message() != nil):
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
		c.pythonMessage(path, v.Message(), told, names)
		return
	case protoreflect.EnumKind:
		if _, ok := told.(string); ok {
			message = enumText(field.Enum().Values().ByNumber(v.Enum()).Name())
		}
	case protoreflect.BytesKind:
		content, ok := Bytes(told)
		if !ok {
			c.Differs(path, v.Bytes(), told)
			return
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

func (c *Comparison) pythonMessage(path string, m protoreflect.Message, told Told, names *Names) {
	if class, fields, ok := Record(told); ok {
		if class != string(m.Descriptor().Name()) && names.Places[class] != string(m.Descriptor().Name()) {
			c.Differs(path, m.Descriptor().Name(), class)
		}
		names.use(class)
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

func isDocument(field protoreflect.FieldDescriptor) bool {
	if field.Message() == nil || field.IsMap() {
		return false
	}
	switch field.Message().FullName() {
	case "google.protobuf.Struct", "google.protobuf.Value", "google.protobuf.ListValue":
		return true
	}
	return false
}

// document compares a Struct or Value, made exact by its numbers, with what Python tells.
func (c *Comparison) document(path string, m protoreflect.Message, field, numbers protoreflect.FieldDescriptor, told Told) {
	c.compared++
	plain, err := documentIn(m, field, numbers)
	if err != nil {
		c.Differs(path, err, told)
		return
	}
	if message, python := canonical(plain), canonical(untold(told)); message != python {
		c.Differs(path, message, python)
	}
}

// documentIn gives what a Struct, a Value or a list of them holds; numbers may be nil.
func documentIn(m protoreflect.Message, field, numbers protoreflect.FieldDescriptor) (plain any, err error) {
	if field.IsList() {
		items := []any{}
		for i := range m.Get(field).List().Len() {
			items = append(items, document(m.Get(field).List().Get(i).Message()))
		}
		plain = items
	} else {
		plain = document(m.Get(field).Message())
	}
	if numbers == nil {
		return plain, nil
	}
	for i := range m.Get(numbers).List().Len() {
		number := m.Get(numbers).List().Get(i).Message().Interface().(*pb.ExactNumber)
		var ok bool
		if plain, ok = replaced(plain, number.Path, json.Number(number.Number)); !ok {
			return nil, fmt.Errorf("a number at %q, which is no place", number.Path)
		}
	}
	return plain, nil
}

func document(m protoreflect.Message) any {
	switch special := m.Interface().(type) {
	case *structpb.Struct:
		return special.AsMap()
	case *structpb.Value:
		return special.AsInterface()
	case *structpb.ListValue:
		return special.AsSlice()
	}
	return nil
}

// replaced puts a number into a document.
func replaced(document any, path []string, number json.Number) (any, bool) {
	if len(path) == 0 {
		_, ok := document.(float64)
		return number, ok
	}
	switch document := document.(type) {
	case map[string]any:
		inner, ok := document[path[0]]
		if !ok {
			return document, false
		}
		document[path[0]], ok = replaced(inner, path[1:], number)
		return document, ok
	case []any:
		i, err := strconv.Atoi(path[0])
		if err != nil || i < 0 || i >= len(document) {
			return document, false
		}
		var ok bool
		document[i], ok = replaced(document[i], path[1:], number)
		return document, ok
	}
	return document, false
}

// untold gives the plain value of a told document.
func untold(told Told) any {
	switch told := told.(type) {
	case []any:
		plain := make([]any, len(told))
		for i, item := range told {
			plain[i] = untold(item)
		}
		return plain
	case map[string]any:
		dict, ok := told["dict"].(map[string]any)
		if !ok {
			return fmt.Sprintf("%v, which is no JSON", told)
		}
		plain := make(map[string]any, len(dict))
		for key, item := range dict {
			plain[key] = untold(item)
		}
		return plain
	}
	return told
}

// canonical writes a document so that equal ones are equal: numbers as fractions.
func canonical(document any) string {
	switch document := document.(type) {
	case []any:
		var b strings.Builder
		for _, item := range document {
			b.WriteString(canonical(item) + ",")
		}
		return "[" + b.String() + "]"
	case map[string]any:
		var b strings.Builder
		for _, key := range slices.Sorted(maps.Keys(document)) {
			fmt.Fprintf(&b, "%q:%s,", key, canonical(document[key]))
		}
		return "{" + b.String() + "}"
	case string:
		return strconv.Quote(document)
	case float64:
		return new(big.Rat).SetFloat64(document).RatString()
	case json.Number:
		if number, ok := new(big.Rat).SetString(string(document)); ok {
			return number.RatString()
		}
	case nil:
		return "null"
	}
	return fmt.Sprint(document)
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

// canonicalJSON is canonical for an encoded document.
func canonicalJSON(encoded []byte) string {
	decoder := json.NewDecoder(bytes.NewReader(encoded))
	decoder.UseNumber()
	var plain any
	if err := decoder.Decode(&plain); err != nil {
		return err.Error()
	}
	return canonical(plain)
}
