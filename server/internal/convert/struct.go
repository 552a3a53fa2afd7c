package convert

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"

	"google.golang.org/protobuf/types/known/structpb"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// StructAndNumbers gives the message of a map of anything (post props, command props, a plugin's configuration) and the
// numbers in it that the message rounds. A nil map gives nil. See ValueAndNumbers for what becomes of the values.
func StructAndNumbers[M ~map[string]any](m M) (*structpb.Struct, []*pb.ExactNumber) {
	s, numbers := structToProto(m)
	return s, ordered(numbers)
}

// StructToProto is StructAndNumbers without the numbers: for what has none beyond 2^53, or no place for them.
func StructToProto[M ~map[string]any](m M) *structpb.Struct {
	s, _ := structToProto(m)
	return s
}

func structToProto(m map[string]any) (*structpb.Struct, []*pb.ExactNumber) {
	if m == nil {
		return nil, nil
	}
	fields, numbers := fieldsToProto(m)
	return &structpb.Struct{Fields: fields}, numbers
}

func fieldsToProto(m map[string]any) (map[string]*structpb.Value, []*pb.ExactNumber) {
	var numbers []*pb.ExactNumber
	fields := make(map[string]*structpb.Value, len(m))
	for key, value := range m {
		converted, inside := valueToProto(value)
		if inside != nil {
			numbers = append(numbers, within(key, inside)...)
		}
		fields[key] = converted
	}
	return fields, numbers
}

// StructFromProto is the inverse of StructAndNumbers. Its values are nil, bool, float64, string, []any and
// map[string]any, nested as deep as the message is, and int64 or uint64 for the numbers.
func StructFromProto(s *structpb.Struct, numbers ...*pb.ExactNumber) map[string]any {
	if s == nil {
		return nil
	}
	m := make(map[string]any, len(s.GetFields()))
	for key, value := range s.GetFields() {
		m[key] = ValueFromProto(value)
	}
	if numbers != nil {
		restore(m, numbers)
	}
	return m
}

// ValueAndNumbers gives the message of any Go value and the numbers in it that the message rounds. Numbers become
// float64, as JSON's are in Go; what is not plain JSON (a []*model.MessageAttachment, a struct, a named map) crosses as
// its JSON, and what has no JSON as its text.
func ValueAndNumbers(v any) (*structpb.Value, []*pb.ExactNumber) {
	value, numbers := valueToProto(v)
	return value, ordered(numbers)
}

// ValueToProto is ValueAndNumbers without the numbers.
func ValueToProto(v any) *structpb.Value {
	value, _ := valueToProto(v)
	return value
}

func valueToProto(v any) (*structpb.Value, []*pb.ExactNumber) {
	switch v := v.(type) {
	case nil:
		return structpb.NewNullValue(), nil
	case bool:
		return structpb.NewBoolValue(v), nil
	case string:
		return textValue(v), nil
	case float64:
		return numberValue(v), nil
	case int:
		return numberValue(float64(v)), great(int64(v))
	case int64:
		return numberValue(float64(v)), great(v)
	case json.Number:
		return numberToProto(v)
	case []any:
		var numbers []*pb.ExactNumber
		values := make([]*structpb.Value, len(v))
		for i, item := range v {
			converted, inside := valueToProto(item)
			if inside != nil {
				numbers = append(numbers, within(strconv.Itoa(i), inside)...)
			}
			values[i] = converted
		}
		return listValue(values), numbers
	case map[string]any:
		if v == nil { // no map and an empty one are two things
			return structpb.NewNullValue(), nil
		}
		fields, numbers := fieldsToProto(v)
		return structValue(fields), numbers
	case []string:
		values := make([]*structpb.Value, len(v))
		for i, item := range v {
			values[i] = textValue(item)
		}
		return listValue(values), nil
	}
	return reflectedToProto(v)
}

// textValue is structpb.NewStringValue with one allocation instead of two.
func textValue(text string) *structpb.Value {
	made := &struct {
		value structpb.Value
		kind  structpb.Value_StringValue
	}{kind: structpb.Value_StringValue{StringValue: text}}
	made.value.Kind = &made.kind
	return &made.value
}

// numberValue is structpb.NewNumberValue with one allocation instead of two.
func numberValue(number float64) *structpb.Value {
	made := &struct {
		value structpb.Value
		kind  structpb.Value_NumberValue
	}{kind: structpb.Value_NumberValue{NumberValue: number}}
	made.value.Kind = &made.kind
	return &made.value
}

// listValue is structpb.NewListValue with one allocation instead of three.
func listValue(values []*structpb.Value) *structpb.Value {
	made := &struct {
		value structpb.Value
		kind  structpb.Value_ListValue
		list  structpb.ListValue
	}{list: structpb.ListValue{Values: values}}
	made.kind.ListValue = &made.list
	made.value.Kind = &made.kind
	return &made.value
}

// structValue is structpb.NewStructValue with one allocation instead of three.
func structValue(fields map[string]*structpb.Value) *structpb.Value {
	made := &struct {
		value structpb.Value
		kind  structpb.Value_StructValue
		s     structpb.Struct
	}{s: structpb.Struct{Fields: fields}}
	made.kind.StructValue = &made.s
	made.value.Kind = &made.kind
	return &made.value
}

// numberToProto gives the message of a number in JSON's own words.
func numberToProto(number json.Number) (*structpb.Value, []*pb.ExactNumber) {
	nearest, err := number.Float64()
	if err != nil { // no number, or one that is greater than any double
		return textValue(number.String()), nil
	}
	return numberValue(nearest), greatText(number.String())
}

// reflectedToProto is valueToProto for the rarer types.
func reflectedToProto(v any) (*structpb.Value, []*pb.ExactNumber) {
	_, marshals := v.(json.Marshaler)
	switch r := reflect.ValueOf(v); {
	case marshals: // its own JSON is what it wants to be
	case r.CanInt():
		return numberValue(float64(r.Int())), great(r.Int())
	case r.CanUint():
		return numberValue(float64(r.Uint())), greatUnsigned(r.Uint())
	case r.CanFloat():
		return numberValue(r.Float()), nil
	case r.Kind() == reflect.String:
		return textValue(r.String()), nil
	case r.Kind() == reflect.Bool:
		return structpb.NewBoolValue(r.Bool()), nil
	}
	encoded, err := json.Marshal(v)
	if err != nil {
		return textValue(fmt.Sprint(v)), nil
	}
	plain, err := plainJSON(encoded)
	if err != nil {
		return textValue(string(encoded)), nil
	}
	return valueToProto(plain)
}

// plainJSON decodes JSON with its numbers as they are written.
func plainJSON(encoded []byte) (plain any, err error) {
	decoder := json.NewDecoder(bytes.NewReader(encoded))
	decoder.UseNumber()
	err = decoder.Decode(&plain)
	return plain, err
}

// ValueFromProto is the inverse of ValueAndNumbers. A number that JSON cannot write (NaN, an infinity) becomes its text,
// since Mattermost stores what it gets as JSON.
func ValueFromProto(v *structpb.Value, numbers ...*pb.ExactNumber) any {
	if numbers != nil {
		return restore(ValueFromProto(v), numbers)
	}
	switch kind := v.GetKind().(type) {
	case *structpb.Value_BoolValue:
		return kind.BoolValue
	case *structpb.Value_StringValue:
		return kind.StringValue
	case *structpb.Value_NumberValue:
		if math.IsNaN(kind.NumberValue) || math.IsInf(kind.NumberValue, 0) {
			return v.AsInterface()
		}
		return kind.NumberValue
	case *structpb.Value_ListValue:
		list := make([]any, 0, len(kind.ListValue.GetValues()))
		for _, item := range kind.ListValue.GetValues() {
			list = append(list, ValueFromProto(item))
		}
		return list
	case *structpb.Value_StructValue:
		if kind.StructValue == nil {
			return map[string]any{}
		}
		return StructFromProto(kind.StructValue)
	}
	return nil
}

// structOnto is StructFromProto for a message that came back from a plugin: an entry that the plugin left as it was
// keeps its value of original, so that an integer stays one and a []*model.MessageAttachment too.
func structOnto(original map[string]any, s *structpb.Struct, numbers []*pb.ExactNumber) map[string]any {
	if s == nil {
		return nil
	}
	m := make(map[string]any, len(s.GetFields()))
	for key, value := range s.GetFields() {
		below := numbersOf(key, numbers)
		if old, ok := original[key]; ok {
			if unchanged(old, value, below) {
				m[key] = old
				continue
			}
		}
		m[key] = ValueFromProto(value, below...)
	}
	return m
}

// unchanged says whether a value and the numbers that it rounds are what ValueAndNumbers makes of old.
func unchanged(old any, value *structpb.Value, numbers []*pb.ExactNumber) bool {
	if len(numbers) == 0 {
		if same, known := holds(value, old); known {
			return same
		}
	}
	before, beforeNumbers := ValueAndNumbers(old)
	return equalValues(before, value) && sameNumbers(beforeNumbers, numbers)
}

// holds says whether a value holds old, without making a message of old; known is false for what it does not know.
func holds(value *structpb.Value, old any) (same, known bool) {
	switch old := old.(type) {
	case string:
		kind, ok := value.GetKind().(*structpb.Value_StringValue)
		return ok && kind.StringValue == old, true
	case bool:
		kind, ok := value.GetKind().(*structpb.Value_BoolValue)
		return ok && kind.BoolValue == old, true
	case float64:
		kind, ok := value.GetKind().(*structpb.Value_NumberValue)
		return ok && kind.NumberValue == old, true
	case []any:
		kind, ok := value.GetKind().(*structpb.Value_ListValue)
		if !ok || len(kind.ListValue.GetValues()) != len(old) {
			return false, true
		}
		for i, item := range kind.ListValue.GetValues() {
			if same, known := holds(item, old[i]); !same || !known {
				return false, known
			}
		}
		return true, true
	case map[string]any:
		kind, ok := value.GetKind().(*structpb.Value_StructValue)
		if old == nil || !ok {
			return false, old != nil
		}
		if len(kind.StructValue.GetFields()) != len(old) {
			return false, true
		}
		for key, item := range kind.StructValue.GetFields() {
			before, ok := old[key]
			if !ok {
				return false, true
			}
			if same, known := holds(item, before); !same || !known {
				return false, known
			}
		}
		return true, true
	}
	return false, false
}

// equalValues is proto.Equal for these messages, several times faster.
func equalValues(a, b *structpb.Value) bool {
	switch a := a.GetKind().(type) {
	case *structpb.Value_BoolValue:
		b, ok := b.GetKind().(*structpb.Value_BoolValue)
		return ok && a.BoolValue == b.BoolValue
	case *structpb.Value_StringValue:
		b, ok := b.GetKind().(*structpb.Value_StringValue)
		return ok && a.StringValue == b.StringValue
	case *structpb.Value_NumberValue:
		b, ok := b.GetKind().(*structpb.Value_NumberValue)
		return ok && a.NumberValue == b.NumberValue
	case *structpb.Value_ListValue:
		b, ok := b.GetKind().(*structpb.Value_ListValue)
		return ok && slices.EqualFunc(a.ListValue.GetValues(), b.ListValue.GetValues(), equalValues)
	case *structpb.Value_StructValue:
		b, ok := b.GetKind().(*structpb.Value_StructValue)
		return ok && equalStructs(a.StructValue, b.StructValue)
	}
	_, null := b.GetKind().(*structpb.Value_NullValue)
	return null || b.GetKind() == nil
}

func equalStructs(a, b *structpb.Struct) bool {
	return maps.EqualFunc(a.GetFields(), b.GetFields(), equalValues)
}
