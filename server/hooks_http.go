package server

import (
	"errors"
	"net/http"
	"time"

	"github.com/mattermost/mattermost/server/public/plugin"
	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/wasmhost"
)

// ServeHTTP gives a request to the plugin's URL to the plugin, which reads its body as it arrives, and sends the response
// as the plugin writes it. Where the plugin fails after the response has begun, the client must not take what it has for
// the whole: ServeHTTP panics with http.ErrAbortHandler, or in a process of its own closes the connection.
func (p *Plugin) ServeHTTP(c *plugin.Context, w http.ResponseWriter, r *http.Request) {
	_ = p.serveHTTP(abi.HookServeHTTP, c, w, r)
}

// serveHTTP runs a hook that answers a request. An error has been dealt with.
func (p *Plugin) serveHTTP(hook abi.Hook, c *plugin.Context, w http.ResponseWriter, r *http.Request) error {
	response := &httpResponse{w: w, log: p.log, most: p.limitBody("a response")}
	if p.refuseBody(w, r) {
		return nil
	}
	err := func() (err error) {
		defer recovered(&err)
		var rest pb.ServeHTTPResponse
		err = p.fireStreaming(hook, &rest, func(streams *hookStreams) (proto.Message, error) {
			return openHTTP(streams, response, c, r, p.limitBody("a request"))
		})
		if err != nil {
			return err
		}
		return response.finish(&rest)
	}()
	switch {
	case errors.Is(err, ErrNotDefined):
		http.NotFound(w, r)
	case err == nil:
	case response.gone.Load():
		p.log.Debug("hook "+hook.String()+": the client went away before the end of the response", "error", reason(err))
	case !response.begun.Load():
		p.logFailure("hook "+hook.String()+" failed", err)
		text, status := httpFailure(err)
		http.Error(w, text, status)
	default:
		p.logFailure("hook "+hook.String()+" failed, and the response is cut off", err)
		p.cutOff(w)
	}
	return err
}

// openHTTP makes the hook's request, with a stream for the body, where there is one, and one for the response.
func openHTTP(streams *hookStreams, response *httpResponse, c *plugin.Context, r *http.Request, most *bodyLimit) (*pb.ServeHTTPRequest, error) {
	controller := http.NewResponseController(response.w)
	_ = controller.EnableFullDuplex() // a response may begin before the body has been read; not every server can do that
	init := httpRequestToProto(c, r)
	request := &pb.ServeHTTPRequest{Init: init}
	var err error
	init.ResponseStream, err = streams.add(&hookStream{
		writer: response, control: response.control,
		unblock: func() { _ = controller.SetWriteDeadline(time.Now()) },
	})
	if err != nil || init.ContentLength == 0 {
		request.BodyComplete = true
		return request, err
	}
	init.BodyStream, err = streams.add(&hookStream{
		reader:  &requestBody{body: r.Body, left: init.ContentLength, most: most},
		unblock: func() { _ = controller.SetReadDeadline(time.Now()) },
	})
	return request, err
}

// httpFailure is the response to a request that the plugin failed to answer.
func httpFailure(err error) (text string, status int) {
	if _, ok := errors.AsType[*startError](err); ok {
		return "Service Unavailable", http.StatusServiceUnavailable
	}
	failure, ok := errors.AsType[*wasmhost.Error](err)
	switch {
	case errors.Is(err, abi.StatusQuota): // too many streams are open
		return "Service Unavailable", http.StatusServiceUnavailable
	case !ok:
		return "Internal Server Error", http.StatusInternalServerError
	case failure.Code == wasmhost.Busy, failure.Code == wasmhost.Overloaded, failure.Code == wasmhost.Closed:
		return "Service Unavailable", http.StatusServiceUnavailable
	case !failure.Temporary():
		return "Bad Gateway", http.StatusBadGateway
	}
	text = "Internal Server Error: "
	if failure.Message == "" {
		return text + failure.Type, http.StatusInternalServerError
	}
	return text + failure.Message, http.StatusInternalServerError
}

// cutOff ends a response so that the client notices that it is not whole.
func (p *Plugin) cutOff(w http.ResponseWriter) {
	if !p.remote {
		panic(http.ErrAbortHandler)
	}
	connection, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		err = connection.Close()
	}
	if err != nil { // HTTP/2 has no connection for one response
		p.log.Warn("the connection of a response that is cut off cannot be closed: the client may take it for the whole", "error", err)
	}
}
