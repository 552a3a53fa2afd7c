// Package convert turns Mattermost's models into the messages of the contract and back.
//
// Most conversions follow from the fields of the two and are generated (models_gen.go, by internal/gen). A conversion
// written here goes before the rule: one of a model, XToProto or XFromProto; one of a type, of an enum or of a single
// field of a model, xFieldToProto or xFieldFromProto.
//
// XToProto gives the message of a model, which shares memory with it and is there to be encoded; XFromProto the model of
// a message. A nil pointer gives nil both ways. What the contract has no field for does not cross: XFromProto leaves it at
// its zero value, XOnto (where a plugin hands back a changed copy of what it was given) keeps it as it was.
//
// Whatever XFromProto returns may be sent to a Mattermost server over net/rpc: values of interface type are nil, bool,
// numbers, string, []any and map[string]any, the only ones that encoding/gob knows there, and slices of pointers hold
// no nil.
package convert

import (
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/wrapperspb"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// List converts the items of a slice one by one and leaves out those whose conversion is nil. The result of a nil slice
// is nil.
func List[A, B any](items []*A, convert func(*A) *B) []*B {
	if items == nil {
		return nil
	}
	out := make([]*B, 0, len(items))
	for _, item := range items {
		if converted := convert(item); converted != nil {
			out = append(out, converted)
		}
	}
	return out
}

// Values is List for a slice of values on the Mattermost side.
func Values[A, B any](items []A, convert func(*A) *B) []*B {
	if items == nil {
		return nil
	}
	out := make([]*B, 0, len(items))
	for i := range items {
		if converted := convert(&items[i]); converted != nil {
			out = append(out, converted)
		}
	}
	return out
}

// Structs is the inverse of Values.
func Structs[A, B any](items []*A, convert func(*A) *B) []B {
	if items == nil {
		return nil
	}
	out := make([]B, 0, len(items))
	for _, item := range items {
		if converted := convert(item); converted != nil {
			out = append(out, *converted)
		}
	}
	return out
}

// Table converts the values of a map; nil ones are left out.
func Table[A, B any](items map[string]*A, convert func(*A) *B) map[string]*B {
	if items == nil {
		return nil
	}
	out := make(map[string]*B, len(items))
	for key, item := range items {
		if converted := convert(item); converted != nil {
			out[key] = converted
		}
	}
	return out
}

// Pointer gives the address of a copy of what p points at, so that model and message share no memory.
func Pointer[T any](p *T) *T {
	if p == nil {
		return nil
	}
	return new(*p)
}

// NumberPointer is Pointer for numbers of another type.
func NumberPointer[To, From ~int | ~int32 | ~int64 | ~float64](p *From) *To {
	if p == nil {
		return nil
	}
	return new(To(*p))
}

// TextPointer is Pointer for texts of another type.
func TextPointer[To, From ~string](p *From) *To {
	if p == nil {
		return nil
	}
	return new(To(*p))
}

// Int32ValueToProto gives the message of a number that may be missing.
func Int32ValueToProto(p *int) *wrapperspb.Int32Value {
	if p == nil {
		return nil
	}
	return wrapperspb.Int32(Int32(*p))
}

// Int32ValueFromProto is the inverse of Int32ValueToProto.
func Int32ValueFromProto(v *wrapperspb.Int32Value) *int {
	if v == nil {
		return nil
	}
	return new(int(v.GetValue()))
}

// Int64ValueToProto gives the message of a number that may be missing.
func Int64ValueToProto(p *int64) *wrapperspb.Int64Value {
	if p == nil {
		return nil
	}
	return wrapperspb.Int64(*p)
}

// Int64ValueFromProto is the inverse of Int64ValueToProto.
func Int64ValueFromProto(v *wrapperspb.Int64Value) *int64 {
	if v == nil {
		return nil
	}
	return new(v.GetValue())
}

// NilIfZero gives the address of a value, or nil for the zero value: where just one of model and message tells the
// two apart.
func NilIfZero[T comparable](value T) *T {
	var zero T
	if value == zero {
		return nil
	}
	return &value
}

// ZeroIfNil is the inverse of NilIfZero.
func ZeroIfNil[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// StringListsToProto gives the messages of lists of texts.
func StringListsToProto[M ~map[string][]string](lists M) map[string]*pb.StringList {
	if lists == nil {
		return nil
	}
	out := make(map[string]*pb.StringList, len(lists))
	for key, values := range lists {
		out[key] = &pb.StringList{Values: values}
	}
	return out
}

// StringListsFromProto is the inverse of StringListsToProto.
func StringListsFromProto(lists map[string]*pb.StringList) map[string][]string {
	if lists == nil {
		return nil
	}
	out := make(map[string][]string, len(lists))
	for key, list := range lists {
		out[key] = slices.Clone(list.GetValues())
	}
	return out
}

// BytesPointer gives the address of a copy of bytes, nil where they are not there.
func BytesPointer(value []byte) *[]byte {
	if value == nil {
		return nil
	}
	return new(slices.Clone(value))
}

// BytesOf is the inverse of BytesPointer: bytes that are there are not nil, even if there are none.
func BytesOf(p *[]byte) []byte {
	if p == nil {
		return nil
	}
	return append([]byte{}, *p...)
}

// TimeToMillis gives the milliseconds since 1970 of a time, 0 for the zero time.
func TimeToMillis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// TimeFromMillis is the inverse of TimeToMillis; the time is in UTC.
func TimeFromMillis(millis int64) time.Time {
	if millis == 0 {
		return time.Time{}
	}
	return time.UnixMilli(millis).UTC()
}
