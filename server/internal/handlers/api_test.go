package handlers

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/mattermost/mattermost/server/public/plugin/plugintest"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/byname"
)

// missing lists the methods of an interface that have no handler and are not excused.
func missing(api reflect.Type, excused []string) []string {
	var names []string
	for i := range api.NumMethod() {
		name := api.Method(i).Name
		method, ok := abi.MethodByName(name)
		if (!ok || table[method].answer == nil) && !slices.Contains(excused, name) {
			names = append(names, name)
		}
	}
	return names
}

func TestEveryMethodOfTheAPIHasAHandler(t *testing.T) {
	api := reflect.TypeFor[plugin.API]()
	require.Empty(t, missing(api, notInContract))
	require.Len(t, Methods(), len(abi.Methods))
	require.Equal(t, api.NumMethod(), len(Methods())+len(notInContract))
	for _, name := range notInContract {
		_, ok := api.MethodByName(name)
		require.True(t, ok, "plugin.API has no %s", name)
		_, ok = abi.MethodByName(name)
		require.False(t, ok, "%s is in the contract", name)
	}
}

func TestAMethodWithoutAHandlerIsNoticed(t *testing.T) {
	type newer interface {
		plugin.API
		BrewCoffee()
	}
	require.Equal(t, []string{"BrewCoffee"}, missing(reflect.TypeFor[newer](), notInContract))
}

func TestArgumentsArriveAndResultsComeBack(t *testing.T) {
	for _, method := range slices.Sorted(maps.Keys(generated)) {
		t.Run(method.String(), func(t *testing.T) {
			signature, ok := reflect.TypeFor[plugin.API]().MethodByName(method.String())
			require.True(t, ok)
			fill := &byname.Filler{}
			request := table[method].newRequest().ProtoReflect()
			fill.Message(request, 5)

			var arguments []any
			results := fill.Results(signature.Type)
			api := &plugintest.API{}
			count := signature.Type.NumIn()
			if signature.Type.IsVariadic() {
				count += 3 // two pairs
			}
			api.On(method.String(), slices.Repeat([]any{mock.Anything}, count)...).
				Run(func(called mock.Arguments) { arguments = called }).
				Return(results...)
			c, log := caller(api)
			encoded, err := proto.Marshal(request.Interface())
			require.NoError(t, err)
			encoded, err = c.Call(t.Context(), method, encoded)
			require.NoError(t, err, log.String())
			response := newResponse(t, method)
			require.NoError(t, proto.Unmarshal(encoded, response.Interface()))

			compared := &byname.Comparison{}
			compared.Arguments(method, request, arguments)
			compared.Results(response, results)
			require.Empty(t, compared.Differences)
		})
	}
}

func TestDocumentsCrossAsJSON(t *testing.T) {
	api := &plugintest.API{}
	defer api.AssertExpectations(t)
	c, _ := caller(api)
	config := &model.Config{}
	config.ServiceSettings.SiteURL = new("https://chat.example.com")

	api.On("GetConfig").Return(config).Once()
	got, err := call[*pb.GetConfigResponse](t, c, abi.GetConfig, &pb.GetConfigRequest{})
	require.NoError(t, err)
	require.Contains(t, string(got.ConfigJson), "https://chat.example.com")

	api.On("GetUnsanitizedConfig").Return(config).Once()
	whole, err := call[*pb.GetUnsanitizedConfigResponse](t, c, abi.GetUnsanitizedConfig, &pb.GetUnsanitizedConfigRequest{})
	require.NoError(t, err)
	require.Equal(t, got.ConfigJson, whole.ConfigJson)

	api.On("SaveConfig", mock.MatchedBy(func(saved *model.Config) bool {
		return *saved.ServiceSettings.SiteURL == "https://chat.example.com"
	})).Return(nil).Once()
	_, err = call[*pb.SaveConfigResponse](t, c, abi.SaveConfig, &pb.SaveConfigRequest{ConfigJson: got.ConfigJson})
	require.NoError(t, err)

	api.On("GetLicense").Return(&model.License{Id: "l1"}).Once()
	license, err := call[*pb.GetLicenseResponse](t, c, abi.GetLicense, &pb.GetLicenseRequest{})
	require.NoError(t, err)
	require.Equal(t, "l1", decoded[model.License](t, license.LicenseJson).Id)

	api.On("GetCloudLimits").Return(&model.ProductLimits{Messages: &model.MessagesLimits{History: new(7)}}, nil).Once()
	limits, err := call[*pb.GetCloudLimitsResponse](t, c, abi.GetCloudLimits, &pb.GetCloudLimitsRequest{})
	require.NoError(t, err)
	require.Equal(t, 7, *decoded[model.ProductLimits](t, limits.LimitsJson).Messages.History)
}

func decoded[T any](t *testing.T, document []byte) (value T) {
	t.Helper()
	require.NoError(t, json.Unmarshal(document, &value))
	return value
}

func TestRequestsReachOtherPlugins(t *testing.T) {
	api := &plugintest.API{}
	defer api.AssertExpectations(t)
	c, _ := caller(api)
	request := &pb.PluginHTTPRequest{Method: "POST", Url: "/other/hello?a=b", Headers: map[string]string{"X-Name": "bob"}, Body: []byte("ping")}

	api.On("PluginHTTP", mock.MatchedBy(func(r *http.Request) bool {
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		return r.Method == "POST" && r.URL.Path == "/other/hello" && r.URL.RawQuery == "a=b" &&
			r.Header.Get("X-Name") == "bob" && string(body) == "ping"
	})).Return(&http.Response{
		StatusCode: http.StatusTeapot, Header: http.Header{"X-A": {"1", "2"}}, Body: io.NopCloser(strings.NewReader("pong")),
	}).Once()
	response, err := call[*pb.PluginHTTPResponse](t, c, abi.PluginHTTP, request)
	require.NoError(t, err)
	require.EqualValues(t, http.StatusTeapot, response.StatusCode)
	require.Equal(t, map[string]string{"X-A": "1, 2"}, response.Headers)
	require.Equal(t, "pong", string(response.Body))

	api.On("PluginHTTP", mock.Anything).Return(nil).Once()
	_, err = call[*pb.PluginHTTPResponse](t, c, abi.PluginHTTP, request)
	require.ErrorIs(t, err, abi.StatusUnavailable, "no response is a broken connection")

	response, err = call[*pb.PluginHTTPResponse](t, c, abi.PluginHTTP, &pb.PluginHTTPRequest{Method: "GET", Url: "::"})
	require.NoError(t, err)
	require.EqualValues(t, http.StatusBadRequest, response.Error.StatusCode)
}
