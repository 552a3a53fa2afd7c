package convert

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"

	"google.golang.org/protobuf/types/known/structpb"
)

// StructToProto gives the message of a map of anything: post props, command props, a plugin's configuration. A nil map
// gives nil. See ValueToProto for what becomes of the values.
func StructToProto[M ~map[string]any](m M) *structpb.Struct {
	if m == nil {
		return nil
	}
	fields := make(map[string]*structpb.Value, len(m))
	for key, value := range m {
		fields[key] = ValueToProto(value)
	}
	return &structpb.Struct{Fields: fields}
}

// StructFromProto is the inverse of StructToProto. Its values are nil, bool, float64, string, []any and map[string]any,
// nested as deep as the message is.
func StructFromProto(s *structpb.Struct) map[string]any {
	if s == nil {
		return nil
	}
	m := make(map[string]any, len(s.GetFields()))
	for key, value := range s.GetFields() {
		m[key] = ValueFromProto(value)
	}
	return m
}

// ValueToProto gives the message of any Go value. Numbers become float64, as JSON's are in Go; what is not plain JSON
// (a []*model.MessageAttachment, a struct, a named map) crosses as its JSON, and what has no JSON as its text.
func ValueToProto(v any) *structpb.Value {
	switch v := v.(type) {
	case nil:
		return structpb.NewNullValue()
	case bool:
		return structpb.NewBoolValue(v)
	case string:
		return structpb.NewStringValue(v)
	case float64:
		return structpb.NewNumberValue(v)
	case int:
		return structpb.NewNumberValue(float64(v))
	case int64:
		return structpb.NewNumberValue(float64(v))
	case []any:
		values := make([]*structpb.Value, len(v))
		for i, item := range v {
			values[i] = ValueToProto(item)
		}
		return structpb.NewListValue(&structpb.ListValue{Values: values})
	case map[string]any:
		return structOrNull(v)
	case []string:
		values := make([]*structpb.Value, len(v))
		for i, item := range v {
			values[i] = structpb.NewStringValue(item)
		}
		return structpb.NewListValue(&structpb.ListValue{Values: values})
	}
	return reflectedToProto(v)
}

// structOrNull keeps the difference between no map and an empty one.
func structOrNull(m map[string]any) *structpb.Value {
	if m == nil {
		return structpb.NewNullValue()
	}
	return structpb.NewStructValue(StructToProto(m))
}

// reflectedToProto is ValueToProto for the rarer types.
func reflectedToProto(v any) *structpb.Value {
	_, marshals := v.(json.Marshaler)
	switch r := reflect.ValueOf(v); {
	case marshals: // its own JSON is what it wants to be
	case r.CanInt():
		return structpb.NewNumberValue(float64(r.Int()))
	case r.CanUint():
		return structpb.NewNumberValue(float64(r.Uint()))
	case r.CanFloat():
		return structpb.NewNumberValue(r.Float())
	case r.Kind() == reflect.String:
		return structpb.NewStringValue(r.String())
	case r.Kind() == reflect.Bool:
		return structpb.NewBoolValue(r.Bool())
	}
	encoded, err := json.Marshal(v)
	if err != nil {
		return structpb.NewStringValue(fmt.Sprint(v))
	}
	var plain any
	if err := json.Unmarshal(encoded, &plain); err != nil {
		return structpb.NewStringValue(string(encoded))
	}
	return ValueToProto(plain)
}

// ValueFromProto is the inverse of ValueToProto. A number that JSON cannot write (NaN, an infinity) becomes its text,
// since Mattermost stores what it gets as JSON.
func ValueFromProto(v *structpb.Value) any {
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
func structOnto(original map[string]any, s *structpb.Struct) map[string]any {
	if s == nil {
		return nil
	}
	m := make(map[string]any, len(s.GetFields()))
	for key, value := range s.GetFields() {
		if old, ok := original[key]; ok && equalValues(ValueToProto(old), value) {
			m[key] = old
			continue
		}
		m[key] = ValueFromProto(value)
	}
	return m
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
