package server

import (
	"encoding/base64"
	"encoding/json"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	_ "embed"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/byname"
	"github.com/mmpy/mmpy/server/internal/convert"
	"github.com/mmpy/mmpy/server/internal/crossing"
)

//go:embed testdata/every_hook.py
var everyHookSource string

// everyHook is the source of a plugin with a handler for every hook.
func everyHook(asynchronous bool) string {
	name := map[bool]string{true: "True", false: "False"}[asynchronous]
	return everyHookSource + "\n\nPlugin = every_hook(" + name + ")\nfrom mattermost_plugin import run_plugin\nrun_plugin(Plugin)\n"
}

// store is what the tests need of the plugin's API.
type store interface {
	KVGet(key string) ([]byte, *model.AppError)
	KVSet(key string, value []byte) *model.AppError
}

// A hookCaller calls the hooks of a plugin that everyHook made with arguments that have everything set.
type hookCaller struct {
	hooks plugin.Hooks
	store store
	fill  byname.Filler
}

// A hookCall is a hook that was called.
type hookCall struct {
	arguments, results []reflect.Value
	response           *httptest.ResponseRecorder // of ServeHTTP and ServeMetrics
	output             *strings.Builder           // of FileWillBeUploaded
}

// call calls a hook, having told the plugin how to answer.
func (c *hookCaller) call(t *testing.T, name, answer string) *hookCall {
	t.Helper()
	require.Nil(t, c.store.KVSet("answer", []byte(answer)))
	return callHook(t, c.hooks, name, &c.fill)
}

// callHook calls a hook with arguments that the filler makes.
func callHook(t *testing.T, hooks plugin.Hooks, name string, fill *byname.Filler) *hookCall {
	t.Helper()
	call := &hookCall{response: httptest.NewRecorder(), output: &strings.Builder{}}
	method := reflect.ValueOf(hooks).MethodByName(name)
	require.True(t, method.IsValid(), name)
	var arguments []reflect.Value
	for i := range method.Type().NumIn() {
		switch want := method.Type().In(i); want.String() {
		case "http.ResponseWriter":
			arguments = append(arguments, reflect.ValueOf(call.response))
		case "*http.Request":
			request := httptest.NewRequest("PUT", "/path?query=1", strings.NewReader("the body"))
			request.Header.Set("X-Question", "why?")
			arguments = append(arguments, reflect.ValueOf(request))
		case "io.Reader":
			arguments = append(arguments, reflect.ValueOf(strings.NewReader("the content")))
		case "io.Writer":
			arguments = append(arguments, reflect.ValueOf(call.output))
		default:
			// Twice the same: Mattermost may decode an answer into what it sent.
			argument, kept := reflect.New(want).Elem(), reflect.New(want).Elem()
			fill.Rounds = want == reflect.TypeFor[*model.Config]() // which crosses as JSON
			again := *fill
			fill.GoValue(argument, "", 6)
			again.GoValue(kept, "", 6)
			arguments, call.arguments = append(arguments, argument), append(call.arguments, kept)
		}
	}
	call.results = method.Call(arguments)
	return call
}

// saw gives what the handler of a hook told of its arguments.
func (c *hookCaller) saw(t *testing.T, name string) []any {
	t.Helper()
	text, appErr := c.store.KVGet("saw " + name)
	require.Nil(t, appErr)
	require.NotNil(t, text, "%s: the handler did not run", name)
	var saw []any
	require.NoError(t, json.Unmarshal(text, &saw))
	return saw
}

// requireSeen checks that the handler was given the call's arguments, with everything in them, in Mattermost's order.
func (c *hookCall) requireSeen(t *testing.T, name string, saw []any) {
	t.Helper()
	switch name {
	case "ServeHTTP", "ServeMetrics":
		requireToldAs(t, name, c.arguments[0], saw[0])
		require.Equal(t, []any{"HTTPResponseWriter", "HTTPRequest"}, saw[1:], name)
		return
	case "FileWillBeUploaded":
		requireToldAs(t, name, c.arguments[0], saw[0])
		requireToldAs(t, name, c.arguments[1], saw[1])
		return
	}
	require.Len(t, saw, len(c.arguments), name)
	for i, argument := range c.arguments {
		requireToldAs(t, name, argument, saw[i])
	}
}

// requireToldAs compares an argument with what Python told of it.
func requireToldAs(t *testing.T, name string, sent reflect.Value, told any) {
	t.Helper()
	switch sent.Kind() {
	case reflect.String:
		require.Equal(t, sent.String(), told, name)
	case reflect.Int64:
		require.EqualValues(t, sent.Int(), told, name)
	case reflect.Slice:
		list, ok := told.([]any)
		require.True(t, ok, "%s: a %s arrived as %v", name, sent.Type(), told)
		require.Len(t, list, sent.Len(), name)
		for i := range list {
			requireToldAs(t, name, sent.Index(i), list[i])
		}
	default:
		want := converted(t, sent)
		message, ok := told.(map[string]any)
		require.True(t, ok, "%s: a %s arrived as %v", name, sent.Type(), told)
		require.EqualValues(t, want.ProtoReflect().Descriptor().Name(), message["type"], name)
		encoded, err := base64.StdEncoding.DecodeString(message["bytes"].(string))
		require.NoError(t, err)
		got := want.ProtoReflect().New().Interface()
		require.NoError(t, proto.Unmarshal(encoded, got))
		require.True(t, proto.Equal(want, got), "%s: sent %v\nseen %v", name, want, got)
		requireJSONOf(t, sent, got)
	}
}

// requireJSONOf checks that a message which is a model's JSON has all of the model.
func requireJSONOf(t *testing.T, sent reflect.Value, message proto.Message) {
	t.Helper()
	var text []byte
	switch message := message.(type) {
	case *pb.ConfigJson:
		text = message.ConfigJson
	case *pb.EmailNotificationJson:
		text = message.NotificationJson
	case *pb.SamlAssertionInfoJson:
		text = message.AssertionJson
	default:
		return
	}
	back := reflect.New(sent.Type().Elem())
	require.NoError(t, json.Unmarshal(text, back.Interface()))
	require.Equal(t, sent.Interface(), back.Interface())
}

// A conversion is one of package convert, for the type that it takes.
type conversion struct {
	takes   reflect.Type
	convert func(any) proto.Message
}

func conversionOf[T any, Message proto.Message](convert func(*T) Message) conversion {
	return conversion{reflect.TypeFor[*T](), func(value any) proto.Message { return convert(value.(*T)) }}
}

// jsonConversions are the conversions of models that cross as JSON, one way.
var jsonConversions = []conversion{
	conversionOf(convert.ConfigJsonToProto),
	conversionOf(convert.EmailNotificationJsonToProto),
	conversionOf(convert.SamlAssertionInfoJsonToProto),
	conversionOf(convert.SyncMsgJsonToProto),
}

// converted gives the message of a model, or of a pointer to one.
func converted(t *testing.T, value reflect.Value) proto.Message {
	t.Helper()
	if value.Kind() != reflect.Pointer {
		pointer := reflect.New(value.Type())
		pointer.Elem().Set(value)
		value = pointer
	}
	for _, c := range jsonConversions {
		if c.takes == value.Type() {
			return c.convert(value.Interface())
		}
	}
	i := slices.IndexFunc(crossing.Pairs, func(pair crossing.Pair) bool { return pair.Model == value.Type().Elem() })
	require.NotEqual(t, -1, i, "no conversion of a %s", value.Type())
	return crossing.Pairs[i].ToProto(value.Interface())
}
