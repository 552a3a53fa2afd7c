package handlers

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

// pluginHTTP answers for requests to other plugins. The bodies of request and response cross whole; several values of
// one header cross as one, with commas between them.
var pluginHTTP = group{
	abi.PluginHTTP: handle(func(api plugin.API, r *pb.PluginHTTPRequest) *pb.PluginHTTPResponse {
		request, err := http.NewRequest(r.GetMethod(), r.GetUrl(), bytes.NewReader(r.GetBody()))
		if err != nil {
			return &pb.PluginHTTPResponse{Error: badRequest(err.Error())}
		}
		for name, value := range r.GetHeaders() {
			request.Header.Set(name, value)
		}
		response := api.PluginHTTP(request)
		if response == nil {
			return nil
		}
		if response.StatusCode == 0 { // nil, from over net/rpc: its body never ends
			if response.Body != nil {
				_ = response.Body.Close()
			}
			return nil
		}
		answer := &pb.PluginHTTPResponse{StatusCode: int32(response.StatusCode), Headers: make(map[string]string, len(response.Header))}
		for name, values := range response.Header {
			answer.Headers[name] = strings.Join(values, ", ")
		}
		if response.Body == nil {
			return answer
		}
		defer response.Body.Close()
		answer.Body, err = io.ReadAll(response.Body)
		if err != nil {
			err = fmt.Errorf("read the body of the response: %w", err)
			return &pb.PluginHTTPResponse{Error: convert.ErrorToProto(err)}
		}
		return answer
	}),
}
