package handlers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/mattermost/mattermost/server/public/plugin/plugintest"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// caller gives a Caller of api, and what it logs.
func caller(api plugin.API) (*Caller, *bytes.Buffer) {
	log := &bytes.Buffer{}
	return &Caller{API: func() plugin.API { return api }, Logger: slog.New(slog.NewTextHandler(log, nil))}, log
}

// call makes one call, from message to message.
func call[Response proto.Message](t *testing.T, c *Caller, method abi.Method, request proto.Message) (Response, error) {
	t.Helper()
	var zero Response
	response := zero.ProtoReflect().New().Interface().(Response)
	encodedRequest, err := proto.Marshal(request)
	require.NoError(t, err)
	encoded, err := c.Call(t.Context(), method, encodedRequest)
	if err == nil {
		require.NoError(t, proto.Unmarshal(encoded, response))
	}
	return response, err
}

func TestEveryHandlerHasTheMessagesOfItsMethod(t *testing.T) {
	methods := Methods()
	require.Greater(t, len(methods), 140)
	for _, method := range methods {
		request := table[method].newRequest().ProtoReflect().Descriptor()
		require.Equal(t, method.Info().Request, string(request.FullName()))
		require.Equal(t, method.Info().Response, string(table[method].shape().message.FullName()))
	}
}

func TestNoMethodHasTwoHandlers(t *testing.T) {
	count := 0
	for _, group := range groups {
		count += len(group)
	}
	require.Len(t, Methods(), count)
}

func TestCallsReachTheAPIAndResultsComeBack(t *testing.T) {
	api := &plugintest.API{}
	defer api.AssertExpectations(t)
	c, _ := caller(api)

	api.On("GetUser", "u1").Return(&model.User{Id: "u1", Username: "bob"}, nil).Once()
	user, err := call[*pb.GetUserResponse](t, c, abi.GetUser, &pb.GetUserRequest{UserId: "u1"})
	require.NoError(t, err)
	require.Equal(t, "bob", user.User.Username)
	require.Nil(t, user.Error)

	api.On("GetUsersInTeam", "t1", 2, 50).Return([]*model.User{{Id: "a"}, {Id: "b"}}, nil).Once()
	users, err := call[*pb.GetUsersInTeamResponse](t, c, abi.GetUsersInTeam, &pb.GetUsersInTeamRequest{TeamId: "t1", Page: 2, PerPage: 50})
	require.NoError(t, err)
	require.Len(t, users.Users, 2)

	api.On("KVSetWithOptions", "k", []byte("v"), model.PluginKVSetOptions{Atomic: true, OldValue: []byte("o"), ExpireInSeconds: 9}).Return(true, nil).Once()
	set, err := call[*pb.KVSetWithOptionsResponse](t, c, abi.KVSetWithOptions, &pb.KVSetWithOptionsRequest{
		Key: "k", Value: []byte("v"), Options: &pb.PluginKVSetOptions{Atomic: true, OldValue: []byte("o"), ExpireInSeconds: 9},
	})
	require.NoError(t, err)
	require.True(t, set.Success)

	api.On("KVCompareAndSet", "k", []byte(nil), []byte("v")).Return(true, nil).Once()
	_, err = call[*pb.KVCompareAndSetResponse](t, c, abi.KVCompareAndSet, &pb.KVCompareAndSetRequest{Key: "k", NewValue: []byte("v")})
	require.NoError(t, err, "no old value says that there is none yet")

	api.On("HasPermissionToChannel", "u1", "c1", model.PermissionCreatePost).Return(true).Once()
	may, err := call[*pb.HasPermissionToChannelResponse](t, c, abi.HasPermissionToChannel, &pb.HasPermissionToChannelRequest{
		UserId: "u1", ChannelId: "c1", PermissionId: "create_post",
	})
	require.NoError(t, err)
	require.True(t, may.HasPermission)

	api.On("DeleteEphemeralPost", "u1", "p1").Return().Once()
	_, err = call[*pb.DeleteEphemeralPostResponse](t, c, abi.DeleteEphemeralPost, &pb.DeleteEphemeralPostRequest{UserId: "u1", PostId: "p1"})
	require.NoError(t, err)

	api.On("GetPreferenceForUser", "u1", "c", "n").Return(model.Preference{UserId: "u1", Category: "c", Name: "n", Value: "v"}, nil).Once()
	preference, err := call[*pb.GetPreferenceForUserResponse](t, c, abi.GetPreferenceForUser, &pb.GetPreferenceForUserRequest{UserId: "u1", Category: "c", Name: "n"})
	require.NoError(t, err)
	require.Equal(t, "v", preference.Preference.Value)

	api.On("LoadPluginConfiguration", mock.Anything).Run(func(args mock.Arguments) {
		dest := args.Get(0).(interface{ UnmarshalJSON([]byte) error })
		require.NoError(t, dest.UnmarshalJSON([]byte(`{"limit": 9007199254740993}`)))
	}).Return(nil).Once()
	config, err := call[*pb.LoadPluginConfigurationResponse](t, c, abi.LoadPluginConfiguration, &pb.LoadPluginConfigurationRequest{})
	require.NoError(t, err)
	require.Equal(t, `{"limit": 9007199254740993}`, string(config.ConfigJson))

	api.On("LogInfo", "hello", "count", 3.0, "names", []any{"a"}).Return().Once()
	pairs := []*pb.KeyValuePair{{Key: "count", Value: structpb.NewNumberValue(3)}, {Key: "names", Value: structpb.NewListValue(&structpb.ListValue{Values: []*structpb.Value{structpb.NewStringValue("a")}})}}
	_, err = call[*pb.LogInfoResponse](t, c, abi.LogInfo, &pb.LogInfoRequest{Msg: "hello", KeyValuePairs: pairs})
	require.NoError(t, err)

	api.On("GetLicense").Return(nil).Once()
	license, err := call[*pb.GetLicenseResponse](t, c, abi.GetLicense, &pb.GetLicenseRequest{})
	require.NoError(t, err, "the free edition has no licence")
	require.Empty(t, license.LicenseJson)

	api.On("GetPluginConfig").Return(nil).Once()
	settings, err := call[*pb.GetPluginConfigResponse](t, c, abi.GetPluginConfig, &pb.GetPluginConfigRequest{})
	require.NoError(t, err, "net/rpc makes nil of an empty map")
	require.NotNil(t, settings.Config)
}

func TestErrorsOfMattermostAreInTheResponse(t *testing.T) {
	api := &plugintest.API{}
	c, _ := caller(api)

	appError := model.NewAppError("App.GetUser", "app.user.missing", map[string]any{"Id": "u1"}, "no row", http.StatusNotFound)
	appError.Message, appError.RequestId = "No such user.", "r1"
	api.On("GetUser", "u1").Return(nil, appError)
	user, err := call[*pb.GetUserResponse](t, c, abi.GetUser, &pb.GetUserRequest{UserId: "u1"})
	require.NoError(t, err)
	require.Nil(t, user.User)
	require.Equal(t, "app.user.missing", user.Error.Id)
	require.Equal(t, "No such user.", user.Error.Message)
	require.Equal(t, "no row", user.Error.DetailedError)
	require.Equal(t, "r1", user.Error.RequestId)
	require.EqualValues(t, http.StatusNotFound, user.Error.StatusCode)
	require.Equal(t, "App.GetUser", user.Error.Where)
	require.Equal(t, map[string]any{"Id": "u1"}, user.Error.Params.AsMap())

	api.On("EnsureBotUser", mock.Anything).Return("", errors.New("the name is taken"))
	bot, err := call[*pb.EnsureBotUserResponse](t, c, abi.EnsureBotUser, &pb.EnsureBotUserRequest{Bot: &pb.Bot{Username: "b"}})
	require.NoError(t, err)
	require.Equal(t, "the name is taken", bot.Error.Message)
	require.Equal(t, "EnsureBotUser", bot.Error.Where)

	config, err := call[*pb.SaveConfigResponse](t, c, abi.SaveConfig, &pb.SaveConfigRequest{ConfigJson: []byte("{")})
	require.NoError(t, err)
	require.EqualValues(t, http.StatusBadRequest, config.Error.StatusCode)
}

// answers gives an API whose methods all return the zero values of their results, but for an error where there is one:
// that is failure.
func answers(failure *model.AppError) *plugintest.API {
	api := &plugintest.API{}
	interfaceType := reflect.TypeFor[plugin.API]()
	for i := range interfaceType.NumMethod() {
		method := interfaceType.Method(i)
		anything := make([]any, method.Type.NumIn())
		for j := range anything {
			anything[j] = mock.Anything
		}
		var results []any
		for j := range method.Type.NumOut() {
			result := reflect.Zero(method.Type.Out(j)).Interface()
			if isError := method.Type.Out(j).Implements(reflect.TypeFor[error]()); isError && failure != nil {
				result = failure
			}
			results = append(results, result)
		}
		if method.Type.IsVariadic() {
			api.On(method.Name, anything[:len(anything)-1]...).Return(results...)
		} else {
			api.On(method.Name, anything...).Return(results...)
		}
	}
	return api
}

// A connection that broke makes every method of plugin.API return zero values, nil errors included. A guest must be
// told so, and not be given None for a user.
func TestABrokenConnectionIsUnavailable(t *testing.T) {
	c, log := caller(answers(nil))
	for _, method := range Methods() {
		response, err := c.Call(t.Context(), method, nil)
		if table[method].shape().result != nil && method != abi.GetPluginConfig && method != abi.UploadData {
			require.ErrorIs(t, err, abi.StatusUnavailable, "%s", method)
			require.Nil(t, response)
		} else if !errors.Is(err, abi.StatusUnavailable) {
			require.NoError(t, err, "%s", method)
		}
	}
	require.Empty(t, log.String(), "nothing panics")
}

func TestAPartOfAnUploadGivesNoFileYet(t *testing.T) {
	api := &plugintest.API{}
	api.On("UploadData", mock.Anything, mock.Anything).Return(nil, nil)
	c, _ := caller(api)
	encoded, err := c.Call(t.Context(), abi.UploadData, nil)
	require.NoError(t, err)
	var response pb.UploadDataResponse
	require.NoError(t, proto.Unmarshal(encoded, &response))
	require.Nil(t, response.FileInfo)
	require.Nil(t, response.Error)
}

func TestEveryMethodPassesErrorsOn(t *testing.T) {
	failure := model.NewAppError("Here", "some.id", nil, "details", http.StatusTeapot)
	c, log := caller(answers(failure))
	apiType := reflect.TypeFor[plugin.API]()
	for _, method := range Methods() {
		goMethod, ok := apiType.MethodByName(method.String())
		require.True(t, ok, "%s", method)
		outs := goMethod.Type.NumOut()
		if outs == 0 || !goMethod.Type.Out(outs-1).Implements(reflect.TypeFor[error]()) || method == abi.SaveConfig {
			continue
		}
		encoded, err := c.Call(t.Context(), method, nil)
		require.NoError(t, err, "%s", method)
		response := newResponse(t, method)
		require.NoError(t, proto.Unmarshal(encoded, response.Interface()))
		got := response.Interface().(interface{ GetError() *pb.AppError }).GetError()
		require.Equal(t, "some.id", got.Id, "%s", method)
	}
	require.Empty(t, log.String(), "nothing panics")
}

func newResponse(t *testing.T, method abi.Method) protoreflect.Message {
	t.Helper()
	kind, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(method.Info().Response))
	require.NoError(t, err)
	return kind.New()
}

func TestMalformedRequestsAreInvalid(t *testing.T) {
	c, _ := caller(&plugintest.API{})
	_, err := c.Call(t.Context(), abi.GetUser, []byte{0xff})
	require.ErrorIs(t, err, abi.StatusInvalid)
}

func TestWhatHasNoHandlerIsUnimplemented(t *testing.T) {
	c, _ := caller(&plugintest.API{})
	_, err := c.Call(t.Context(), abi.Method(len(abi.Methods)), nil)
	require.ErrorIs(t, err, abi.StatusUnimplemented)
}

func TestCallsWithoutAnAPIAreUnavailable(t *testing.T) {
	c, _ := caller(nil)
	_, err := c.Call(t.Context(), abi.GetUser, nil)
	require.ErrorIs(t, err, abi.StatusUnavailable)
}

func TestCallsAfterTheDeadlineAreCancelled(t *testing.T) {
	c, _ := caller(&plugintest.API{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.Call(ctx, abi.GetUser, nil)
	require.ErrorIs(t, err, abi.StatusCancelled)
}

func TestAPanicIsAnErrorOfTheOneCall(t *testing.T) {
	c, log := caller(struct{ plugin.API }{}) // every method dereferences nil
	_, err := c.Call(t.Context(), abi.GetUser, nil)
	require.ErrorIs(t, err, abi.StatusInternal)
	require.Contains(t, log.String(), "GetUser")
	require.Contains(t, log.String(), "nil pointer")
}

func TestCallsAreTraced(t *testing.T) {
	api := &plugintest.API{}
	api.On("GetUser", "u1").Return(&model.User{Username: "bob"}, nil)
	api.On("GetTeam", "t1").Return(nil, nil)
	c, _ := caller(api)
	var records []Record
	c.Trace = func(record Record) { records = append(records, record) }

	_, err := call[*pb.GetUserResponse](t, c, abi.GetUser, &pb.GetUserRequest{UserId: "u1"})
	require.NoError(t, err)
	_, err = call[*pb.GetTeamResponse](t, c, abi.GetTeam, &pb.GetTeamRequest{TeamId: "t1"})
	require.Error(t, err)
	_, err = c.Call(t.Context(), abi.GetUser, []byte{0xff})
	require.Error(t, err)

	require.Len(t, records, 3)
	require.Equal(t, "GetUser", records[0].API)
	require.Equal(t, "u1", records[0].Request.(*pb.GetUserRequest).UserId)
	require.Equal(t, "bob", records[0].Response.(*pb.GetUserResponse).User.Username)
	require.NoError(t, records[0].Err)
	require.Positive(t, records[0].Duration)
	require.Equal(t, "GetTeam", records[1].API)
	require.Nil(t, records[1].Response)
	require.ErrorIs(t, records[1].Err, abi.StatusUnavailable)
	require.Nil(t, records[2].Request)
	require.ErrorIs(t, records[2].Err, abi.StatusInvalid)
}

func BenchmarkCall(b *testing.B) {
	user := &model.User{Id: model.NewId(), Username: "bob", Email: "bob@example.com", Props: model.StringMap{"a": "b"}}
	c, _ := caller(userAPI{user: user})
	request, err := proto.Marshal(&pb.GetUserRequest{UserId: user.Id})
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Call(b.Context(), abi.GetUser, request); err != nil {
			b.Fatal(err)
		}
	}
}

// userAPI knows one user.
type userAPI struct {
	plugin.API
	user *model.User
}

func (a userAPI) GetUser(string) (*model.User, *model.AppError) { return a.user, nil }

func ExampleCaller_Call() {
	c := &Caller{API: func() plugin.API { return userAPI{user: &model.User{Username: "bob"}} }, Logger: slog.Default()}
	encoded, err := c.Call(context.Background(), abi.GetUser, nil)
	if err != nil {
		panic(err)
	}
	var response pb.GetUserResponse
	if err := proto.Unmarshal(encoded, &response); err != nil {
		panic(err)
	}
	fmt.Println(response.User.Username)
	// Output: bob
}
