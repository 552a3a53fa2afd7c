package crossing

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"pgregory.net/rapid"
)

// Draw gives a pointer to a value of a type with everything in it set that is exported: what pointers point at, lists
// and maps with one or two items, values of any type. With full nothing is left at its zero value; without it anything
// may be, too.
func Draw(t *rapid.T, of reflect.Type, full bool) any {
	value := reflect.New(of)
	(&drawer{t: t, full: full}).set(value.Elem(), of.Name(), 0)
	return value.Interface()
}

// maxDepth is how many structs are drawn in each other. Only models that hold themselves get as deep.
const maxDepth = 5

type drawer struct {
	t    *rapid.T
	full bool
}

// skips says whether a place is left empty.
func (d *drawer) skips(name string) bool {
	return !d.full && rapid.IntRange(0, 3).Draw(d.t, "skip "+name) == 0
}

// set sets a value; name is "Type.Field".
func (d *drawer) set(v reflect.Value, name string, depth int) {
	if v.Kind() != reflect.Struct && d.skips(name) {
		return
	}
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(drawTime(d.t)))
		return
	case json.RawMessage:
		encoded, _ := json.Marshal(drawAny(d.t, 0)) // what is drawn has JSON
		v.SetBytes(append([]byte(" "), encoded...))
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(d.full || rapid.Bool().Draw(d.t, name))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(d.integer(name, v.Type().Bits()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(rapid.Uint32Range(1, math.MaxUint32>>(32-min(v.Type().Bits(), 32))).Draw(d.t, name)))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(rapid.Float64Range(1, 1e9).Draw(d.t, name))
	case reflect.String:
		v.SetString(rapid.StringN(1, 8, -1).Draw(d.t, name))
	case reflect.Pointer:
		if depth == maxDepth {
			return
		}
		v.Set(reflect.New(v.Type().Elem()))
		d.set(v.Elem(), name, depth)
	case reflect.Slice:
		d.slice(v, name, depth)
	case reflect.Map:
		d.dictionary(v, name, depth)
	case reflect.Interface:
		if v.NumMethod() == 0 {
			d.any(v, name)
		}
	case reflect.Struct:
		for field := range v.Type().Fields() {
			if field.IsExported() {
				d.set(v.FieldByIndex(field.Index), v.Type().Name()+"."+field.Name, depth+1)
			}
		}
	case reflect.Func:
		v.Set(reflect.MakeFunc(v.Type(), func([]reflect.Value) []reflect.Value { panic("crossing: a drawn function was called") }))
	default:
		panic(fmt.Sprintf("crossing: %s is a %s, which nobody draws yet", name, v.Type()))
	}
}

// integer draws any integer of a size: often one of those at which something ends.
func (d *drawer) integer(name string, bits int) int64 {
	ends := []int64{1, -1, math.MaxInt32, math.MinInt32, math.MaxInt32 + 1, 1<<53 + 1, -(1<<53 + 1), math.MaxInt64, math.MinInt64}
	number := rapid.OneOf(rapid.SampledFrom(ends), rapid.Int64Range(1, math.MaxInt64)).Draw(d.t, name)
	return number>>(64-bits)<<(64-bits)>>(64-bits) | 1
}

func (d *drawer) slice(v reflect.Value, name string, depth int) {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		v.SetBytes(rapid.SliceOfN(rapid.Byte(), 1, 8).Draw(d.t, name))
		return
	}
	if depth == maxDepth {
		return
	}
	length := rapid.IntRange(1, max(1, 2-depth/2)).Draw(d.t, "length of "+name)
	v.Set(reflect.MakeSlice(v.Type(), length, length))
	for i := range length {
		item := v.Index(i)
		if item.Kind() == reflect.Pointer { // Mattermost sends no list with nothing in it
			item.Set(reflect.New(item.Type().Elem()))
			item = item.Elem()
		}
		d.set(item, name, depth)
	}
}

func (d *drawer) dictionary(v reflect.Value, name string, depth int) {
	if depth == maxDepth {
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for range rapid.IntRange(1, max(1, 2-depth/2)).Draw(d.t, "entries of "+name) {
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		key.SetString(rapid.StringN(1, 5, -1).Draw(d.t, "key in "+name))
		inner := value
		if value.Kind() == reflect.Pointer {
			value.Set(reflect.New(value.Type().Elem()))
			inner = value.Elem()
		}
		d.set(inner, name, depth)
		v.SetMapIndex(key, value)
	}
}

// typed are what Mattermost puts into fields of any type, by the name of the field.
var typed = map[string][]reflect.Type{
	"AutocompleteArg.Data": {
		reflect.TypeFor[*model.AutocompleteTextArg](), reflect.TypeFor[*model.AutocompleteStaticListArg](),
		reflect.TypeFor[*model.AutocompleteDynamicListArg](),
	},
	"Post.Props":     {reflect.TypeFor[[]*model.MessageAttachment]()},
	"PostEmbed.Data": {reflect.TypeFor[*model.PreviewPost]()},
}

// any draws a value of any type: one of Mattermost's, or what JSON has.
func (d *drawer) any(v reflect.Value, name string) {
	if types := typed[name]; types != nil && rapid.Bool().Draw(d.t, "typed "+name) {
		value := reflect.New(rapid.SampledFrom(types).Draw(d.t, "type of "+name)).Elem()
		d.set(value, name, maxDepth-2)
		if value.IsZero() {
			return
		}
		v.Set(value)
		return
	}
	if value := drawAny(d.t, 0); value != nil {
		v.Set(reflect.ValueOf(value))
	}
}

// drawAny draws what a Go plugin may find in props: JSON's values, integers that no double holds among them.
func drawAny(t *rapid.T, depth int) any {
	switch rapid.IntRange(0, 7).Draw(t, "kind") {
	case 0:
		return rapid.Bool().Draw(t, "bool")
	case 1:
		return rapid.Float64().Draw(t, "double")
	case 2:
		return rapid.OneOf(rapid.Int64(), rapid.SampledFrom([]int64{1<<53 + 1, -(1<<53 + 1), math.MaxInt64, math.MinInt64})).Draw(t, "integer")
	case 3:
		return rapid.Uint64Range(math.MaxInt64, math.MaxUint64).Draw(t, "great integer")
	case 4:
		if depth == 0 {
			break
		}
		return nil
	case 5:
		if depth == 3 {
			break
		}
		list := []any{}
		for range rapid.IntRange(0, 2).Draw(t, "items") {
			list = append(list, drawAny(t, depth+1))
		}
		return list
	case 6:
		if depth == 3 {
			break
		}
		entries := map[string]any{}
		for range rapid.IntRange(0, 2).Draw(t, "entries") {
			entries[rapid.StringN(0, 5, -1).Draw(t, "key")] = drawAny(t, depth+1)
		}
		return entries
	}
	return rapid.String().Draw(t, "text")
}

// drawTime draws a time of any zone that RFC 3339 can write.
func drawTime(t *rapid.T) time.Time {
	zone := time.FixedZone("", 15*60*rapid.IntRange(-12*4, 14*4).Draw(t, "quarters of an hour from UTC"))
	seconds := rapid.Int64Range(-6e10, 2e11).Draw(t, "seconds")
	return time.Unix(seconds, rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds")).In(zone)
}
