package handlers

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/plugin/plugintest"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/wasmhost"
)

func TestANumberThatIsNoPipeIsRefused(t *testing.T) {
	streams := wasmhost.NewStreams()
	body, err := streams.Add(&wasmhost.StreamBase{})
	require.NoError(t, err)
	for _, test := range []struct {
		method  abi.Method
		request func(number uint32) proto.Message
		field   string
	}{
		{abi.UploadData, func(n uint32) proto.Message { return &pb.UploadDataRequest{DataStream: n} }, "data_stream"},
		{abi.InstallPlugin, func(n uint32) proto.Message { return &pb.InstallPluginRequest{FileStream: n} }, "file_stream"},
		{abi.PluginHTTP, func(n uint32) proto.Message { return &pb.PluginHTTPRequest{BodyStream: n} }, "body_stream"},
		{abi.ReceiveSharedChannelAttachmentSyncMsg, func(n uint32) proto.Message {
			return &pb.ReceiveSharedChannelAttachmentSyncMsgRequest{DataStream: n}
		}, "data_stream"},
	} {
		for name, number := range map[string]uint32{"no stream": 77, "a stream of another kind": body} {
			for _, table := range []*wasmhost.Streams{streams, nil} {
				t.Run(test.method.String()+"/"+name, func(t *testing.T) {
					c, _ := caller(&plugintest.API{}) // which fails the test when it is called
					c.Streams = table
					encoded, err := proto.Marshal(test.request(number))
					require.NoError(t, err)
					encoded, err = c.Call(t.Context(), test.method, encoded)
					require.NoError(t, err)
					response := newResponse(t, test.method)
					require.NoError(t, proto.Unmarshal(encoded, response.Interface()))
					failure := response.Get(response.Descriptor().Fields().ByName("error")).Message().Interface().(*pb.AppError)
					require.EqualValues(t, http.StatusBadRequest, failure.StatusCode)
					require.Contains(t, failure.Message, test.field)
				})
			}
		}
	}
}

func TestAResponseWithoutStreamsToPutItInIsWhole(t *testing.T) {
	api := &plugintest.API{}
	c, _ := caller(api)
	api.On("PluginHTTP", mock.Anything).Return(&http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader("pong"))})
	response, err := call[*pb.PluginHTTPResponse](t, c, abi.PluginHTTP, &pb.PluginHTTPRequest{Method: "GET", Url: "/p/x", StreamResponse: true})
	require.NoError(t, err)
	require.Equal(t, "pong", string(response.Body))
	require.Zero(t, response.BodyStream)
}

func TestEachValueOfAHeaderCrosses(t *testing.T) {
	api := &plugintest.API{}
	c, _ := caller(api)
	var got http.Header
	api.On("PluginHTTP", mock.Anything).Run(func(arguments mock.Arguments) {
		got = arguments.Get(0).(*http.Request).Header
	}).Return(&http.Response{StatusCode: 200, Header: http.Header{"Set-Cookie": {"a=1", "b=2"}, "X-A": {"1"}}})
	response, err := call[*pb.PluginHTTPResponse](t, c, abi.PluginHTTP, &pb.PluginHTTPRequest{
		Method: "GET", Url: "/p/x",
		Headers:      map[string]string{"X-Many": "1, 2", "x-one": "3"},
		HeadersExact: []*pb.HTTPHeader{{Key: "X-Many", Values: []string{"1", "2"}}},
	})
	require.NoError(t, err)
	require.Equal(t, http.Header{"X-Many": {"1", "2"}, "X-One": {"3"}}, got)
	require.Equal(t, map[string]string{"Set-Cookie": "a=1, b=2", "X-A": "1"}, response.Headers)
	require.Len(t, response.HeadersExact, 2)
	require.Equal(t, []string{"a=1", "b=2"}, response.HeadersExact[0].Values)
}

func TestHowLongAResponseIs(t *testing.T) {
	body := io.NopCloser(strings.NewReader("pong"))
	for name, test := range map[string]struct {
		response *http.Response
		want     int64
	}{
		"as it says":             {&http.Response{ContentLength: 4, Body: body}, 4},
		"not known":              {&http.Response{ContentLength: -1, Body: body}, -1},
		"over net/rpc":           {&http.Response{Body: body, Header: http.Header{"Content-Length": {"4"}}}, 4},
		"over net/rpc, no words": {&http.Response{Body: body}, -1},
		"none":                   {&http.Response{Body: http.NoBody}, 0},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, test.want, contentLength(test.response)) })
	}
}
