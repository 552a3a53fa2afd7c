package handlers

import (
	"context"
	"net/http"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/internal/grant"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

// errorField is the number of the field "error" in each response.
const errorField protoreflect.FieldNumber = 1

// deny answers a call that the plugin was not granted: with an error as Mattermost's own are, so that it says in Python who
// has denied what. The request has not been looked at.
func (c *Caller) deny(ctx context.Context, method abi.Method, denial *grant.Denial, record *Record) ([]byte, error) {
	if c.Observe != nil {
		c.Observe(ctx, method, Outcome{Denial: denial})
	}
	return refuse(method, &pb.AppError{
		Id: grant.DeniedID, Message: denial.Error(), StatusCode: http.StatusForbidden, Where: method.String(),
	}, record)
}

// refuse answers a call with an error, without asking Mattermost.
func refuse(method abi.Method, refusal *pb.AppError, record *Record) ([]byte, error) {
	response := table[method].newResponse()
	message := response.ProtoReflect()
	message.Set(message.Descriptor().Fields().ByNumber(errorField), protoreflect.ValueOfMessage(refusal.ProtoReflect()))
	record.Response = response
	return convert.Marshal(nil, response)
}
