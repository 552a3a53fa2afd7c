package handlers

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/mattermost/mattermost/server/public/plugin"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/wasmhost"
)

// origin is where a call comes from, for the handlers that read or open streams of the guest.
type origin struct {
	ctx     context.Context
	api     plugin.API
	streams *wasmhost.Streams // nil: the guest has none
}

// content is what a request holds for an API method to read: all of it in the message or, where the number is not 0,
// the pipe that the guest has opened and writes to meanwhile. The error is for the response. Closing it makes the guest's
// writes fail, and so does the end of the call's context: a guest that waits for the call cannot write.
func (o origin) content(field string, number uint32, whole []byte) (io.ReadCloser, *pb.AppError) {
	if number == 0 {
		return io.NopCloser(bytes.NewReader(whole)), nil
	}
	if o.streams != nil {
		if pipe, ok := o.streams.Pipe(number); ok {
			return &piped{pipe, context.AfterFunc(o.ctx, func() { _ = pipe.Close() })}, nil
		}
	}
	return nil, badRequest(fmt.Sprintf("%s: %d is not a pipe", field, number))
}

// piped is the host's end of a pipe while a call reads it.
type piped struct {
	io.ReadCloser
	stop func() bool
}

// Close ends the guest's writing, if it has not ended.
func (p *piped) Close() error {
	p.stop()
	return p.ReadCloser.Close()
}
