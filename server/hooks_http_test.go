package server

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/wasmhost"
)

// serves makes a plugin whose ServeHTTP is the function.
func serves(t *testing.T, hook func(*pb.ServeHTTPRequest) (*pb.ServeHTTPResponse, error)) (*Plugin, *logAPI) {
	t.Helper()
	return fake(t, &fakeEngine{script: script{
		"ServeHTTP": func(_ *fakeInstance, request proto.Message) (proto.Message, error) {
			response, err := hook(request.(*pb.ServeHTTPRequest))
			return response, err
		},
	}})
}

// headers makes the contract's headers of pairs.
func headers(pairs ...string) []*pb.HTTPHeader {
	var list []*pb.HTTPHeader
	for i := 0; i < len(pairs); i += 2 {
		var values []string
		if pairs[i+1] != "-" {
			values = strings.Split(pairs[i+1], "|")
		}
		list = append(list, &pb.HTTPHeader{Key: pairs[i], Values: values})
	}
	return list
}

func TestTheHeadOfAResponse(t *testing.T) {
	for name, test := range map[string]struct {
		status  int32
		headers []*pb.HTTPHeader
		want    int
		header  http.Header // beside what was set before, X-Server
		logged  string
	}{
		"no status is a success":           {status: 0, want: 200},
		"the least status":                 {status: 200, want: 200},
		"the greatest status":              {status: 999, want: 999},
		"a status that is too great":       {status: 1000, want: 500, logged: "status=1000"},
		"a status that is too small":       {status: 99, want: 500, logged: "status=99"},
		"a negative status":                {status: -1, want: 500, logged: "status=-1"},
		"names get their usual case":       {headers: headers("x-a", "1"), want: 200, header: http.Header{"X-A": {"1"}}},
		"several values stay apart":        {headers: headers("Vary", "a|b"), want: 200, header: http.Header{"Vary": {"a", "b"}}},
		"a name in two cases is one":       {headers: headers("vary", "a", "VARY", "b"), want: 200, header: http.Header{"Vary": {"a", "b"}}},
		"cookies stay apart":               {headers: headers("Set-Cookie", "a=1|b=2"), want: 200, header: http.Header{"Set-Cookie": {"a=1", "b=2"}}},
		"the server's header is replaced":  {headers: headers("X-Server", "plugin"), want: 200, header: http.Header{"X-Server": {"plugin"}}},
		"the server's header is taken off": {headers: headers("x-server", "-"), want: 200, header: http.Header{"X-Server": nil}},
		"an empty value is a value":        {headers: headers("X-A", ""), want: 200, header: http.Header{"X-A": {""}}},
		"a name that is none is left out":  {headers: headers("a b", "1", "X-A", "1"), want: 200, header: http.Header{"X-A": {"1"}}, logged: `name=a b`},
		"no name is left out":              {headers: headers("", "1"), want: 200, logged: "whose name is none"},
		"a value over two lines is left out": {
			headers: headers("X-A", "1\r\nX-B: 2|3"), want: 200, header: http.Header{"X-A": {"3"}}, logged: "control characters",
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, log := serves(t, func(*pb.ServeHTTPRequest) (*pb.ServeHTTPResponse, error) {
				return &pb.ServeHTTPResponse{Init: &pb.ServeHTTPResponseInit{StatusCode: test.status, Headers: test.headers}}, nil
			})
			recorder := httptest.NewRecorder()
			recorder.Header().Set("X-Server", "mattermost")
			p.ServeHTTP(&plugin.Context{}, recorder, httptest.NewRequest(http.MethodGet, "/", nil))
			want := http.Header{"X-Server": {"mattermost"}}
			for name, values := range test.header {
				want[name] = values
				if values == nil {
					delete(want, name)
				}
			}
			require.Equal(t, test.want, recorder.Code)
			require.Equal(t, want, recorder.Result().Header)
			if test.logged == "" {
				require.Empty(t, log.String())
			} else {
				require.Contains(t, log.String(), test.logged)
			}
		})
	}
}

func TestTheHeadOfARequest(t *testing.T) {
	var got *pb.ServeHTTPRequest
	p, _ := serves(t, func(r *pb.ServeHTTPRequest) (*pb.ServeHTTPResponse, error) {
		got = r
		return &pb.ServeHTTPResponse{}, nil
	})
	request := httptest.NewRequest(http.MethodPost, "/a%20b?x=1", strings.NewReader("body"))
	request.Header = http.Header{"X-B": {"1", "2"}, "X-A": {"3"}}
	request.RequestURI = "/plugins/p/a%20b?x=1"
	p.ServeHTTP(&plugin.Context{SessionId: "s"}, httptest.NewRecorder(), request)
	init := got.Init
	require.Equal(t, []string{"POST", "/a%20b?x=1", "HTTP/1.1", "example.com", "192.0.2.1:1234", "/plugins/p/a%20b?x=1"},
		[]string{init.Method, init.Url, init.Proto, init.Host, init.RemoteAddr, init.RequestUri})
	require.Equal(t, "s", init.PluginContext.SessionId)
	require.EqualValues(t, 4, init.ContentLength)
	require.True(t, proto.Equal(&pb.ServeHTTPRequestInit{Headers: headers("X-A", "3", "X-B", "1|2")}, &pb.ServeHTTPRequestInit{Headers: init.Headers}))
	require.NotZero(t, init.BodyStream)
	require.NotZero(t, init.ResponseStream)
	require.False(t, got.BodyComplete)
}

func TestHowLongABodyIs(t *testing.T) {
	body := io.NopCloser(strings.NewReader("body"))
	for name, test := range map[string]struct {
		request *http.Request
		want    int64
		stream  bool
	}{
		"none":                  {&http.Request{}, 0, false},
		"none, in Go's words":   {&http.Request{Body: http.NoBody}, 0, false},
		"as the server says":    {&http.Request{Body: body, ContentLength: 4}, 4, true},
		"not known":             {&http.Request{Body: body, ContentLength: -1}, -1, true},
		"over net/rpc":          {&http.Request{Body: body, Header: http.Header{"Content-Length": {"4"}}}, 4, true},
		"over net/rpc, none":    {&http.Request{Body: body, Header: http.Header{"Content-Length": {"0"}}}, 0, false},
		"over net/rpc, unknown": {&http.Request{Body: body}, -1, true},
		"nonsense":              {&http.Request{Body: body, Header: http.Header{"Content-Length": {"-4"}}}, -1, true},
	} {
		t.Run(name, func(t *testing.T) {
			var got *pb.ServeHTTPRequest
			p, _ := serves(t, func(r *pb.ServeHTTPRequest) (*pb.ServeHTTPResponse, error) {
				got = r
				return &pb.ServeHTTPResponse{}, nil
			})
			p.ServeHTTP(nil, httptest.NewRecorder(), test.request)
			require.Equal(t, test.want, got.Init.ContentLength)
			require.Equal(t, test.stream, got.Init.BodyStream != 0)
			require.Equal(t, test.stream, !got.BodyComplete)
		})
	}
}

func TestARequestThatFailsBeforeItsResponse(t *testing.T) {
	for name, test := range map[string]struct {
		err    error
		status int
		text   string
	}{
		"the handler raises":            {raise("ValueError", "no such thing"), 500, "Internal Server Error: no such thing\n"},
		"it raises without a word":      {raise("KeyError", ""), 500, "Internal Server Error: KeyError\n"},
		"its time is over":              {&wasmhost.Error{Code: wasmhost.Timeout, Type: "HookTimeoutError", Message: "late"}, 500, "Internal Server Error: late\n"},
		"the interpreter does not stop": {killed(), 502, "Bad Gateway\n"},
		"the interpreter crashes":       {&wasmhost.Error{Code: wasmhost.Trap}, 502, "Bad Gateway\n"},
		"other hooks do not let it in":  {&wasmhost.Error{Code: wasmhost.Busy}, 503, "Service Unavailable\n"},
		"the interpreter was ended":     {&wasmhost.Error{Code: wasmhost.Closed}, 503, "Service Unavailable\n"},
		"there is no more of something": {abi.StatusQuota, 503, "Service Unavailable\n"},
		"it is the host's own failure":  {errors.New("a secret of ours"), 500, "Internal Server Error\n"},
	} {
		t.Run(name, func(t *testing.T) {
			p, log := serves(t, func(*pb.ServeHTTPRequest) (*pb.ServeHTTPResponse, error) { return nil, test.err })
			recorder := httptest.NewRecorder()
			p.ServeHTTP(nil, recorder, httptest.NewRequest(http.MethodGet, "/", nil))
			require.Equal(t, test.status, recorder.Code)
			require.Equal(t, test.text, recorder.Body.String())
			require.Equal(t, "text/plain; charset=utf-8", recorder.Header().Get("Content-Type"))
			require.Contains(t, log.String(), "hook ServeHTTP failed")
		})
	}
}

func TestAPluginThatDoesNotStartIsUnavailable(t *testing.T) {
	p, _ := fake(t, &fakeEngine{script: script{}, load: func(*fakeInstance) error { return errors.New("no") }}, "ServeHTTP")
	recorder := httptest.NewRecorder()
	p.ServeHTTP(nil, recorder, httptest.NewRequest(http.MethodGet, "/", nil))
	require.Equal(t, "Service Unavailable\n", recorder.Body.String())
	require.Equal(t, http.StatusServiceUnavailable, recorder.Code)
}

func TestAPluginWithoutTheHookHasNoPages(t *testing.T) {
	p, log := serves(t, nil)
	recorder := httptest.NewRecorder()
	p.ServeMetrics(nil, recorder, httptest.NewRequest(http.MethodGet, "/other", nil)) // mmpy's own are at the root
	require.Equal(t, http.StatusNotFound, recorder.Code)
	require.Empty(t, log.String())
}

func TestAnAnswerWithoutAnythingIsAnEmptySuccess(t *testing.T) {
	p, _ := serves(t, func(*pb.ServeHTTPRequest) (*pb.ServeHTTPResponse, error) { return &pb.ServeHTTPResponse{}, nil })
	recorder := httptest.NewRecorder()
	p.ServeHTTP(nil, recorder, httptest.NewRequest(http.MethodGet, "/", nil))
	require.Equal(t, http.StatusOK, recorder.Code)
	require.Zero(t, recorder.Body.Len())
}

func TestABodyWhereNoneBelongsIsLeftOut(t *testing.T) {
	p, log := serves(t, func(*pb.ServeHTTPRequest) (*pb.ServeHTTPResponse, error) {
		return &pb.ServeHTTPResponse{Init: &pb.ServeHTTPResponseInit{StatusCode: 204}, BodyChunk: []byte("nothing")}, nil
	})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.ServeHTTP(nil, w, r) }))
	defer server.Close()
	response, err := server.Client().Get(server.URL)
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusNoContent, response.StatusCode)
	require.Empty(t, log.String())
}

func TestAnIdleTimerBeginsAnewWithWhatMoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, timer := withIdleTimeout(t.Context(), time.Second)
		defer timer.stop()
		for range 5 {
			time.Sleep(999 * time.Millisecond)
			timer.moved()
		}
		start := time.Now()
		require.NoError(t, ctx.Err(), "longer than the time, but never idle")
		<-ctx.Done()
		require.Equal(t, time.Second, time.Since(start))
		require.ErrorIs(t, context.Cause(ctx), context.DeadlineExceeded)
	})
}
