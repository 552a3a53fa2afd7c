package main

import (
	"go/types"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// fieldType describes a field's type as a .proto file writes it.
func fieldType(field *protogen.Field) string {
	kind := field.Desc.Kind().String()
	switch {
	case field.Desc.IsMap():
		return "map"
	case field.Message != nil:
		kind = string(field.Message.Desc.FullName())
	case field.Enum != nil:
		kind = string(field.Enum.Desc.FullName())
	}
	if field.Desc.IsList() {
		return "repeated " + kind
	}
	return kind
}

// scalarName is the Go type of a scalar field.
func scalarName(field *protogen.Field) string {
	switch kind := field.Desc.Kind(); kind {
	case protoreflect.DoubleKind:
		return "float64"
	case protoreflect.FloatKind:
		return "float32"
	default:
		return kind.String()
	}
}

// convertible says whether Go converts the type into that of a scalar field and back without changing its nature.
func convertible(t types.Type, field *protogen.Field) bool {
	basic, ok := t.Underlying().(*types.Basic)
	if !ok {
		return false
	}
	switch field.Desc.Kind() {
	case protoreflect.BoolKind:
		return basic.Info()&types.IsBoolean != 0
	case protoreflect.StringKind:
		return basic.Info()&types.IsString != 0
	case protoreflect.Int32Kind, protoreflect.Int64Kind, protoreflect.Uint32Kind, protoreflect.Uint64Kind:
		return basic.Info()&types.IsInteger != 0
	case protoreflect.DoubleKind, protoreflect.FloatKind:
		return basic.Info()&types.IsFloat != 0
	}
	return false
}

// isWide tells the integers of more than 32 bits.
func isWide(t *types.Basic) bool { return t.Kind() == types.Int || t.Kind() == types.Int64 }

func isBasic(t types.Type, name string) bool { return types.Unalias(t).String() == name }

func isAny(t types.Type) bool {
	i, ok := t.Underlying().(*types.Interface)
	return ok && i.Empty()
}

func isAnyMap(t types.Type) bool {
	m, ok := t.Underlying().(*types.Map)
	return ok && isBasic(m.Key(), "string") && isAny(m.Elem())
}

func isBytes(t types.Type) bool {
	s, ok := t.Underlying().(*types.Slice)
	return ok && (isBasic(s.Elem(), "byte") || isBasic(s.Elem(), "uint8"))
}

func isBytesPointer(t types.Type) bool {
	p, ok := t.(*types.Pointer)
	return ok && isBytes(p.Elem())
}

func isBytesField(field *protogen.Field) bool { return field.Desc.Kind() == protoreflect.BytesKind }

// isStringLists tells a map of lists of texts from its message's entry.
func isStringLists(m *types.Map, element *protogen.Field) bool {
	list, ok := m.Elem().Underlying().(*types.Slice)
	return ok && isBasic(list.Elem(), "string") && element.Message.Desc.Name() == "StringList"
}

// isWrapper tells the messages that stand for a number that may be missing, and pointers to such.
func isWrapper(field *protogen.Field, t types.Type) bool {
	switch field.Message.Desc.FullName() {
	case "google.protobuf.Int32Value":
		return qualified(t) == "*int"
	case "google.protobuf.Int64Value":
		return qualified(t) == "*int64"
	}
	return false
}

func isTime(t types.Type) bool { return qualified(t) == "time.Time" }

// modelName is the name of the named type that t is or points at; "-" where that has none.
func modelName(t types.Type) string {
	if pointer, ok := t.(*types.Pointer); ok {
		t = types.Unalias(pointer.Elem())
	}
	if named, ok := t.(*types.Named); ok {
		return named.Obj().Name()
	}
	return "-"
}
