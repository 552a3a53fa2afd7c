package outbound_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/grant"
	"github.com/mmpy/mmpy/internal/hostile"
	"github.com/mmpy/mmpy/server/internal/outbound"
)

func TestWhoDoesNotAnswerIsTold(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	w := newWorld(t, nil, portOf(t, listener.Addr().String()))
	require.ErrorContains(t, w.fails(t, outbound.Unreachable, outbound.Request{URL: "http://" + listener.Addr().String()}), "cannot be reached")
	require.ErrorContains(t, w.fails(t, outbound.Unknown, outbound.Request{URL: "http://nowhere.test/"}), "nowhere.test: there is no such host")
}

func TestBodiesHaveTheirLimits(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/long": // and says so
			w.Header().Set("Content-Length", "101")
			_, _ = w.Write(make([]byte, 101))
		case "/endless":
			for chunk := make([]byte, 4096); ; {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		case "/bomb":
			w.Header().Set("Content-Encoding", "gzip")
			var bomb bytes.Buffer
			packed := gzip.NewWriter(&bomb)
			_, _ = packed.Write(make([]byte, 20_000))
			_ = packed.Close()
			_, _ = w.Write(bomb.Bytes())
		default:
			n, _ := io.Copy(io.Discard, r.Body)
			fmt.Fprint(w, n)
		}
	})
	w := newWorld(t, func(g *grant.Grant) { g.Limits.HTTPAnswer, g.Limits.HTTPRequest = 100, 50 }, portOf(t, server.URL))
	require.ErrorContains(t, w.fails(t, outbound.Quota, outbound.Request{URL: server.URL + "/long"}), "the answer has 101 bytes; 100 are the most (limit http_response_mib)")
	own := w.fails(t, outbound.Quota, outbound.Request{URL: server.URL + "/endless"})
	require.ErrorContains(t, own, "more than 100 bytes")
	require.Equal(t, 429, own.HTTPStatus())
	require.Equal(t, new(grant.LimitHTTPAnswer), own.Limit)
	_, response, err := w.get(t, outbound.Request{Method: "HEAD", URL: server.URL + "/long"})
	require.NoError(t, err, "a HEAD has no body")
	require.EqualValues(t, 101, response.ContentLength)
	body, response, err := w.get(t, outbound.Request{URL: server.URL + "/bomb"})
	require.NoError(t, err, "what is packed stays packed")
	require.Equal(t, "gzip", response.Header.Get("Content-Encoding"))
	require.Less(t, len(body), 100)

	_ = w.fails(t, outbound.Quota, outbound.Request{Method: "PUT", URL: server.URL, Body: strings.NewReader(strings.Repeat("x", 51)), Length: 51})
	own = w.fails(t, outbound.Quota, outbound.Request{Method: "PUT", URL: server.URL, Body: io.LimitReader(zeros{}, 51), Length: -1})
	require.ErrorContains(t, own, "the request's body has more than 50 bytes")
	require.Equal(t, new(grant.LimitHTTPRequest), own.Limit)
	body, _, err = w.get(t, outbound.Request{Method: "PUT", URL: server.URL, Body: io.LimitReader(zeros{}, 50), Length: -1})
	require.NoError(t, err)
	require.Equal(t, "50", body)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// A server that is slow on purpose, or never ends, is left after the time that the request has.
func TestAHostileServerIsLeft(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\n"
	for what, c := range map[string]struct {
		kind   outbound.Kind
		answer func(net.Conn)
	}{
		"silence":           {outbound.Timeout, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }},
		"an end":            {outbound.Garbled, func(net.Conn) {}},
		"a slow head":       {outbound.Timeout, drip(head, "X: y\r\n")},
		"a slow line":       {outbound.Timeout, drip("HTTP/1.1 200 OK\r\nX: ", "y")},
		"a slow body":       {outbound.Timeout, drip(head+"Content-Length: 10000\r\n\r\n", "x")},
		"a stopped body":    {outbound.Timeout, drip(head+"Content-Length: 100\r\n\r\nx", "")},
		"a slow chunk":      {outbound.Timeout, drip(head+"Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n")},
		"a slow chunk head": {outbound.Timeout, drip(head+"Transfer-Encoding: chunked\r\n\r\n", "0")},
		"an endless head":   {outbound.Garbled, flood(head, "X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n")},
		"an endless line":   {outbound.Garbled, flood(head+"X: ", "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy")},
		"an endless status": {outbound.Garbled, flood("HTTP/1.1 200 ", "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy")},
		"endless 1xx":       {outbound.Garbled, flood("", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")},
		"slow 1xx":          {outbound.Timeout, drip("", "HTTP/1.1 102 Processing\r\n\r\n")},
		"an endless body":   {outbound.Quota, flood(head+"\r\n", "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy")},
		"endless chunks":    {outbound.Quota, flood(head+"Transfer-Encoding: chunked\r\n\r\n", "8\r\nyyyyyyyy\r\n")},
		"an endless trailer": {outbound.Garbled, flood(head+"Transfer-Encoding: chunked\r\nTrailer: X\r\n\r\n0\r\n",
			"X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n")},
		"an endless chunk's head": {outbound.Garbled, flood(head+"Transfer-Encoding: chunked\r\n\r\n1;", "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy")},
		"chunk nonsense":          {outbound.Garbled, once(head + "Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n")},
		"a negative chunk":        {outbound.Garbled, once(head + "Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n")},
		"an enormous chunk":       {outbound.Garbled, once(head + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhello\r\n")},
		"a short body":            {outbound.Garbled, once(head + "Content-Length: 100\r\n\r\nhello")},
		"an early end of chunks":  {outbound.Garbled, once(head + "Transfer-Encoding: chunked\r\n\r\n5\r\nhel")},
		"two lengths":             {outbound.Garbled, once(head + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!")},
		"a negative length":       {outbound.Garbled, once(head + "Content-Length: -5\r\n\r\nhello!")},
		"no HTTP":                 {outbound.Garbled, once("220 smtp.test ESMTP\r\n")},
		"binary":                  {outbound.Garbled, once("\x00\x01\x02\xff\r\n\r\n")},
		"another protocol":        {outbound.Garbled, once("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")},
		"a status that is none":   {outbound.Garbled, once("HTTP/1.1 99999999999999999999 OK\r\n\r\n")},
		"a header that is none":   {outbound.Garbled, once(head + "nothing\r\n\r\n")},
	} {
		hostile.Attack(t, "Network", "a server with "+what, "HTTP", func(t *testing.T) string {
			t.Parallel()
			server := serveRaw(t, c.answer)
			w := newWorld(t, func(g *grant.Grant) { g.Limits.HTTPTime, g.Limits.HTTPAnswer = time.Second, 64<<10 }, portOf(t, server))
			begin := time.Now()
			own := w.fails(t, c.kind, outbound.Request{URL: server, Timeout: 400 * time.Millisecond})
			require.Less(t, time.Since(begin), 5*time.Second)
			require.Less(t, len(own.Error()), 400)
			require.Len(t, w.audited(), 1)
			require.Equal(t, c.kind, w.audited()[0].Err.Kind)
			return own.ID()
		})
	}
}

// drip says something, and then a little now and then.
func drip(first, more string) func(net.Conn) {
	return func(c net.Conn) {
		_, err := io.WriteString(c, first)
		for err == nil {
			time.Sleep(50 * time.Millisecond)
			if _, err = io.WriteString(c, more); more == "" {
				_, _ = io.Copy(io.Discard, c)
				return
			}
		}
	}
}

// flood says something, and then something else for ever.
func flood(first, more string) func(net.Conn) {
	return func(c net.Conn) {
		_, err := io.WriteString(c, first)
		for block := strings.Repeat(more, 100); err == nil; {
			_, err = io.WriteString(c, block)
		}
	}
}

// once says something.
func once(text string) func(net.Conn) {
	return func(c net.Conn) { _, _ = io.WriteString(c, text) }
}

func TestWhoDoesNotReadIsNotTimedOutButMayNotHoldAnAnswerForEver(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 1<<20)) })
	w := newWorld(t, func(g *grant.Grant) { g.Limits.HTTPTime = 700 * time.Millisecond }, portOf(t, server.URL))
	response, err := w.Do(t.Context(), &outbound.Request{Method: "GET", URL: server.URL, Timeout: 100 * time.Millisecond})
	require.NoError(t, err)
	defer response.Body.Close()
	time.Sleep(300 * time.Millisecond)
	n, err := response.Body.Read(make([]byte, 10))
	require.NoError(t, err, "the server has kept nobody waiting")
	require.Positive(t, n)
	time.Sleep(600 * time.Millisecond)
	_, err = io.Copy(io.Discard, response.Body)
	require.ErrorContains(t, err, "longer than 700ms, which is the most (limit http_seconds)")
	var late *outbound.Error
	require.ErrorAs(t, err, &late)
	require.Equal(t, new(grant.LimitHTTPTime), late.Limit)
}

func TestTooManyRequestsAreRefused(t *testing.T) {
	var asked atomic.Int32
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) == 1 {
			http.Redirect(w, r, "/", http.StatusFound)
		}
	})
	w := newWorld(t, func(g *grant.Grant) { g.Limits.HTTPRate = 3 }, portOf(t, server.URL))
	_, _, err := w.get(t, outbound.Request{URL: server.URL, Redirects: 1})
	require.NoError(t, err)
	_, _, err = w.get(t, outbound.Request{URL: server.URL})
	require.NoError(t, err)
	own := w.fails(t, outbound.Quota, outbound.Request{URL: server.URL})
	require.ErrorContains(t, own, "more than 3 requests in a minute")
	require.Equal(t, new(grant.LimitHTTPRate), own.Limit)
	require.EqualValues(t, 3, asked.Load(), "a redirect counts")
	none := newWorld(t, func(g *grant.Grant) { g.Limits.HTTPRate = 0 }, portOf(t, server.URL))
	_ = none.fails(t, outbound.Quota, outbound.Request{URL: server.URL})
}

func TestAnswersThatAreNotClosedAreFew(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "x") })
	w := newWorld(t, nil, portOf(t, server.URL))
	var open []*outbound.Response
	for range 128 {
		response, err := w.Do(t.Context(), &outbound.Request{Method: "GET", URL: server.URL})
		require.NoError(t, err)
		open = append(open, response)
	}
	_ = w.fails(t, outbound.Quota, outbound.Request{URL: server.URL})
	for _, response := range open {
		require.NoError(t, response.Body.Close())
	}
	_, _, err := w.get(t, outbound.Request{URL: server.URL})
	require.NoError(t, err)
}

func TestAnAnswerThatNobodyClosesGivesItsPlaceBackWithItsTime(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "x") })
	w := newWorld(t, func(g *grant.Grant) { g.Limits.HTTPTime = 2 * time.Second }, portOf(t, server.URL))
	for range 128 {
		response, err := w.Do(t.Context(), &outbound.Request{Method: "GET", URL: server.URL})
		require.NoError(t, err)
		t.Cleanup(func() { _ = response.Body.Close() })
	}
	_ = w.fails(t, outbound.Quota, outbound.Request{URL: server.URL})
	time.Sleep(2500 * time.Millisecond)
	_, _, err := w.get(t, outbound.Request{URL: server.URL})
	require.NoError(t, err)
}
