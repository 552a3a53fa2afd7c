// Package crossing knows the models that cross between Mattermost and a plugin, for tests: Types finds them in the
// signatures of plugin.API and plugin.Hooks, Pairs has the conversions of each, Draw sets all that is in one, and
// Differences compares two of them. With these a test sends every model through whatever must lose nothing.
package crossing

import (
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Types lists the struct types in the signatures of plugin.API and plugin.Hooks, and those in them, by name. What
// crosses as a JSON document, or in parts, is left out with all that is in it.
func Types() []reflect.Type {
	return typesIn(reflect.TypeFor[plugin.API](), reflect.TypeFor[plugin.Hooks]())
}

func typesIn(interfaces ...reflect.Type) []reflect.Type {
	w := walker{}
	for _, of := range interfaces {
		for method := range of.Methods() {
			for in := range method.Type.Ins() {
				w.visit(in)
			}
			for out := range method.Type.Outs() {
				w.visit(out)
			}
		}
	}
	for _, of := range behindInterfaces {
		w.visit(of)
	}
	var types []reflect.Type
	for t := range w {
		types = append(types, t)
	}
	slices.SortFunc(types, func(a, b reflect.Type) int { return strings.Compare(a.String(), b.String()) })
	return types
}

// behindInterfaces are types that no signature and no field names.
var behindInterfaces = []reflect.Type{
	reflect.TypeFor[model.AutocompleteTextArg](), reflect.TypeFor[model.AutocompleteStaticListArg](),
	reflect.TypeFor[model.AutocompleteDynamicListArg](),
}

// whole are the types that do not cross as a message with their fields.
var whole = []reflect.Type{
	reflect.TypeFor[time.Time](),                                 // a value
	reflect.TypeFor[http.Request](),                              // parts of a request
	reflect.TypeFor[http.Response](), reflect.TypeFor[url.URL](), // parts of a response
	reflect.TypeFor[model.Config](), reflect.TypeFor[model.License](), reflect.TypeFor[model.EmailNotification](), // JSON
	reflect.TypeOf(plugin.Hooks.OnSAMLLogin).In(3).Elem(), // JSON
}

// A walker visits types and notes the structs.
type walker map[reflect.Type]bool

func (w walker) visit(t reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		w.visit(t.Elem())
	case reflect.Struct:
		if w[t] || slices.Contains(whole, t) {
			return
		}
		w[t] = true
		w.fields(t)
	}
}

// fields visits the types of a struct's fields. Those of an embedded struct are the struct's own.
func (w walker) fields(t reflect.Type) {
	for field := range t.Fields() {
		switch {
		case field.Anonymous && field.Type.Kind() == reflect.Struct:
			w.fields(field.Type)
		case field.IsExported():
			w.visit(field.Type)
		}
	}
}

// A Pair is the two conversions of a model.
type Pair struct {
	Model   reflect.Type                   // model.Post
	Message protoreflect.MessageDescriptor // of pb.Post

	ToProto   func(model any) proto.Message   // takes a *model.Post
	FromProto func(message proto.Message) any // gives a *model.Post
}

// pair makes a Pair of the functions of package convert.
func pair[Model any, Message proto.Message](toProto func(*Model) Message, fromProto func(Message) *Model) Pair {
	var message Message
	return Pair{
		Model:     reflect.TypeFor[Model](),
		Message:   message.ProtoReflect().Descriptor(),
		ToProto:   func(model any) proto.Message { return toProto(model.(*Model)) },
		FromProto: func(message proto.Message) any { return fromProto(message.(Message)) },
	}
}
