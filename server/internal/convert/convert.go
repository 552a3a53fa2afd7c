// Package convert turns Mattermost's models into the messages of the contract and back.
//
// XToProto gives the message of a model, XFromProto the model of a message; a nil pointer gives nil both ways. What the
// contract has no field for does not cross: XFromProto leaves it at its zero value, XOnto (where a plugin hands back a
// changed copy of what it was given) keeps it as it was.
//
// Whatever XFromProto returns may be sent to a Mattermost server over net/rpc: values of interface type are nil, bool,
// numbers, string, []any and map[string]any, the only ones that encoding/gob knows there, and slices of pointers hold
// no nil.
package convert

import "maps"

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

// table converts the values of a map; nil ones are left out.
func table[A, B any](items map[string]*A, convert func(*A) *B) map[string]*B {
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

// pointer gives the address of a copy of what p points at, so that model and message share no memory.
func pointer[T any](p *T) *T {
	if p == nil {
		return nil
	}
	return new(*p)
}

// stringMap copies a map of strings and gives it another type.
func stringMap[To, From ~map[string]string](m From) To {
	return To(maps.Clone(m))
}
