package handlers

import (
	"context"
	"net/http"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/internal/grant"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// deny answers a call that the plugin was not granted: with an error as Mattermost's own are, so that it says in Python who
// has denied what.
func (c *Caller) deny(ctx context.Context, method abi.Method, denial *grant.Denial, encoded []byte, record *Record) ([]byte, error) {
	if c.Observe != nil {
		c.Observe(ctx, method, Outcome{Denial: denial})
	}
	return c.refuse(method, &pb.AppError{Id: grant.DeniedID, Message: denial.Error(), StatusCode: http.StatusForbidden}, encoded, record)
}

// closePipes closes the pipes that a request names: nobody will read them, and the guest, which may be writing, would wait.
func (c *Caller) closePipes(method abi.Method, encoded []byte) {
	if c.Streams == nil || !table[method].piped() {
		return
	}
	request := table[method].newRequest()
	if proto.Unmarshal(encoded, request) != nil {
		return
	}
	request.ProtoReflect().Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		if isPipe(field) {
			if pipe, ok := c.Streams.Pipe(uint32(value.Uint())); ok {
				_ = pipe.Close()
			}
		}
		return true
	})
}

// piped says whether requests of a method may name pipes.
func (h *handler) piped() bool {
	fields := h.newRequest().ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		if isPipe(fields.Get(i)) {
			return true
		}
	}
	return false
}

// isPipe says whether a field of a request is the number of a pipe.
func isPipe(field protoreflect.FieldDescriptor) bool {
	return field.Kind() == protoreflect.Uint32Kind && !field.IsList() && strings.HasSuffix(string(field.Name()), "_stream")
}
