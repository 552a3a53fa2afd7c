package byname

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

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

// canonical writes a document so that equal ones are equal: whole numbers exactly, others as the nearest double.
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
		if number, ok := new(big.Rat).SetString(string(document)); ok && number.IsInt() {
			return number.RatString()
		}
		if nearest, err := document.Float64(); err == nil {
			return new(big.Rat).SetFloat64(nearest).RatString()
		}
	case nil:
		return "null"
	}
	return fmt.Sprint(document)
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

// Document compares a document as Python has it, in bytes, with the Go value that it is of.
func (c *Comparison) Document(path string, told Told, goValue any) {
	c.compared++
	content, ok := Bytes(told)
	if !ok {
		c.Differs(path, told, goValue)
		return
	}
	value := reflect.ValueOf(goValue)
	if python, goText := documentAs(value.Type(), content), documentOf(value); python != goText {
		c.Differs(path, python, goText)
	}
}

// documentAs writes a document that is a value of type t as documentOf writes such a value.
func documentAs(t reflect.Type, encoded []byte) string {
	value := reflect.New(t)
	decoder := json.NewDecoder(bytes.NewReader(encoded))
	decoder.UseNumber() // in what is of any type
	if err := decoder.Decode(value.Interface()); err != nil {
		return err.Error()
	}
	return documentOf(value.Elem())
}

func documentOf(value reflect.Value) string {
	encoded, err := json.Marshal(value.Interface())
	if err != nil {
		return err.Error()
	}
	return canonicalJSON(encoded)
}

// Canonical gives a told document in bytes so that equal ones are equal, and everything else as it is.
func Canonical(told Told) Told {
	if content, ok := Bytes(told); ok && json.Valid(content) {
		return canonicalJSON(content)
	}
	return told
}
