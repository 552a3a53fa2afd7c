package handlers

import (
	"context"

	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/internal/grant"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// An Outcome is what became of an API call that somebody keeps watch over.
type Outcome struct {
	Denial *grant.Denial // why it was not let through; nil: it was
	Answer *pb.AppError  // the error that Mattermost has answered with; nil: none
	Err    error         // why there is no answer
}

// observe tells of a call that was let through, where its method is sensitive.
func (c *Caller) observe(ctx context.Context, method abi.Method, response proto.Message, err error) {
	if c.Observe == nil || !grant.Sensitive(method) {
		return
	}
	outcome := Outcome{Err: err}
	if response != nil {
		outcome.Answer = response.(interface{ GetError() *pb.AppError }).GetError()
	}
	c.Observe(ctx, method, outcome)
}
