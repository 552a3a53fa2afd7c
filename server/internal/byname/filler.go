package byname

import (
	"fmt"
	"reflect"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// A Filler sets everything in messages and Go values, each place to a value of its own, so that two that were swapped
// or forgotten show.
type Filler struct {
	Rounds bool // numbers in values of any type are doubles, as Go reads them from JSON

	count  int
	within map[reflect.Type]int // how often in each other
}

// texts are the values of text fields that have to be something particular, by the name of the field.
var texts = map[string]string{
	"badge": "7", "cont_ava": "8", "since": "9", "home": "true", "filter_allow_reference": "true", "level": "audit-content",
	"Team.Type": "O", "SidebarCategory.Sorting": "manual", "sort_order": "desc",
}

func (f *Filler) next() int {
	f.count++
	return f.count
}

func (f *Filler) text(names ...string) string {
	for _, name := range names {
		if text, ok := texts[name]; ok {
			return text
		}
	}
	return fmt.Sprintf("text-%d", f.next())
}

// Message sets every field of a message but the companions and the numbers of streams, down to five messages in each other.
func (f *Filler) Message(m protoreflect.Message, depth int) {
	switch special := m.Interface().(type) {
	case *structpb.Struct:
		special.Fields = map[string]*structpb.Value{f.text(): structpb.NewStringValue(f.text())}
		return
	case *structpb.Value:
		special.Kind = structpb.NewStringValue(f.text()).Kind
		return
	case *structpb.ListValue:
		special.Values = []*structpb.Value{structpb.NewStringValue(f.text())}
		return
	}
	for i := range m.Descriptor().Fields().Len() {
		field := m.Descriptor().Fields().Get(i)
		if pb.IsCompanion(field) || isStream(field) || depth == 0 && field.Message() != nil {
			continue
		}
		switch {
		case field.IsMap():
			entries := m.Mutable(field).Map()
			entries.Set(protoreflect.ValueOfString(f.text()).MapKey(), f.value(field.MapValue(), entries.NewValue, depth))
		case field.IsList():
			list := m.Mutable(field).List()
			for range 2 {
				list.Append(f.value(field, list.NewElement, depth))
			}
		default:
			m.Set(field, f.value(field, func() protoreflect.Value { return m.NewField(field) }, depth))
		}
	}
	agree(m)
}

func (f *Filler) value(field protoreflect.FieldDescriptor, empty func() protoreflect.Value, depth int) protoreflect.Value {
	switch field.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(true)
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(int32(f.next()))
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(int64(f.next()))
	case protoreflect.Uint32Kind:
		return protoreflect.ValueOfUint32(uint32(f.next()))
	case protoreflect.Uint64Kind:
		return protoreflect.ValueOfUint64(uint64(f.next()))
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(float64(f.next()))
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(1)
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes([]byte(f.text()))
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(f.text(string(field.Name())))
	}
	value := empty()
	f.Message(value.Message(), depth-1)
	return value
}

// GoValue sets everything in a Go value, down to five values in each other.
func (f *Filler) GoValue(v reflect.Value, name string, depth int) {
	if depth == 0 {
		return
	}
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.UnixMilli(int64(f.next())).UTC()))
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(f.next()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(f.next()) & 0x7f)
	case reflect.Float32, reflect.Float64:
		v.SetFloat(float64(f.next()))
	case reflect.String:
		v.SetString(f.text(name))
		if v.Type().Name() == "ChannelType" {
			v.SetString("O")
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.GoValue(v.Elem(), name, depth)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes(fmt.Appendf(nil, "%q", f.text()))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			f.GoValue(v.Index(i), name, depth)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		f.GoValue(key, "", depth)
		f.GoValue(value, "", depth)
		v.SetMapIndex(key, value)
	case reflect.Interface:
		if v.NumMethod() == 0 {
			var great any = int64(1<<53 + 2*f.next() + 1) // no double holds it
			if f.Rounds {
				great = float64(f.next())
			}
			v.Set(reflect.ValueOf(map[string]any{"key": f.text(), "list": []any{great, 0.5, nil, map[string]any{"yes": true}}}))
		}
	case reflect.Struct:
		if f.within[v.Type()] > 1 {
			return
		}
		if f.within == nil {
			f.within = map[reflect.Type]int{}
		}
		f.within[v.Type()]++
		defer func() { f.within[v.Type()]-- }()
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() {
				f.GoValue(v.Field(i), v.Type().Name()+"."+field.Name, depth-1)
			}
		}
	}
}
