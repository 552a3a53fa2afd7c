package handlers

import (
	"sync"

	"github.com/mattermost/mattermost/server/public/plugin"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// A handler answers one method of the API.
type handler struct {
	newRequest func() proto.Message
	answer     func(o origin, request proto.Message) proto.Message // nil: Mattermost did not answer
	shape      func() shape
}

// group is the handlers of one area, by method.
type group map[abi.Method]handler

// message is the pointer type of a generated message.
type message[T any] interface {
	*T
	proto.Message
}

// handle makes the handler of a method from a function of its request and response: the one place where the two are
// known by type. answer may return nil where it sees that the connection to Mattermost is broken; see shape for what is
// seen without it.
func handle[Request message[Q], Response message[R], Q, R any](answer func(api plugin.API, request Request) Response) handler {
	return handleStreams(func(o origin, request Request) Response { return answer(o.api, request) })
}

// handleStreams is handle for a method whose messages name streams.
func handleStreams[Request message[Q], Response message[R], Q, R any](answer func(o origin, request Request) Response) handler {
	return handler{
		newRequest: func() proto.Message { return Request(new(Q)) },
		answer: func(o origin, request proto.Message) proto.Message {
			if response := answer(o, request.(Request)); response != nil {
				return response
			}
			return nil
		},
		shape: sync.OnceValue(func() shape {
			return shapeOf(Response(new(R)).ProtoReflect().Descriptor())
		}),
	}
}

// shape is what the responses of a method have in common.
type shape struct {
	failure protoreflect.FieldDescriptor // the AppError; every response has one
	result  protoreflect.FieldDescriptor // the one message that the method returns; nil where it returns none
}

func shapeOf(response protoreflect.MessageDescriptor) shape {
	s := shape{failure: response.Fields().ByName("error")}
	for i := range response.Fields().Len() {
		field := response.Fields().Get(i)
		if field != s.failure && field.Kind() == protoreflect.MessageKind && !field.IsList() && !field.IsMap() {
			s.result = field
		}
	}
	return s
}

// check completes a response and says whether it is one. When the connection to the server is broken every method of
// plugin.API returns its zero values, a nil error among them: no result and no error is no answer. Of UploadData it is
// one: the file is not whole yet.
func (s shape) check(method abi.Method, response protoreflect.Message) error {
	if response.Has(s.failure) {
		if failure, ok := response.Get(s.failure).Message().Interface().(*pb.AppError); ok && failure.Where == "" {
			failure.Where = method.String()
		}
		return nil
	}
	if s.result != nil && !response.Has(s.result) && method != abi.UploadData {
		return abi.StatusUnavailable
	}
	return nil
}
