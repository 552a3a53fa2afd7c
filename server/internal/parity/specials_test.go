package parity

import (
	"io"
	"net/http"
	"reflect"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/byname"
)

// A special compares what the names do not tell: the arguments and results of a method whose handler is written by hand.
type special struct {
	arguments func(c *byname.Comparison, request protoreflect.Message, arguments []any)
	results   func(c *byname.Comparison, response protoreflect.Message, results []any)
}

// specials are the methods that need it. Others are compared by names, as if their handlers followed the rule.
var specials = map[string]special{
	"LoadPluginConfiguration": {
		arguments: func(*byname.Comparison, protoreflect.Message, []any) {}, // a destination
		results:   (*byname.Comparison).Results,
	},
	"PluginHTTP": {
		arguments: func(c *byname.Comparison, request protoreflect.Message, arguments []any) {
			message, got := request.Interface().(*pb.PluginHTTPRequest), arguments[0].(*http.Request)
			same(c, "method", message.Method, got.Method)
			same(c, "url", message.Url, got.URL.String())
			headers(c, message.Headers, message.HeadersExact, got.Header)
			if len(message.Body) > 0 {
				same(c, "body", string(message.Body), content(got.Body))
			}
		},
		results: func(c *byname.Comparison, response protoreflect.Message, results []any) {
			message, given := response.Interface().(*pb.PluginHTTPResponse), results[0].(*http.Response)
			same(c, "status", int(message.StatusCode), given.StatusCode)
			headers(c, message.Headers, message.HeadersExact, given.Header)
		},
	},
	"ReceiveSharedChannelSyncMsg": {
		arguments: func(c *byname.Comparison, request protoreflect.Message, arguments []any) {
			message := request.Interface().(*pb.ReceiveSharedChannelSyncMsgRequest)
			same(c, "remote_id", message.RemoteId, arguments[0].(string))
			if exact := message.Msg.GetSyncMsgJsonExact(); exact != nil {
				c.Message("msg", exact.ProtoReflect(), reflect.ValueOf(arguments[1]).Elem())
				return
			}
			document := message.Msg.ProtoReflect().Descriptor().Fields().ByName("sync_msg_json")
			c.Field("msg", document, message.Msg.ProtoReflect().Get(document), reflect.ValueOf(arguments[1]))
		},
		results: (*byname.Comparison).Results,
	},
}

func same[T comparable](c *byname.Comparison, path string, message, goValue T) {
	if message != goValue {
		c.Differs(path, message, goValue)
	}
}

// headers compares the headers of a message, several values joined or each by itself, with those of Go.
func headers(c *byname.Comparison, joined map[string]string, exact []*pb.HTTPHeader, got http.Header) {
	given := http.Header{}
	for name, value := range joined {
		given.Set(name, value)
	}
	for _, header := range exact {
		given[http.CanonicalHeaderKey(header.Key)] = header.Values
	}
	same(c, "number of headers", len(given), len(got))
	for name, values := range given {
		same(c, "header "+name, strings.Join(values, ", "), strings.Join(got.Values(name), ", "))
	}
}

func content(body io.Reader) string {
	read, err := io.ReadAll(body)
	if err != nil {
		return err.Error()
	}
	return string(read)
}
