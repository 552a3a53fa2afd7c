package outbound

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/internal/grant"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/wasmhost"
)

// Function is what mmpy.http_request does for one instance. Its requests go through client, which gives nil as long as the
// plugin may not ask anything: while its file is loaded.
func Function(client func() *Client, streams *wasmhost.Streams) func(context.Context, []byte) ([]byte, error) {
	return func(ctx context.Context, encoded []byte) ([]byte, error) {
		var request pb.OutboundHTTPRequest
		if err := proto.Unmarshal(encoded, &request); err != nil {
			return nil, fmt.Errorf("http_request: %w: %w", abi.StatusInvalid, err)
		}
		response, err := answer(ctx, client(), streams, &request)
		if err != nil {
			if ctx.Err() != nil {
				return nil, fmt.Errorf("http_request: %w: %w", abi.StatusCancelled, err)
			}
			response = &pb.OutboundHTTPResponse{Error: appError(err)}
		}
		return proto.Marshal(response)
	}
}

func answer(ctx context.Context, client *Client, streams *wasmhost.Streams, r *pb.OutboundHTTPRequest) (*pb.OutboundHTTPResponse, error) {
	if client == nil {
		return nil, errorf(Denied, "%s is not granted: the plugin is not active yet; ask from OnActivate on", r.GetUrl())
	}
	if r.GetOnlyAsk() {
		if err := client.Ask(ctx, r.GetUrl()); err != nil {
			return nil, err
		}
		return &pb.OutboundHTTPResponse{Url: r.GetUrl()}, nil
	}
	request := &Request{
		Method: r.GetMethod(), URL: r.GetUrl(), Header: http.Header{},
		Redirects: int(min(r.GetRedirects(), maxRedirects)),
		Timeout:   time.Duration(min(max(r.GetTimeoutMs(), 0), time.Hour.Milliseconds())) * time.Millisecond,
	}
	for _, header := range r.GetHeaders() {
		request.Header[header.GetKey()] = append(request.Header[header.GetKey()], header.GetValues()...)
	}
	if number := r.GetBodyStream(); number == 0 {
		request.Body, request.Length = bytes.NewReader(r.GetBody()), int64(len(r.GetBody()))
	} else {
		pipe, ok := streams.Pipe(number)
		if !ok {
			return nil, errorf(Invalid, "body_stream: %d is not a pipe", number)
		}
		request.Body, request.Length = pipe, max(r.GetBodyLength(), -1)
		if request.Length == 0 {
			_ = pipe.Close()
		}
	}
	response, err := client.Do(ctx, request)
	if err != nil {
		if pipe, ok := request.Body.(io.Closer); ok {
			_ = pipe.Close() // the guest is not to write any more
		}
		return nil, err
	}
	message := &pb.OutboundHTTPResponse{
		StatusCode:    int32(response.StatusCode),
		Reason:        strings.TrimSpace(strings.TrimPrefix(response.Status, fmt.Sprint(response.StatusCode))),
		Url:           response.Request.URL.String(),
		ContentLength: response.ContentLength,
	}
	for _, name := range slices.Sorted(maps.Keys(response.Header)) {
		if !ofConnection[name] || name == "Content-Length" {
			message.Headers = append(message.Headers, &pb.HTTPHeader{Key: name, Values: valid(response.Header[name])})
		}
	}
	if isEmpty(response.Response) || ctx.Err() != nil {
		_ = response.Body.Close()
		return message, nil
	}
	if r.GetWholeBody() {
		defer response.Body.Close()
		if message.Body, err = client.readAll(ctx, response.Body); err != nil {
			return nil, err
		}
		return message, nil
	}
	stream := &bodyStream{body: response.Body}
	if message.BodyStream, err = streams.Add(stream); err != nil {
		_ = response.Body.Close()
		return nil, errorf(Quota, "the answer's body: %w", err)
	}
	stream.forgets(client.grant.Limits.HTTPTime+forgotten, func() { streams.Remove(message.BodyStream) })
	return message, nil
}

// readAll reads the body of an answer, as long as the caller waits. All that are being read together may have twice what one
// may have.
func (c *Client) readAll(ctx context.Context, body *Body) ([]byte, error) {
	defer context.AfterFunc(ctx, func() { body.exchange.cancel(context.Cause(ctx)) })()
	var whole bytes.Buffer
	defer func() { c.whole.Add(-int64(whole.Len())) }()
	chunk := make([]byte, 32<<10)
	for {
		n, err := body.Read(chunk)
		whole.Write(chunk[:n])
		if c.whole.Add(int64(n)) > 2*c.grant.Limits.HTTPAnswer {
			err := reached(grant.LimitHTTPAnswer, "too many answers are being read at a time: read them as streams")
			body.exchange.cancel(err)
			return nil, err
		}
		if errors.Is(err, io.EOF) {
			return whole.Bytes(), nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// isEmpty says whether an answer has no body.
func isEmpty(response *http.Response) bool {
	switch response.StatusCode {
	case http.StatusNoContent, http.StatusNotModified:
		return true
	}
	return response.ContentLength == 0 || response.Request.Method == http.MethodHead
}

// valid are header values as a message can hold them: HTTP's are bytes, and those beyond ASCII mostly Latin-1.
func valid(values []string) []string {
	texts := make([]string, len(values))
	for i, value := range values {
		letters := make([]rune, len(value))
		for j := range len(value) {
			letters[j] = rune(value[j])
		}
		texts[i] = string(letters)
	}
	return texts
}

// appError is an error as the guest gets it.
func appError(err error) *pb.AppError {
	own := explain("", err, nil)
	return &pb.AppError{Id: own.ID(), Message: own.Error(), StatusCode: int32(own.HTTPStatus()), Where: "http_request"}
}

// forgotten is how long after the end of its time the guest may still find out what has become of a body that it did not
// close. Then the stream's number is taken from it: it may not even know that, having forgotten the request.
const forgotten = time.Minute

// bodyStream is the body of an answer as the guest reads it.
type bodyStream struct {
	wasmhost.StreamBase
	body *Body

	mu     sync.Mutex
	timer  *time.Timer
	closed bool
}

func (s *bodyStream) forgets(after time.Duration, remove func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.timer = time.AfterFunc(after, func() {
			remove()
			_ = s.CloseGuest(nil)
		})
	}
}

// Read reads what has come.
func (s *bodyStream) Read(p []byte) (int, error) { return s.body.Read(p) }

// CloseGuest ends the answer.
func (s *bodyStream) CloseGuest(error) error {
	s.mu.Lock()
	s.closed = true
	if s.timer != nil {
		s.timer.Stop()
	}
	s.mu.Unlock()
	return s.body.Close()
}
