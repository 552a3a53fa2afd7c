// Package convert turns Mattermost's models into the messages of the contract and back.
//
// Most conversions follow from the fields of the two and are generated (models_gen.go, by internal/gen). A conversion
// written here goes before the rule: one of a model, XToProto or XFromProto; one of a type, of an enum or of a single
// field of a model, xFieldToProto or xFieldFromProto.
//
// XToProto gives the message of a model, XFromProto the model of a message; a nil pointer gives nil both ways. What the
// contract has no field for does not cross: XFromProto leaves it at its zero value, XOnto (where a plugin hands back a
// changed copy of what it was given) keeps it as it was.
//
// Whatever XFromProto returns may be sent to a Mattermost server over net/rpc: values of interface type are nil, bool,
// numbers, string, []any and map[string]any, the only ones that encoding/gob knows there, and slices of pointers hold
// no nil.
package convert

import "time"

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
