package crossing

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"time"
)

// Differences lists where two models, of which it takes pointers, differ, by "Type.Field" of the field where they do, with what the two
// have. As everywhere on the way to a plugin, nothing and empty are the same for lists, maps and bytes, and a value of
// any type is what its JSON says: 1 and 1.0 are one number.
func Differences(want, got any) []Difference {
	c := comparison{}
	c.values(reflect.TypeOf(want).Elem().Name(), reflect.ValueOf(want), reflect.ValueOf(got))
	return c.found
}

// A Difference is one place where two values differ.
type Difference struct {
	Field     string // "Post.Props"
	Want, Got any
}

func (d Difference) String() string { return fmt.Sprintf("%s: %v became %v", d.Field, d.Want, d.Got) }

type comparison struct{ found []Difference }

func (c *comparison) differ(name string, want, got reflect.Value) {
	c.found = append(c.found, Difference{name, shown(want), shown(got)})
}

// shown is a value as people read it.
func shown(v reflect.Value) any {
	for v.IsValid() && v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if !v.IsValid() || (v.Kind() == reflect.Func || v.Kind() == reflect.Pointer) && v.IsNil() {
		return nil
	}
	return v.Interface()
}

func (c *comparison) values(name string, want, got reflect.Value) {
	if want.IsValid() != got.IsValid() || want.IsValid() && want.Type() != got.Type() {
		c.differ(name, want, got)
		return
	}
	if !want.IsValid() {
		return
	}
	if at, ok := want.Interface().(time.Time); ok {
		c.times(name, at, want, got)
		return
	}
	switch want.Kind() {
	case reflect.Pointer:
		if want.IsNil() != got.IsNil() {
			c.differ(name, want, got)
		} else if !want.IsNil() {
			c.values(name, want.Elem(), got.Elem())
		}
	case reflect.Interface:
		c.anything(name, want, got)
	case reflect.Slice:
		if want.Len() != got.Len() {
			c.differ(name, want, got)
			return
		}
		for i := range want.Len() {
			c.values(name, want.Index(i), got.Index(i))
		}
	case reflect.Map:
		if want.Len() != got.Len() {
			c.differ(name, want, got)
			return
		}
		for _, key := range want.MapKeys() {
			c.values(name, want.MapIndex(key), got.MapIndex(key))
		}
	case reflect.Struct:
		for field := range want.Type().Fields() {
			if field.IsExported() {
				c.values(want.Type().Name()+"."+field.Name, want.FieldByIndex(field.Index), got.FieldByIndex(field.Index))
			}
		}
	case reflect.Func:
		if want.IsNil() != got.IsNil() {
			c.differ(name, want, got)
		}
	default:
		if !want.Equal(got) {
			c.differ(name, want, got)
		}
	}
}

func (c *comparison) times(name string, at time.Time, want, got reflect.Value) {
	other := got.Interface().(time.Time)
	_, offset := at.Zone()
	_, otherOffset := other.Zone()
	if !at.Equal(other) || offset != otherOffset {
		c.differ(name, want, got)
	}
}

// anything compares values of any type: two of one type as that, all others as what their JSON says.
func (c *comparison) anything(name string, want, got reflect.Value) {
	if !want.IsNil() && !got.IsNil() && want.Elem().Kind() == reflect.Pointer && want.Elem().Type() == got.Elem().Type() {
		c.values(name, want.Elem(), got.Elem())
		return
	}
	if !sameJSON(plain(want.Interface()), plain(got.Interface())) {
		c.differ(name, want, got)
	}
}

// plain is a value as its JSON says, with numbers as they are written.
func plain(v any) any {
	encoded, err := json.Marshal(v)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(encoded))
	decoder.UseNumber()
	var plain any
	if err := decoder.Decode(&plain); err != nil {
		return err
	}
	return plain
}

func sameJSON(a, b any) bool {
	switch a := a.(type) {
	case json.Number:
		b, ok := b.(json.Number)
		return ok && sameNumber(a, b)
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, sameJSON)
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for key, value := range a {
			other, ok := b[key]
			if !ok || !sameJSON(value, other) {
				return false
			}
		}
		return true
	}
	return a == b
}

func sameNumber(a, b json.Number) bool {
	x, okX := new(big.Rat).SetString(a.String())
	y, okY := new(big.Rat).SetString(b.String())
	return okX && okY && x.Cmp(y) == 0
}
