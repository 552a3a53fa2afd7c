// Package handlers answers the API calls of a guest: the bytes of a request become a call of plugin.API, its results
// the bytes of a response.
//
// An area of the API has a file, a method an entry in its group: one closure from request to response, made into a
// handler by handle. Everything else (decoding, encoding, broken connections, panics, traces) is in Caller, once.
package handlers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/mattermost/mattermost/server/public/plugin"
	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/internal/grant"
	"github.com/mmpy/mmpy/server/internal/convert"
	"github.com/mmpy/mmpy/server/internal/metrics"
	"github.com/mmpy/mmpy/server/internal/quota"
	"github.com/mmpy/mmpy/wasmhost"
)

// A Record tells of one API call.
type Record struct {
	API      string        // the method's name: "GetUser"
	Request  proto.Message // nil where it could not be decoded
	Response proto.Message // nil where Err is set; an error of Mattermost is in its field "error"
	Err      error         // why there is no response; an abi.Status is in its chain
	Duration time.Duration
}

// Caller calls a plugin.API for a guest. It is a wasmhost.Caller, safe for any number of goroutines.
type Caller struct {
	API     func() plugin.API // may return nil: then every call fails with abi.StatusUnavailable
	Streams *wasmhost.Streams // of the instance that calls; nil: it has none
	Grant   *grant.Grant      // what may be called; nil: everything
	Logger  *slog.Logger
	Trace   func(Record) // may be nil
	// Observe is told of each call that was denied, and of each of a sensitive method; may be nil.
	Observe func(ctx context.Context, method abi.Method, outcome Outcome)
	Quota   *quota.Quota      // of the plugin; nil: there is none
	Counts  *metrics.Recorder // counts the calls; may be nil
}

// Call answers one call. Its error, if any, has an abi.Status in its chain.
func (c *Caller) Call(ctx context.Context, method abi.Method, request []byte) ([]byte, error) {
	begin := metrics.Now()
	response, err := c.traced(ctx, begin, method, request)
	if c.Counts != nil {
		c.Counts.Method(method, metrics.Since(begin), metrics.OfCall(response, err))
	}
	return response, err
}

func (c *Caller) traced(ctx context.Context, begin metrics.Moment, method abi.Method, request []byte) ([]byte, error) {
	if int(method) >= len(table) || table[method].answer == nil {
		return nil, fmt.Errorf("%s: %w", method, abi.StatusUnimplemented)
	}
	record := Record{API: method.String()}
	encoded, err := c.call(ctx, begin, method, request, &record)
	if err != nil {
		err = fmt.Errorf("%s: %w", method, err)
	}
	if c.Trace != nil {
		record.Err, record.Duration = err, metrics.Since(begin)
		c.Trace(record)
	}
	return encoded, err
}

// call is Call without its frame; it fills in the record's messages.
func (c *Caller) call(ctx context.Context, begin metrics.Moment, method abi.Method, encoded []byte, record *Record) ([]byte, error) {
	if ctx.Err() != nil {
		return nil, errors.Join(abi.StatusCancelled, context.Cause(ctx))
	}
	if c.Grant != nil {
		if denial := c.Grant.Call(method); denial != nil {
			return c.deny(ctx, method, denial, encoded, record)
		}
	}
	if c.Quota != nil {
		if why := c.Quota.Call(ctx, method, begin); why != nil {
			return c.refuse(method, why, encoded, record)
		}
	}
	handler := &table[method]
	request := handler.newRequest()
	if err := convert.Unmarshal(encoded, request); err != nil {
		return nil, fmt.Errorf("%w: %w", abi.StatusInvalid, err)
	}
	record.Request = request
	if c.Quota != nil {
		if why, quietly := c.Quota.Request(ctx, method, request, len(encoded)); why != nil {
			return c.refuse(method, why, encoded, record)
		} else if quietly {
			record.Response = handler.newResponse()
			return nil, nil
		}
	}
	response, err := c.answer(ctx, method, request)
	var answer []byte
	if err == nil {
		answer, err = handler.encode(method, response)
	}
	c.observe(ctx, method, response, err)
	if err != nil {
		return nil, err
	}
	record.Response = response
	if c.Quota != nil {
		if why := c.Quota.Response(ctx, method, len(answer)); why != nil {
			return c.refuse(method, why, encoded, record)
		}
	}
	return answer, nil
}

// answer runs the method's handler. A panic in it, or in Mattermost's API behind it, is an error of this one call.
func (c *Caller) answer(ctx context.Context, method abi.Method, request proto.Message) (response proto.Message, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			c.Logger.Error("an API method panicked", "method", method.String(), "panic", fmt.Sprint(reason), "stack", string(debug.Stack()))
			response, err = nil, fmt.Errorf("%w: panic: %v", abi.StatusInternal, reason)
		}
	}()
	api := c.API()
	if api == nil {
		return nil, abi.StatusUnavailable
	}
	response = table[method].answer(origin{ctx, api, c.Streams, c.mostOfResponse()}, request)
	if response == nil {
		return nil, abi.StatusUnavailable
	}
	return response, nil
}
