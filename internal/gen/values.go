package main

import (
	"fmt"
	"go/types"
	"strings"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// The rule by which a Go value and a field of a message stand for each other: by type, in this order
//
//	what a hand-written conversion of package convert takes or gives, found by its name: XToProto, XFromProto
//	map[string]any         Struct, and its numbers
//	any                    Value, and its numbers
//	a model                its message
//	[]T, map[string]T      repeated T, map<string, T>
//	map[string][]string    map<string, StringList>
//	io.Reader              bytes (into Mattermost only)
//	...any                 repeated KeyValuePair (into Mattermost only)
//	*int, *int64           Int32Value, Int64Value
//	*T                     optional T, or T where the zero value stands for nil
//	numbers, strings       numbers and strings of any type that Go converts one into the other
//
// A field that is too narrow has companions; companions.go has the rule for those.

// A conversionName says which function is needed: of a model and of a message, and which way.
type conversionName struct {
	model   *types.Named
	message *protogen.Message
	toProto bool
}

// String is the name of the function: that of the model or, where the message is the model's JSON, of the message.
func (n conversionName) String() string {
	name := n.model.Obj().Name()
	if message := string(n.message.Desc.Name()); secondMessages[message] != "" || n.json() {
		name = message
	}
	if n.toProto {
		return name + "ToProto"
	}
	return name + "FromProto"
}

// json says that the message holds the JSON of the model.
func (n conversionName) json() bool { return strings.HasSuffix(string(n.message.Desc.Name()), "Json") }

// inverse is the function for the other way.
func (n conversionName) inverse() conversionName {
	n.toProto = !n.toProto
	return n
}

// A valueRule writes expressions that convert values, in one package.
type valueRule struct {
	prefix  string               // of package convert's names: "convert." or nothing
	written writtenFuncs         // hand-written conversions
	need    func(conversionName) // told of the conversions that expressions call
	shares  bool                 // slices and maps of messages need not be copied
}

// fromProto gives the expression of type t for the field, with its companions, of a message that an expression gives.
func (v *valueRule) fromProto(t types.Type, message string, field *protogen.Field) (string, error) {
	get := fmt.Sprintf("%s.Get%s()", message, field.GoName)
	t = types.Unalias(t)
	if c := companionsOf(field); !c.none() {
		return v.wholeFromProto(t, message, field, c)
	}
	switch {
	case field.Desc.IsMap():
		return v.mapFromProto(t, field, get)
	case field.Desc.IsList():
		return v.listFromProto(t, field, get)
	case field.Message != nil:
		return v.messageFromProto(t, field, get)
	case field.Enum != nil:
		_, function, err := v.enumFunctions(field)
		return function + "(" + get + ")", err
	case field.Desc.Kind() == protoreflect.BytesKind:
		return v.bytesFromProto(t, get, field)
	}
	if function, ok := v.written.find(modelName(t)+"FromProto", scalarName(field)); ok {
		return v.prefix + function.name + "(" + get + ")", nil
	}
	if pointer, ok := t.(*types.Pointer); ok {
		element := types.Unalias(pointer.Elem())
		switch {
		case field.Desc.HasPresence() && isBasic(element, scalarName(field)):
			return v.prefix + "Pointer(" + message + "." + field.GoName + ")", nil
		case field.Desc.HasPresence() && convertible(element, field):
			return v.pointerOf(element, qualified(element), message+"."+field.GoName), nil
		case !field.Desc.HasPresence() && convertible(element, field):
			return v.prefix + "NilIfZero(" + cast(qualified(element), scalarName(field), get) + ")", nil
		}
		return "", v.mismatch(t, field)
	}
	if isTime(t) && scalarName(field) == "int64" {
		return v.prefix + "TimeFromMillis(" + get + ")", nil
	}
	if !convertible(t, field) {
		return "", v.mismatch(t, field)
	}
	return cast(qualified(t), scalarName(field), get), nil
}

// toProto gives the expression for the field of a message for an expression of type t. What the field is too narrow for,
// assignments puts into its companions. The message shares memory with the model: it is encoded and forgotten.
func (v *valueRule) toProto(t types.Type, value string, field *protogen.Field) (string, error) {
	t = types.Unalias(t)
	switch {
	case field.Desc.IsMap():
		return v.mapToProto(t, field, value)
	case field.Desc.IsList():
		return v.listToProto(t, field, value)
	case field.Message != nil:
		return v.messageToProto(t, field, value)
	case field.Enum != nil:
		function, _, err := v.enumFunctions(field)
		return function + "(" + value + ")", err
	case field.Desc.Kind() == protoreflect.BytesKind:
		return v.bytesToProto(t, value, field)
	}
	if pointer, ok := t.(*types.Pointer); ok {
		element := types.Unalias(pointer.Elem())
		switch {
		case field.Desc.HasPresence() && isBasic(element, scalarName(field)):
			return value, nil
		case field.Desc.HasPresence() && convertible(element, field):
			return v.pointerOf(element, scalarName(field), value), nil
		case !field.Desc.HasPresence() && convertible(element, field):
			return v.castToProto(field, element, v.prefix+"ZeroIfNil("+value+")"), nil
		}
		return "", v.mismatch(t, field)
	}
	if isTime(t) && scalarName(field) == "int64" {
		return v.prefix + "TimeToMillis(" + value + ")", nil
	}
	if !convertible(t, field) {
		return "", v.mismatch(t, field)
	}
	value = v.castToProto(field, t, value)
	if field.Desc.HasPresence() {
		return v.prefix + "NilIfZero(" + value + ")", nil
	}
	return value, nil
}

// pointerOf converts a pointer to a value of element's kind into one to another type of that kind.
func (v *valueRule) pointerOf(element types.Type, to, value string) string {
	function := "NumberPointer"
	switch basic := element.Underlying().(*types.Basic); {
	case basic.Info()&types.IsString != 0:
		function = "TextPointer"
	case to == "int32" && isWide(basic):
		return v.prefix + "Int32Pointer(" + value + ")"
	}
	return fmt.Sprintf("%s%s[%s](%s)", v.prefix, function, to, value)
}

func (v *valueRule) mapFromProto(t types.Type, field *protogen.Field, get string) (string, error) {
	m, ok := t.Underlying().(*types.Map)
	if !ok || !isBasic(m.Key(), "string") {
		return "", v.mismatch(t, field)
	}
	element := field.Message.Fields[1]
	if element.Message == nil {
		if isBasic(m.Elem(), scalarName(element)) {
			return v.copied("maps", get), nil
		}
		return "", v.mismatch(t, field)
	}
	if isStringLists(m, element) {
		return v.prefix + "StringListsFromProto(" + get + ")", nil
	}
	function, byValue, err := v.modelFromProto(m.Elem(), element)
	if err != nil || byValue {
		return "", v.mismatch(t, field)
	}
	return fmt.Sprintf("%sTable(%s, %s)", v.prefix, get, function), nil
}

func (v *valueRule) mapToProto(t types.Type, field *protogen.Field, value string) (string, error) {
	m, ok := t.Underlying().(*types.Map)
	if !ok || !isBasic(m.Key(), "string") {
		return "", v.mismatch(t, field)
	}
	element := field.Message.Fields[1]
	if element.Message == nil {
		if isBasic(m.Elem(), scalarName(element)) {
			return value, nil
		}
		return "", v.mismatch(t, field)
	}
	if isStringLists(m, element) {
		return v.prefix + "StringListsToProto(" + value + ")", nil
	}
	function, byValue, err := v.modelToProto(m.Elem(), element)
	if err != nil || byValue {
		return "", v.mismatch(t, field)
	}
	return fmt.Sprintf("%sTable(%s, %s)", v.prefix, value, function), nil
}

func (v *valueRule) listFromProto(t types.Type, field *protogen.Field, get string) (string, error) {
	list, ok := t.Underlying().(*types.Slice)
	if !ok {
		return "", v.mismatch(t, field)
	}
	if field.Message == nil {
		if isBasic(list.Elem(), scalarName(field)) {
			return v.copied("slices", get), nil
		}
		return "", v.mismatch(t, field)
	}
	if field.Message.Desc.Name() == "KeyValuePair" && isAny(list.Elem()) {
		return v.prefix + "KeyValuesFromProto(" + get + ")...", nil
	}
	function, byValue, err := v.modelFromProto(list.Elem(), field)
	if err != nil {
		return "", err
	}
	if byValue {
		return fmt.Sprintf("%sStructs(%s, %s)", v.prefix, get, function), nil
	}
	return fmt.Sprintf("%sList(%s, %s)", v.prefix, get, function), nil
}

func (v *valueRule) listToProto(t types.Type, field *protogen.Field, value string) (string, error) {
	list, ok := t.Underlying().(*types.Slice)
	if !ok {
		return "", v.mismatch(t, field)
	}
	if field.Message == nil {
		if isBasic(list.Elem(), scalarName(field)) {
			return value, nil
		}
		return "", v.mismatch(t, field)
	}
	function, byValue, err := v.modelToProto(list.Elem(), field)
	if err != nil {
		return "", err
	}
	if byValue {
		return fmt.Sprintf("%sValues(%s, %s)", v.prefix, value, function), nil
	}
	return fmt.Sprintf("%sList(%s, %s)", v.prefix, value, function), nil
}

func (v *valueRule) messageFromProto(t types.Type, field *protogen.Field, get string) (string, error) {
	switch full := field.Message.Desc.FullName(); {
	case full == "google.protobuf.Struct" && isAnyMap(t):
		return v.prefix + "StructFromProto(" + get + ")", nil
	case full == "google.protobuf.Value" && isAny(t):
		return v.prefix + "ValueFromProto(" + get + ")", nil
	case full == "google.protobuf.Value" && qualified(t) == "json.RawMessage":
		return v.prefix + "RawMessageFromProto(" + get + ")", nil
	case isWrapper(field, t):
		return v.prefix + field.Message.GoIdent.GoName + "FromProto(" + get + ")", nil
	}
	function, byValue, err := v.modelFromProto(t, field)
	if err != nil {
		return "", err
	}
	if byValue && !v.written.gives(function, qualified(t)) {
		return v.prefix + "ZeroIfNil(" + function + "(" + get + "))", nil
	}
	return function + "(" + get + ")", nil
}

func (v *valueRule) messageToProto(t types.Type, field *protogen.Field, value string) (string, error) {
	switch full := field.Message.Desc.FullName(); {
	case full == "google.protobuf.Struct" && isAnyMap(t):
		return v.prefix + "StructToProto(" + value + ")", nil
	case full == "google.protobuf.Value" && isAny(t):
		return v.prefix + "ValueToProto(" + value + ")", nil
	case full == "google.protobuf.Value" && qualified(t) == "json.RawMessage":
		return v.prefix + "RawMessageToProto(" + value + ")", nil
	case isWrapper(field, t):
		return v.prefix + field.Message.GoIdent.GoName + "ToProto(" + value + ")", nil
	}
	function, byValue, err := v.modelToProto(t, field)
	if err != nil {
		return "", err
	}
	if byValue {
		value = "&" + value
	}
	return function + "(" + value + ")", nil
}

// modelFromProto gives the function that makes a model, and whether t is the model rather than a pointer to it.
func (v *valueRule) modelFromProto(t types.Type, field *protogen.Field) (function string, byValue bool, err error) {
	return v.model(t, field, false)
}

// modelToProto gives the function that makes a model's message, and whether t is the model rather than a pointer to it.
func (v *valueRule) modelToProto(t types.Type, field *protogen.Field) (function string, byValue bool, err error) {
	return v.model(t, field, true)
}

func (v *valueRule) model(t types.Type, field *protogen.Field, toProto bool) (function string, byValue bool, err error) {
	named, isPointer := modelOf(t)
	if named == nil || field.Message == nil {
		return "", false, v.mismatch(t, field)
	}
	name := conversionName{named, field.Message, toProto}
	if err := v.written.check(name); err != nil {
		return "", false, err
	}
	v.need(name)
	return v.prefix + name.String(), !isPointer, nil
}

// enumFunctions are the hand-written conversions of an enum: channelTypeToProto, channelTypeFromProto.
func (v *valueRule) enumFunctions(field *protogen.Field) (toProto, fromProto string, err error) {
	name := field.Enum.GoIdent.GoName
	name = strings.ToLower(name[:1]) + name[1:]
	for _, function := range []string{name + "ToProto", name + "FromProto"} {
		if _, ok := v.written[function]; !ok || v.prefix != "" {
			return "", "", fmt.Errorf("there is no function %s in %s for the field %s", function, convertDir, field.Desc.FullName())
		}
	}
	return name + "ToProto", name + "FromProto", nil
}

func (v *valueRule) bytesFromProto(t types.Type, get string, field *protogen.Field) (string, error) {
	switch {
	case isBytes(t):
		if _, named := t.(*types.Named); named {
			return qualified(t) + "(" + get + ")", nil
		}
		return get, nil
	case isBytesPointer(t) && field.Desc.HasPresence():
		return v.prefix + "BytesPointer(" + get + ")", nil
	case qualified(t) == "io.Reader":
		return "bytes.NewReader(" + get + ")", nil
	}
	return "", v.mismatch(t, field)
}

func (v *valueRule) bytesToProto(t types.Type, value string, field *protogen.Field) (string, error) {
	switch {
	case isBytes(t):
		return value, nil
	case isBytesPointer(t) && field.Desc.HasPresence():
		return v.prefix + "BytesOf(" + value + ")", nil
	}
	return "", v.mismatch(t, field)
}

// copied clones a slice or a map of a message, so that the model shares no memory with it.
func (v *valueRule) copied(pkg, value string) string {
	if v.shares {
		return value
	}
	return pkg + ".Clone(" + value + ")"
}

func (v *valueRule) mismatch(t types.Type, field *protogen.Field) error {
	return fmt.Errorf("the rule knows no way between the Go type %s and the field %s (%s)", qualified(t), field.Desc.FullName(), fieldType(field))
}

// cast converts an expression where its type is another one.
func cast(to, from, value string) string {
	if to == from {
		return value
	}
	return to + "(" + value + ")"
}

// castToProto is cast for a field: its number stops at the greatest and the least that the field holds.
func (v *valueRule) castToProto(field *protogen.Field, t types.Type, value string) string {
	if basic, ok := t.Underlying().(*types.Basic); ok && field.Desc.Kind() == protoreflect.Int32Kind && isWide(basic) {
		return v.prefix + "Int32(" + value + ")"
	}
	return cast(scalarName(field), qualified(t), value)
}
