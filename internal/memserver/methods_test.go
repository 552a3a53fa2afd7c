package memserver_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/memserver"
)

// withoutError are the methods of plugin.API that have no error to return, so that none of them can say it isn't there.
// With zero arguments they answer the zero value where that is what Mattermost documents, else something.
var withoutError = map[string]struct{ zero bool }{
	"GetConfig":            {},
	"GetDiagnosticId":      {},
	"GetPluginConfig":      {},
	"GetPluginID":          {},
	"GetServerVersion":     {},
	"GetTelemetryId":       {},
	"GetUnsanitizedConfig": {},
	"PluginHTTP":           {}, // a response with a status
	"SendEphemeralPost":    {},
	"UpdateEphemeralPost":  {},

	"GetLicense":             {zero: true}, // the server has none
	"IsEnterpriseReady":      {zero: true}, // nor could it use one
	"HasPermissionTo":        {zero: true}, // nobody may do nothing
	"HasPermissionToChannel": {zero: true},
	"HasPermissionToTeam":    {zero: true},
	"RolesGrantPermission":   {zero: true},
	"DeleteEphemeralPost":    {zero: true}, // these return nothing
	"LogAuditRec":            {zero: true},
	"LogAuditRecWithLevel":   {zero: true},
	"LogDebug":               {zero: true},
	"LogError":               {zero: true},
	"LogInfo":                {zero: true},
	"LogWarn":                {zero: true},
	"PublishWebSocketEvent":  {zero: true},
}

// missing are the methods that are not in the in-memory server: as many as unsupported_gen.go has.
var missing []string

// nothing are the methods that answer neither a value nor an error when there is nothing, as Mattermost does.
var nothing = []string{
	"KVGet", // a key that isn't there
}

// methods calls test with every method of plugin.API, bound to a plugin on a server of its own.
func methods(t *testing.T, test func(t *testing.T, server *memserver.Server, name string, method reflect.Value)) {
	t.Helper()
	count := 0
	for method := range reflect.TypeFor[plugin.API]().Methods() {
		count++
		t.Run(method.Name, func(t *testing.T) {
			server, api, _ := start(t)
			api.Attach(struct{}{})
			home := server.Home()
			file, err := api.UploadFile([]byte("text"), home.Project.Id, "notes.txt")
			require.Nil(t, err)
			post, err := api.CreatePost(&model.Post{ChannelId: home.Project.Id, UserId: home.Bob.Id, Message: "alice", FileIds: []string{file.Id}})
			require.Nil(t, err)
			_, err = api.AddReaction(&model.Reaction{PostId: post.Id, UserId: home.Bob.Id, EmojiName: "smile"})
			require.Nil(t, err)
			test(t, server, method.Name, reflect.ValueOf(plugin.API(api)).MethodByName(method.Name))
			settle(t, server)
		})
	}
	require.Equal(t, 258, count, "Mattermost's API has changed")
}

func hasError(method reflect.Value) bool {
	results := method.Type().NumOut()
	return results > 0 && method.Type().Out(results-1).Implements(reflect.TypeFor[error]())
}

// arguments makes one argument for each parameter.
func arguments(method reflect.Value, argument func(reflect.Type) reflect.Value) []reflect.Value {
	var list []reflect.Value
	for i := range method.Type().NumIn() {
		if !method.Type().IsVariadic() || i < method.Type().NumIn()-1 {
			list = append(list, argument(method.Type().In(i)))
		}
	}
	return list
}

// requireAnswer checks that a method answered with an error, or else with every value it has.
func requireAnswer(t *testing.T, name string, results []reflect.Value) {
	t.Helper()
	last := results[len(results)-1]
	if !last.IsNil() {
		err := last.Interface().(error)
		unsupported := strings.Contains(err.Error(), "not in the in-memory server: "+name)
		require.Equal(t, slices.Contains(missing, name), unsupported, err.Error())
		if appErr := (*model.AppError)(nil); errors.As(err, &appErr) {
			require.NotEmpty(t, appErr.Id)
			require.GreaterOrEqual(t, appErr.StatusCode, 400)
		}
		return
	}
	require.NotContains(t, missing, name, "it did not say so")
	for _, value := range results[:len(results)-1] {
		switch value.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
			require.True(t, !value.IsNil() || slices.Contains(nothing, name), "neither a value nor an error")
		}
	}
}

func zeroArgument(in reflect.Type) reflect.Value {
	if in.Kind() == reflect.Pointer && in.Elem().Kind() == reflect.Struct {
		return reflect.New(in.Elem())
	}
	return reflect.Zero(in)
}

func TestEveryMethodAnswersZeroArguments(t *testing.T) {
	methods(t, func(t *testing.T, _ *memserver.Server, name string, method reflect.Value) {
		results := method.Call(arguments(method, zeroArgument))
		if hasError(method) {
			require.NotContains(t, withoutError, name)
			requireAnswer(t, name, results)
			return
		}
		want, ok := withoutError[name]
		require.True(t, ok, "it cannot return an error: say in the table what it answers")
		for _, value := range results {
			require.Equal(t, want.zero, value.IsZero())
		}
	})
}

// nilArgument is nothing, or, where that is more than a nil, a list with nothing in it.
func nilArgument(in reflect.Type) reflect.Value {
	if in.Kind() == reflect.Slice && in.Elem().Kind() == reflect.Pointer {
		return reflect.MakeSlice(in, 1, 1)
	}
	return reflect.Zero(in)
}

func TestEveryMethodAnswersNil(t *testing.T) {
	methods(t, func(t *testing.T, _ *memserver.Server, name string, method reflect.Value) {
		require.NotPanics(t, func() {
			if results := method.Call(arguments(method, nilArgument)); hasError(method) {
				requireAnswer(t, name, results)
			}
		})
	})
}

func TestEveryMethodAnswersPlausibleArguments(t *testing.T) {
	for of, pick := range map[string]func(memserver.Home) string{
		"a user":    func(home memserver.Home) string { return home.Bob.Id },
		"a team":    func(home memserver.Home) string { return home.Team.Id },
		"a channel": func(home memserver.Home) string { return home.Project.Id },
		"a name":    func(memserver.Home) string { return "alice" },
		"a plugin":  func(memserver.Home) string { return "com.example.test" },
	} {
		t.Run(of, func(t *testing.T) {
			methods(t, func(t *testing.T, server *memserver.Server, name string, method reflect.Value) {
				server.SetLicense(&model.License{Features: &model.Features{}})
				text := pick(server.Home())
				results := method.Call(arguments(method, func(in reflect.Type) reflect.Value { return plausible(in, text) }))
				if hasError(method) {
					requireAnswer(t, name, results)
				}
			})
		})
	}
}

// plausible is an argument in which every text is the same.
func plausible(in reflect.Type, text string) reflect.Value {
	switch in {
	case reflect.TypeFor[*http.Request]():
		return reflect.ValueOf(httptest.NewRequest(http.MethodGet, "/"+text+"/path", nil))
	case reflect.TypeFor[io.Reader]():
		return reflect.ValueOf(strings.NewReader(text))
	}
	switch in.Kind() {
	case reflect.String:
		return reflect.ValueOf(text).Convert(in)
	case reflect.Int, reflect.Int64:
		return reflect.ValueOf(1).Convert(in)
	case reflect.Slice:
		if in.Elem().Kind() == reflect.Uint8 {
			return reflect.ValueOf([]byte(text)).Convert(in)
		}
		list := reflect.MakeSlice(in, 1, 1)
		list.Index(0).Set(plausible(in.Elem(), text))
		return list
	case reflect.Pointer:
		value := reflect.New(in.Elem())
		value.Elem().Set(plausible(in.Elem(), text))
		return value
	case reflect.Struct:
		value := reflect.New(in).Elem()
		for i := range in.NumField() {
			// Ids of their own make most things invalid; the rest of the texts is filled in.
			if field := in.Field(i); field.IsExported() && field.Type.Kind() == reflect.String && !strings.EqualFold(field.Name, "id") {
				value.Field(i).Set(plausible(field.Type, text))
			}
		}
		return value
	default:
		return reflect.Zero(in)
	}
}
