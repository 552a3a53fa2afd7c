package pluginapiv1_test

import (
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

func TestEveryMethodAndHookOfMattermostHasAnRPC(t *testing.T) {
	api := pb.File_api_proto.Services().ByName("PluginAPI").Methods()
	hooks := pb.File_hooks_proto.Services().ByName("PluginHooks").Methods()
	require.Empty(t, withoutRPC(reflect.TypeFor[plugin.API](), api))
	require.Empty(t, withoutRPC(reflect.TypeFor[plugin.Hooks](), hooks))
	require.Equal(t, []int{258, 52}, []int{api.Len(), hooks.Len()})

	type more interface {
		plugin.API
		Dance(userID string)
	}
	require.Equal(t, []string{"Dance"}, withoutRPC(reflect.TypeFor[more](), api))
}

func withoutRPC(of reflect.Type, rpcs protoreflect.MethodDescriptors) []string {
	var missing []string
	for method := range of.Methods() {
		if rpcs.ByName(protoreflect.Name(method.Name)) == nil {
			missing = append(missing, method.Name)
		}
	}
	return missing
}

func TestEveryFieldOfEveryModelHasItsPlaceInTheContract(t *testing.T) {
	w := walker{seen: map[reflect.Type]bool{}}
	for _, of := range []reflect.Type{reflect.TypeFor[plugin.API](), reflect.TypeFor[plugin.Hooks]()} {
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
	require.Greater(t, len(w.seen), 100, "the models were walked")
	slices.Sort(w.lacking)
	require.Equal(t, slices.Sorted(maps.Keys(notCarried)), slices.Compact(w.lacking))
}

func TestEveryArgumentAndResultHasItsPlaceInTheContract(t *testing.T) {
	var lacking []string
	for of, rpcs := range map[reflect.Type]protoreflect.MethodDescriptors{
		reflect.TypeFor[plugin.API]():   pb.File_api_proto.Services().ByName("PluginAPI").Methods(),
		reflect.TypeFor[plugin.Hooks](): pb.File_hooks_proto.Services().ByName("PluginHooks").Methods(),
	} {
		for method := range of.Methods() {
			rpc := rpcs.ByName(protoreflect.Name(method.Name))
			if rpc.IsStreamingClient() || rpc.IsStreamingServer() {
				continue // their parts are compared as httpRequest and httpResponse
			}
			lacking = append(lacking, withoutPlace(slices.Collect(method.Type.Ins()), rpc.Input())...)
			lacking = append(lacking, withoutPlace(slices.Collect(method.Type.Outs()), rpc.Output())...)
		}
	}
	slices.Sort(lacking)
	require.Equal(t, slices.Sorted(maps.Keys(otherWays)), slices.Compact(lacking))
}

// withoutPlace lists the types that message has no field for, or none left.
func withoutPlace(types []reflect.Type, message protoreflect.MessageDescriptor) []string {
	var lacking []string
	taken := map[protoreflect.FieldNumber]bool{}
	for _, t := range types {
		found := false
		for i := range message.Fields().Len() {
			place := message.Fields().Get(i)
			if found = !taken[place.Number()] && holdsOrExact(place, t, message); found {
				taken[place.Number()] = true
				break
			}
		}
		if !found {
			lacking = append(lacking, t.String())
		}
	}
	return lacking
}

func TestAFieldThatTheContractCannotHoldIsFound(t *testing.T) {
	type Reaction struct {
		EmojiName string `json:"emoji_name"`
		UserId    *string
		CreateAt  int64
		Mood      string
		PostId    int
	}
	w := walker{seen: map[reflect.Type]bool{}}
	w.visit(reflect.TypeFor[[]*Reaction]())
	require.Equal(t, []string{"Reaction.UserId", "Reaction.Mood", "Reaction.PostId"}, w.lacking)
}

func TestTheDocumentationTellsWhatIsNotCarried(t *testing.T) {
	text, err := os.ReadFile("../../docs/not-carried.md")
	require.NoError(t, err)
	for field := range notCarried {
		require.Contains(t, string(text), "`"+field+"`")
	}
	require.Equal(t, len(notCarried), strings.Count(string(text), "\n| `"), "the table has rows for nothing else")
}

// A walker compares the types of Go that it visits, and all that are in them, with their messages. In lacking is what
// it finds no place for: "Type.Field".
type walker struct {
	seen    map[reflect.Type]bool
	lacking []string
}

func (w *walker) visit(t reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array:
		w.visit(t.Elem())
		return
	case reflect.Map:
		w.visit(t.Elem())
		return
	case reflect.Struct:
	default:
		return
	}
	if w.seen[t] || t == reflect.TypeFor[time.Time]() || t.PkgPath() == "net/http" || t.PkgPath() == "net/url" {
		return
	}
	w.seen[t] = true
	if slices.Contains(crossAsJSON, t) {
		w.json(t, t.Name(), map[reflect.Type]bool{})
		return
	}
	for _, name := range messageNames(t) {
		found, _ := pb.Files.FindDescriptorByName(protoreflect.FullName("mattermost.pluginapi.v1." + name))
		message, _ := found.(protoreflect.MessageDescriptor)
		w.fields(t.Name(), t, message)
	}
}

// fields compares the fields of t, those of what is embedded in it among them, with the message of the type called of.
func (w *walker) fields(of string, t reflect.Type, message protoreflect.MessageDescriptor) {
	for field := range t.Fields() {
		name := of + "." + field.Name
		switch {
		case !field.IsExported():
		case field.Anonymous:
			w.fields(of, indirect(field.Type), message)
			continue
		case otherForms[name] != "":
		case message == nil || !hasPlace(message, name, field):
			w.lacking = append(w.lacking, name)
			continue
		}
		if field.IsExported() {
			w.visit(field.Type)
		}
	}
}

// json finds the exported fields that JSON leaves out of a type.
func (w *walker) json(t reflect.Type, of string, seen map[reflect.Type]bool) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || seen[t] || t == reflect.TypeFor[time.Time]() {
		return
	}
	seen[t] = true
	for field := range t.Fields() {
		switch {
		case !field.IsExported():
		case field.Tag.Get("json") == "-":
			w.lacking = append(w.lacking, of+": "+t.Name()+"."+field.Name)
		default:
			w.json(field.Type, of, seen)
		}
	}
}

// hasPlace tells whether the message has a field for the one of Go, or that and its companion, that holds all of its
// values.
func hasPlace(message protoreflect.MessageDescriptor, name string, field reflect.StructField) bool {
	tag, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	for _, candidate := range []string{fieldNames[name], tag, snakeCase(tag), snakeCase(field.Name)} {
		place := message.Fields().ByName(protoreflect.Name(candidate))
		if candidate == "" || place == nil {
			continue
		}
		return holdsOrExact(place, field.Type, message)
	}
	return false
}

// holdsOrExact tells whether a field of message, or its companion, holds all values of a type.
func holdsOrExact(place protoreflect.FieldDescriptor, t reflect.Type, message protoreflect.MessageDescriptor) bool {
	exact := message.Fields().ByName(place.Name() + "_exact")
	return holds(place, t, message) || exact != nil && holds(exact, t, message)
}

// holds tells whether a field of message has a value for each one of the type.
func holds(place protoreflect.FieldDescriptor, t reflect.Type, message protoreflect.MessageDescriptor) bool {
	if t.Kind() == reflect.Pointer {
		return place.HasPresence() && !place.IsList() && holdsOne(place, t.Elem())
	}
	if t == reflect.TypeFor[map[string]bool]() || t.Kind() == reflect.Map && !isAny(t.Elem()) && t.Elem().Kind() != reflect.Slice {
		return place.IsMap() && holdsOne(place.MapValue(), indirect(t.Elem()))
	}
	if t.Kind() == reflect.Map && t.Elem().Kind() == reflect.Slice { // map[string][]string
		return place.IsMap() && place.MapValue().Message() != nil && place.MapValue().Message().Name() == "StringList" ||
			place.IsList() && place.Message() != nil && place.Message().Name() == "HTTPHeader"
	}
	if t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8 {
		return place.IsList() && holdsOne(place, indirect(t.Elem())) && hasNumbers(place, t.Elem(), message)
	}
	return !place.IsList() && !place.IsMap() && holdsOne(place, t) && hasNumbers(place, t, message)
}

// hasNumbers tells whether a place for a value of any type has a companion for its exact numbers.
func hasNumbers(place protoreflect.FieldDescriptor, t reflect.Type, message protoreflect.MessageDescriptor) bool {
	if !isAny(t) && !isMapOfAny(t) {
		return true
	}
	base := strings.TrimSuffix(string(place.Name()), "_exact")
	numbers := message.Fields().ByName(protoreflect.Name(base + "_numbers"))
	return numbers != nil && numbers.IsList() && numbers.Message() != nil && numbers.Message().Name() == "ExactNumber"
}

// holdsOne is holds for one value: an item of a list or a map, or what a pointer points at.
func holdsOne(place protoreflect.FieldDescriptor, t reflect.Type) bool {
	var messageName string
	if place.Message() != nil {
		messageName = string(place.Message().Name())
	}
	switch {
	case t == reflect.TypeFor[error]():
		return messageName == "AppError"
	case isAny(t):
		return messageName == "Value"
	case isMapOfAny(t):
		return messageName == "Struct"
	case t == reflect.TypeFor[json.RawMessage](), t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8:
		return place.Kind() == protoreflect.BytesKind
	case t == reflect.TypeFor[time.Time](): // as RFC 3339
		return place.Kind() == protoreflect.StringKind
	case t.Kind() == reflect.Struct && t.PkgPath() == "net/url":
		return place.Kind() == protoreflect.StringKind
	case t.Kind() == reflect.Struct && slices.Contains(crossAsJSON, t):
		return messageName == t.Name()
	case t.Kind() == reflect.Struct:
		return slices.Contains(messageNames(t), messageName)
	}
	switch t.Kind() {
	case reflect.String:
		return place.Kind() == protoreflect.StringKind
	case reflect.Bool:
		return place.Kind() == protoreflect.BoolKind
	case reflect.Int64:
		return place.Kind() == protoreflect.Int64Kind || messageName == "Int64Value"
	case reflect.Int: // counts, pages, pixels and HTTP status codes: as int32 where the old contract has it so
		return place.Kind() == protoreflect.Int64Kind || place.Kind() == protoreflect.Int32Kind || messageName == "Int32Value"
	case reflect.Int32, reflect.Int16, reflect.Int8:
		return place.Kind() == protoreflect.Int32Kind
	case reflect.Uint32, reflect.Uint16, reflect.Uint8, reflect.Uint:
		return place.Kind() == protoreflect.Uint32Kind
	}
	return false
}

// messageNames are the messages that a type of Go has in the contract.
func messageNames(t reflect.Type) []string {
	if names, ok := messagesOf[t]; ok {
		return names
	}
	return []string{t.Name()}
}

func isAny(t reflect.Type) bool { return t.Kind() == reflect.Interface && t.NumMethod() == 0 }

func isMapOfAny(t reflect.Type) bool { return t.Kind() == reflect.Map && isAny(t.Elem()) }

func indirect(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// snakeCase gives "post_id" for "PostId" and "PostID", "is_crt_enabled" for "IsCRTEnabled".
func snakeCase(name string) string {
	var b strings.Builder
	letters := []rune(strings.NewReplacer("IDs", "Ids", "URL", "Url").Replace(name))
	for i, letter := range letters {
		if unicode.IsUpper(letter) && i > 0 &&
			(unicode.IsLower(letters[i-1]) || i+1 < len(letters) && unicode.IsLower(letters[i+1])) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(letter))
	}
	return b.String()
}
