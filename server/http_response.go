package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"

	"golang.org/x/net/http/httpguts"
	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// httpResponse is the response that a handler gives: what it sends while it runs, and what it answers in the end.
type httpResponse struct {
	w     http.ResponseWriter
	log   *slog.Logger
	most  *bodyLimit  // of its body
	begun atomic.Bool // the head has left
	gone  atomic.Bool // the client does not take it any more
}

// Write sends a chunk of the body; a head that was not sent before is that of a success.
func (r *httpResponse) Write(chunk []byte) (int, error) {
	if err := r.most.take(len(chunk)); err != nil {
		return 0, err
	}
	if !r.begun.Load() {
		r.begin(&pb.ServeHTTPResponseInit{})
	}
	n, err := r.w.Write(chunk)
	switch {
	case err == nil:
		return n, nil
	case isError(err, http.ErrBodyNotAllowed): // a 204 or a 304 has none, and its handler need not care
		return len(chunk), nil
	case isError(err, http.ErrContentLength):
		return n, fmt.Errorf("%w: %w", abi.StatusInvalid, err)
	}
	r.gone.Store(true)
	return n, err
}

// isError is errors.Is for an error that may have come over net/rpc, as a text.
func isError(err, target error) bool { return errors.Is(err, target) || err.Error() == target.Error() }

// control takes a message of the handler: the head, or that what is written is to be sent.
func (r *httpResponse) control(message []byte) error {
	var part pb.ServeHTTPResponse
	if err := proto.Unmarshal(message, &part); err != nil {
		return fmt.Errorf("%w: %w", abi.StatusInvalid, err)
	}
	return r.send(&part)
}

// send sends a part of the response.
func (r *httpResponse) send(part *pb.ServeHTTPResponse) error {
	if part.Init != nil {
		if r.begun.Load() {
			return fmt.Errorf("%w: the response has begun already", abi.StatusInvalid)
		}
		r.begin(part.Init)
	}
	if len(part.BodyChunk) > 0 {
		if _, err := r.Write(part.BodyChunk); err != nil {
			return err
		}
	}
	if !part.Flush {
		return nil
	}
	if err := http.NewResponseController(r.w).Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		r.gone.Store(true)
		return err
	}
	return nil
}

// finish sends what is left: all of it, where the handler has sent nothing yet.
func (r *httpResponse) finish(rest *pb.ServeHTTPResponse) error {
	if rest.Init == nil && !r.begun.Load() {
		rest.Init = &pb.ServeHTTPResponseInit{}
	}
	rest.Flush = false // the end does that
	return r.send(rest)
}

// begin sends the head. Headers that Mattermost has set stay unless the handler gives them other values, or none.
func (r *httpResponse) begin(init *pb.ServeHTTPResponseInit) {
	r.begun.Store(true)
	header := r.w.Header() // also where there is nothing to change: over net/rpc it would be emptied otherwise
	replaced := make(map[string]bool, len(init.Headers))
	for _, one := range init.Headers {
		if !httpguts.ValidHeaderFieldName(one.Key) {
			r.log.Warn("the plugin's response has a header whose name is none: it is left out", "name", one.Key)
			continue
		}
		name := http.CanonicalHeaderKey(one.Key)
		if !replaced[name] {
			header.Del(name)
			replaced[name] = true
		}
		for _, value := range one.Values {
			if !httpguts.ValidHeaderFieldValue(value) {
				r.log.Warn("the plugin's response has a header with control characters in its value: it is left out", "name", name)
				continue
			}
			header.Add(name, value)
		}
	}
	status := int(init.StatusCode)
	switch {
	case status == 0:
		status = http.StatusOK
	case status < 100 || status > 999:
		r.log.Error("the plugin's response has a status that is none: it is a 500", "status", status)
		status = http.StatusInternalServerError
	}
	r.w.WriteHeader(status)
}
