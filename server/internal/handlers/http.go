package handlers

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
	"github.com/mmpy/mmpy/wasmhost"
)

// pluginHTTP answers for requests to other plugins. A body crosses whole, or as a stream where the guest wants that.
// headers has several values of one header as one, with commas between them; headers_exact keeps them apart.
var pluginHTTP = group{
	abi.PluginHTTP: handleStreams(func(o origin, r *pb.PluginHTTPRequest) *pb.PluginHTTPResponse {
		body, refused := o.content("body_stream", r.GetBodyStream(), r.GetBody())
		if refused != nil {
			return &pb.PluginHTTPResponse{Error: refused}
		}
		streams := false
		defer func() {
			if !streams {
				_ = body.Close()
			}
		}()
		request, err := httpRequest(r, body)
		if err != nil {
			return &pb.PluginHTTPResponse{Error: badRequest(err.Error())}
		}
		response := o.api.PluginHTTP(request)
		if response == nil {
			return nil
		}
		if response.StatusCode == 0 { // nil, from over net/rpc: its body never ends
			if response.Body != nil {
				_ = response.Body.Close()
			}
			return nil
		}
		answer := httpResponse(response)
		if response.Body == nil {
			response.Body = http.NoBody
		}
		if r.GetStreamResponse() && o.streams != nil {
			answer.BodyStream, err = o.streams.Add(&exchange{response: response.Body, request: body})
			if streams = err == nil; streams {
				body.keep()
			}
		} else {
			answer.Body, err = o.whole(response.Body)
		}
		if !streams {
			_ = response.Body.Close()
		}
		if err != nil {
			err = fmt.Errorf("read the body of the response: %w", err)
			return &pb.PluginHTTPResponse{Error: convert.ErrorToProto(err)}
		}
		return answer
	}),
}

// httpRequest makes the request that a message describes.
func httpRequest(r *pb.PluginHTTPRequest, body io.Reader) (*http.Request, error) {
	request, err := http.NewRequest(r.GetMethod(), r.GetUrl(), body)
	if err != nil {
		return nil, err
	}
	if r.GetBodyStream() == 0 {
		request.ContentLength = int64(len(r.GetBody()))
	}
	for name, value := range r.GetHeaders() {
		request.Header.Set(name, value)
	}
	for _, header := range r.GetHeadersExact() {
		request.Header[http.CanonicalHeaderKey(header.GetKey())] = header.GetValues()
	}
	if r.GetProto() != "" {
		request.Proto, request.ProtoMajor, request.ProtoMinor = r.GetProto(), int(r.GetProtoMajor()), int(r.GetProtoMinor())
	}
	if r.GetHost() != "" {
		request.Host = r.GetHost()
	}
	request.RemoteAddr, request.RequestURI = r.GetRemoteAddr(), r.GetRequestUri()
	return request, nil
}

// httpResponse is the message of a response, but for its body.
func httpResponse(response *http.Response) *pb.PluginHTTPResponse {
	answer := &pb.PluginHTTPResponse{
		StatusCode:    int32(response.StatusCode),
		Status:        response.Status,
		Headers:       make(map[string]string, len(response.Header)),
		Proto:         response.Proto,
		ProtoMajor:    int32(response.ProtoMajor),
		ProtoMinor:    int32(response.ProtoMinor),
		ContentLength: new(contentLength(response)),
	}
	for _, name := range slices.Sorted(maps.Keys(response.Header)) {
		values := response.Header[name]
		answer.Headers[name] = strings.Join(values, ", ")
		answer.HeadersExact = append(answer.HeadersExact, &pb.HTTPHeader{Key: name, Values: values})
	}
	return answer
}

// contentLength is how long a response's body is to be, -1 where that is not known. A response from over net/rpc only
// has it in its header, and 0 otherwise.
func contentLength(response *http.Response) int64 {
	if length, err := strconv.ParseInt(response.Header.Get("Content-Length"), 10, 64); err == nil && length >= 0 {
		return length
	}
	if response.ContentLength > 0 || response.Body == nil || response.Body == http.NoBody {
		return response.ContentLength
	}
	return -1
}

// exchange is the stream of a response's body. The plugin that answers may read the request's body until the response
// has ended, so the two are closed together.
type exchange struct {
	wasmhost.StreamBase
	response, request io.ReadCloser
}

// Read gives what has arrived.
func (e *exchange) Read(p []byte) (int, error) { return e.response.Read(p) }

// CloseGuest ends the exchange.
func (e *exchange) CloseGuest(error) error {
	err := e.response.Close()
	_ = e.request.Close()
	return err
}
