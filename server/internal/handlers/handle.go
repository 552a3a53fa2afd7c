package handlers

import (
	"bytes"
	"fmt"
	"sync"

	"github.com/mattermost/mattermost/server/public/plugin"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

// A handler answers one method of the API.
type handler struct {
	newRequest  func() proto.Message
	newResponse func() proto.Message
	answer      func(o origin, request proto.Message) proto.Message // nil: Mattermost did not answer
	shape       func() shape
}

// group is the handlers of one area, by method.
type group map[abi.Method]handler

// message is the pointer type of a generated message.
type message[T any] interface {
	*T
	proto.Message
}

// failing is message for a response: every one may be an error.
type failing[T any] interface {
	message[T]
	GetError() *pb.AppError
}

// handle makes the handler of a method from a function of its request and response: the one place where the two are
// known by type. answer may return nil where it sees that the connection to Mattermost is broken; see check for what is
// seen without it.
func handle[Request message[Q], Response failing[R], Q, R any](answer func(api plugin.API, request Request) Response) handler {
	return handleStreams(func(o origin, request Request) Response { return answer(o.api, request) })
}

// handleStreams is handle for a method whose messages name streams.
func handleStreams[Request message[Q], Response failing[R], Q, R any](answer func(o origin, request Request) Response) handler {
	return handler{
		newRequest:  func() proto.Message { return Request(new(Q)) },
		newResponse: func() proto.Message { return Response(new(R)) },
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
	message protoreflect.MessageDescriptor
	result  protoreflect.FieldDescriptor // the one message that the method returns; nil where it returns none
}

func shapeOf(response protoreflect.MessageDescriptor) shape {
	s := shape{message: response}
	for i := range response.Fields().Len() {
		field := response.Fields().Get(i)
		if field.Name() != "error" && field.Kind() == protoreflect.MessageKind && !field.IsList() && !field.IsMap() {
			s.result = field
		}
	}
	return s
}

// buffers are for encoding responses, of which each is then given away as a copy that has just the room it needs.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// maxBuffer is how large a buffer may be that is kept, in bytes.
const maxBuffer = 64 << 10

// encode completes a response, and gives its bytes if it is one. When the connection to the server is broken every method
// of plugin.API returns its zero values, a nil error among them: no result and no error is no answer. Of UploadData it is
// one: the file is not whole yet.
func (h *handler) encode(method abi.Method, response proto.Message) ([]byte, error) {
	if failure := response.(interface{ GetError() *pb.AppError }).GetError(); failure != nil && failure.Where == "" {
		failure.Where = method.String()
	}
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	encoded, err := convert.Marshal((*buffer)[:0], response)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", abi.StatusInternal, err)
	case len(encoded) == 0 && h.shape().result != nil && method != abi.UploadData:
		return nil, abi.StatusUnavailable
	case cap(encoded) > maxBuffer:
		return encoded, nil
	}
	*buffer = encoded
	return bytes.Clone(encoded), nil
}
