package server

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

// httpRequestToProto is the head of a request.
func httpRequestToProto(c *plugin.Context, r *http.Request) *pb.ServeHTTPRequestInit {
	init := &pb.ServeHTTPRequestInit{
		PluginContext: convert.ContextToProto(c),
		Method:        r.Method,
		Proto:         r.Proto,
		ProtoMajor:    int32(r.ProtoMajor),
		ProtoMinor:    int32(r.ProtoMinor),
		Host:          r.Host,
		RemoteAddr:    r.RemoteAddr,
		RequestUri:    r.RequestURI,
		ContentLength: contentLength(r),
		Headers:       make([]*pb.HTTPHeader, 0, len(r.Header)),
	}
	if r.URL != nil {
		init.Url = r.URL.String()
	}
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		init.Headers = append(init.Headers, &pb.HTTPHeader{Key: name, Values: r.Header[name]})
	}
	return init
}

// contentLength is how long the request's body is, -1 where that is not known. Over net/rpc only the header tells.
func contentLength(r *http.Request) int64 {
	if r.Body == nil || r.Body == http.NoBody {
		return 0
	}
	if r.ContentLength != 0 {
		return r.ContentLength
	}
	if length, err := strconv.ParseInt(r.Header.Get("Content-Length"), 10, 64); err == nil && length >= 0 {
		return length
	}
	return -1
}

// requestBody reads a request's body. When the client goes away in the middle, net/rpc tells of an ordinary end: what is
// missing tells the truth.
type requestBody struct {
	body io.Reader
	left int64 // below 0: not known
	most *bodyLimit
}

// Read reads what has arrived.
func (b *requestBody) Read(p []byte) (int, error) {
	n, err := b.body.Read(p)
	if over := b.most.take(n); over != nil {
		return 0, over
	}
	if b.left >= 0 {
		b.left = max(b.left-int64(n), 0)
	}
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return n, errors.Join(abi.StatusQuota, tooLarge)
	}
	if errors.Is(err, io.EOF) && b.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}
