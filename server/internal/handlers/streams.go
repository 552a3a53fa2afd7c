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
	most    int64             // bytes of a response; 0: there is no limit
}

// content is what a request holds for an API method to read: all of it in the message or, where the number is not 0,
// the pipe that the guest has opened and writes to meanwhile. The error is for the response. Closing it makes the guest's
// writes fail, and so does the end of the call's context: a guest that waits for the call cannot write.
func (o origin) content(field string, number uint32, whole []byte) (*content, *pb.AppError) {
	if number == 0 {
		return &content{Reader: bytes.NewReader(whole), close: func() error { return nil }, stop: func() bool { return true }}, nil
	}
	if o.streams != nil {
		if pipe, ok := o.streams.Pipe(number); ok {
			return &content{pipe, pipe.Close, context.AfterFunc(o.ctx, func() { _ = pipe.Close() })}, nil
		}
	}
	return nil, badRequest(fmt.Sprintf("%s: %d is not a pipe", field, number))
}

// whole reads a body for the response; not much more of it than there is room for, so that it is seen to be too long.
func (o origin) whole(body io.Reader) ([]byte, error) {
	if o.most > 0 {
		body = io.LimitReader(body, o.most+1)
	}
	return io.ReadAll(body)
}

// content is what an API method reads.
type content struct {
	io.Reader
	close func() error
	stop  func() bool // stops the watch over the call's context
}

// keep is for what is read after the end of the call: until Close, or the end of the guest.
func (c *content) keep() { c.stop() }

// Close ends the guest's writing, if it has not ended.
func (c *content) Close() error {
	c.stop()
	return c.close()
}
