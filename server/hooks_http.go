package server

import (
	"errors"
	"io"
	"net/http"

	"github.com/mattermost/mattermost/server/public/plugin"
	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

// ServeHTTP gives the plugin a request to /plugins/{id}.
func (p *Plugin) ServeHTTP(c *plugin.Context, w http.ResponseWriter, r *http.Request) {
	p.serve(abi.HookServeHTTP, c, w, r)
}

// ServeMetrics gives the plugin a request to /plugins/{id}/metrics at the server's port for metrics.
func (p *Plugin) ServeMetrics(c *plugin.Context, w http.ResponseWriter, r *http.Request) {
	p.serve(abi.HookServeMetrics, c, w, r)
}

// serve has the plugin answer a request whose body, and whose response, are held in memory.
func (p *Plugin) serve(hook abi.Hook, c *plugin.Context, w http.ResponseWriter, r *http.Request) {
	response, err := call[pb.ServeHTTPResponse](p, hook, func() proto.Message {
		request := &pb.ServeHTTPRequest{BodyComplete: true, Init: &pb.ServeHTTPRequestInit{
			PluginContext: convert.ContextToProto(c),
			Method:        r.Method,
			Url:           r.URL.String(),
			Proto:         r.Proto,
			ProtoMajor:    int32(r.ProtoMajor),
			ProtoMinor:    int32(r.ProtoMinor),
			Host:          r.Host,
			RemoteAddr:    r.RemoteAddr,
			RequestUri:    r.RequestURI,
			ContentLength: r.ContentLength,
		}}
		for key, values := range r.Header {
			request.Init.Headers = append(request.Init.Headers, &pb.HTTPHeader{Key: key, Values: values})
		}
		if r.Body != nil {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				panic(err)
			}
			request.BodyChunk = body
		}
		return request
	})
	switch {
	case errors.Is(err, ErrNotDefined):
		http.NotFound(w, r)
		return
	case err != nil:
		http.Error(w, "Internal Server Error", http.StatusInternalServerError)
		return
	}
	for _, header := range response.GetInit().GetHeaders() {
		for _, value := range header.GetValues() {
			w.Header().Add(header.GetKey(), value)
		}
	}
	status := int(response.GetInit().GetStatusCode())
	if status < 100 || status > 999 {
		status = http.StatusInternalServerError
	}
	w.WriteHeader(status)
	_, _ = w.Write(response.BodyChunk) // the client may be gone
}
