package outbound_test

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http/httpproxy"

	"github.com/mmpy/mmpy/internal/grant"
	"github.com/mmpy/mmpy/internal/hostile"
	"github.com/mmpy/mmpy/server/internal/outbound"
)

var quiet = log.New(io.Discard, "", 0)

// echo answers with what it was asked.
func echo(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("X-Seen", fmt.Sprint(r.Header))
	fmt.Fprintf(w, "%s %s%s %s", r.Method, r.Host, r.URL, body)
}

func TestARequestArrivesAndItsAnswerComesBack(t *testing.T) {
	server := serve(t, echo)
	port := portOf(t, server.URL)
	w := newWorld(t, nil, port)
	w.names.set("web.test", "127.0.0.1")
	target := fmt.Sprintf("http://WEB.test.:%d/a%%20b?c=secret#d", port)
	body, response, err := w.get(t, outbound.Request{
		Method: "POST", URL: target, Body: strings.NewReader("content"), Length: 7,
		Header: http.Header{"X-Own": {"1", "2"}, "Connection": {"close"}, "Transfer-Encoding": {"chunked"}, "Accept-Encoding": {"br"}},
	})
	require.NoError(t, err)
	require.Equal(t, fmt.Sprintf("POST web.test:%d/a%%20b?c=secret content", port), body)
	require.Equal(t, "map[Accept-Encoding:[br] Content-Length:[7] X-Own:[1 2]]", response.Header.Get("X-Seen"))

	records := w.audited()
	require.Len(t, records, 1)
	record := records[0]
	require.Equal(t, fmt.Sprintf("http://web.test:%d/a%%20b", port), record.URL, "a query may hold secrets")
	require.Equal(t, []any{"POST", 200, int64(7), int64(len(body)), (*outbound.Error)(nil)}, []any{record.Method, record.Status, record.Sent, record.Got, record.Err})
	require.Equal(t, fmt.Sprintf("127.0.0.1:%d", port), record.Remote.String())
	require.Positive(t, record.Took)
}

func TestAHostThatIsNotGrantedIsRefused(t *testing.T) {
	var asked atomic.Int32
	server := serve(t, func(http.ResponseWriter, *http.Request) { asked.Add(1) })
	port := portOf(t, server.URL)
	w := newWorld(t, func(g *grant.Grant) {
		g.Hosts = []grant.Host{{Pattern: "*.web.test", Port: port}, {Pattern: "127.0.0.1", Port: port}}
	})
	w.names.set("web.test", "127.0.0.1")
	w.names.set("www.web.test", "127.0.0.1")
	_, _, err := w.get(t, outbound.Request{URL: fmt.Sprintf("http://www.web.test:%d/", port)})
	require.NoError(t, err)
	for _, host := range []string{"web.test", "web.test.evil.test", "evilweb.test", "localhost", "2130706433", "0x7f.1", "[::ffff:7f00:2]"} {
		target := fmt.Sprintf("http://%s:%d/", host, port)
		_, _, err := w.get(t, outbound.Request{URL: target})
		require.Error(t, err, target)
		require.Error(t, w.Ask(t.Context(), target), target)
	}
	own := w.fails(t, outbound.Denied, outbound.Request{URL: "https://other.test/"})
	require.EqualError(t, own, "https://other.test is not granted: the manifest does not ask for it")
	require.Equal(t, []any{"mmpy.denied", 403}, []any{own.ID(), own.HTTPStatus()})
	require.EqualValues(t, 1, asked.Load())
	last := w.audited()[len(w.audited())-1]
	require.Equal(t, []any{"other.test", own, 0}, []any{last.Host, last.Err, last.Status})
	before := len(w.audited())
	require.Error(t, w.Ask(t.Context(), "https://another.test/"))
	require.Len(t, w.audited(), before+1)
	last = w.audited()[before]
	require.Equal(t, []any{"CONNECT", "another.test", outbound.Denied}, []any{last.Method, last.Host, last.Err.Kind})
}

func TestWhatIsNoRequestIsRefused(t *testing.T) {
	w := newWorld(t, nil, 1)
	long := strings.Repeat("x", 70_000)
	for what, r := range map[string]outbound.Request{
		"a file":                    {URL: "file:///etc/passwd"},
		"gopher":                    {URL: "gopher://web.test:1/x"},
		"no scheme":                 {URL: "//web.test/"},
		"no host":                   {URL: "http:///x"},
		"opaque":                    {URL: "http:web.test"},
		"a user":                    {URL: "http://admin:secret@web.test/"},
		"a user alone":              {URL: "http://web.test@evil.test/"},
		"a backslash":               {URL: `http://web.test\@evil.test/`},
		"a line break in the URL":   {URL: "http://web.test/\r\nX: y"},
		"a space in the host":       {URL: "http://web test/"},
		"a port that is none":       {URL: "http://web.test:0/"},
		"a port too large":          {URL: "http://web.test:65537/"},
		"a port of letters":         {URL: "http://web.test:http/"},
		"octal":                     {URL: "http://0177.0.0.1/"},
		"decimal":                   {URL: "http://2130706433/"},
		"hexadecimal":               {URL: "http://0x7f000001/"},
		"short":                     {URL: "http://127.1/"},
		"a zone":                    {URL: "http://[fe80::1%25eth0]/"},
		"a NUL":                     {URL: "http://web.test%00.evil.test/"},
		"a long URL":                {URL: "http://web.test/" + long},
		"a method that is none":     {URL: "http://web.test/", Method: "GET / HTTP/1.1\r\nX:"},
		"CONNECT":                   {URL: "http://web.test/", Method: "CONNECT"},
		"a header that is none":     {URL: "http://web.test/", Header: http.Header{"X y": {"1"}}},
		"a header's line break":     {URL: "http://web.test/", Header: http.Header{"X": {"1\r\nY: 2"}}},
		"an upgrade":                {URL: "http://web.test/", Header: http.Header{"upgrade": {"websocket"}}},
		"two hosts":                 {URL: "http://web.test/", Header: http.Header{"Host": {"a.test", "b.test"}}},
		"a host that is none":       {URL: "http://web.test/", Header: http.Header{"host": {"a b"}}},
		"headers that are too long": {URL: "http://web.test/", Header: http.Header{"X": {long}}},
	} {
		t.Run(what, func(t *testing.T) {
			own := w.fails(t, outbound.Invalid, r)
			require.Less(t, len(own.Error()), 300, "what is quoted is short: %s", own)
		})
	}
	require.Empty(t, w.names.asked, "no name was looked up")
}

func TestTheHostWithinAServerMustBeGrantedToo(t *testing.T) {
	server := serve(t, echo)
	port := portOf(t, server.URL)
	w := newWorld(t, func(g *grant.Grant) {
		g.Hosts = []grant.Host{{Pattern: "127.0.0.1", Port: port}, {Pattern: "other.test", Port: port}}
	})
	body, _, err := w.get(t, outbound.Request{URL: server.URL, Header: http.Header{"Host": {fmt.Sprintf("other.test:%d", port)}}})
	require.NoError(t, err)
	require.Contains(t, body, fmt.Sprintf("GET other.test:%d", port))
	_ = w.fails(t, outbound.Denied, outbound.Request{URL: server.URL, Header: http.Header{"Host": {fmt.Sprintf("hidden.test:%d", port)}}})
	_ = w.fails(t, outbound.Denied, outbound.Request{URL: server.URL, Header: http.Header{"Host": {"other.test"}}})
}

func TestADeniedAddressIsNotDialled(t *testing.T) {
	var asked atomic.Int32
	server := serve(t, func(http.ResponseWriter, *http.Request) { asked.Add(1) })
	port := portOf(t, server.URL)
	w := newWorld(t, func(g *grant.Grant) { g.Networks = nil }, port)
	w.names.set("inside.test", "127.0.0.1")
	w.names.set("six.test", "::1")
	w.names.set("mapped.test", "::ffff:127.0.0.1")
	w.names.set("nat64.test", "64:ff9b::7f00:1")
	w.names.set("metadata.test", "169.254.169.254")
	w.names.set("private.test", "10.0.0.1 192.168.1.1 172.16.0.1 fd00:ec2::254 fe80::1 100.64.0.1 0.0.0.0 224.0.0.1")
	for _, host := range []string{
		"127.0.0.1", "localhost", "[::1]", "[::]", "0.0.0.0", "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::127.0.0.1]",
		"[2002:7f00:1::]", "169.254.169.254", "[fd00:ec2::254]", "127.0.0.1.", "１２７.0.0.1",
		"inside.test", "six.test", "mapped.test", "nat64.test", "metadata.test", "private.test",
	} {
		own := w.fails(t, outbound.Denied, outbound.Request{URL: fmt.Sprintf("http://%s:%d/", host, port)})
		require.ErrorContains(t, own, "its address is not one of the public, nor of a network that the policy opens")
		record := w.audited()[len(w.audited())-1]
		require.True(t, record.Remote.IsValid(), "the audit has the address of %s", host)
	}
	own := w.fails(t, outbound.Denied, outbound.Request{URL: fmt.Sprintf("http://metadata.test:%d/", port)})
	require.NotContains(t, own.Error(), "169.254", "the plugin does not learn what a name stands for")
	require.Zero(t, asked.Load())
}

func TestANameThatChangesItsAddressGainsNothing(t *testing.T) {
	var asked atomic.Int32
	inside := serve(t, func(http.ResponseWriter, *http.Request) { asked.Add(1) })
	port := portOf(t, inside.URL)
	// 127.0.0.2 is in the place of the public here: of the two only it may be dialled.
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.2:%d", port))
	require.NoError(t, err)
	outside := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close")
		fmt.Fprint(w, "public")
	}))
	_ = outside.Listener.Close()
	outside.Listener = listener
	outside.Start()
	defer outside.Close()
	w := newWorld(t, func(g *grant.Grant) { g.Networks = prefixes("127.0.0.2/32") }, port)
	w.names.set("rebinding.test", "127.0.0.2", "127.0.0.1")
	target := fmt.Sprintf("http://rebinding.test:%d/", port)
	body, _, err := w.get(t, outbound.Request{URL: target})
	require.NoError(t, err)
	require.Equal(t, "public", body)
	_ = w.fails(t, outbound.Denied, outbound.Request{URL: target})

	w.names.set("both.test", "127.0.0.1 127.0.0.2")
	for range 5 {
		body, _, err = w.get(t, outbound.Request{URL: fmt.Sprintf("http://both.test:%d/", port)})
		require.NoError(t, err, "the one that may be dialled is")
		require.Equal(t, "public", body)
	}
	require.Zero(t, asked.Load(), "the other one never is")
}

func TestRedirectsAreFollowedToGrantedHostsAlone(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if to := r.URL.Query().Get("to"); to != "" {
			status := http.StatusFound
			if r.Method == http.MethodPost {
				status = http.StatusTemporaryRedirect
			}
			http.Redirect(w, r, to, status)
			return
		}
		if r.URL.Path == "/forever" {
			http.Redirect(w, r, "/forever", http.StatusFound)
			return
		}
		echo(w, r)
	})
	port := portOf(t, server.URL)
	w := newWorld(t, func(g *grant.Grant) {
		g.Hosts = []grant.Host{{Pattern: "a.test", Port: port}, {Pattern: "b.test", Port: port}, {Pattern: "169.254.169.254"}, {Pattern: "inside.test", Port: port}}
	})
	for _, name := range []string{"a.test", "b.test", "denied.test"} {
		w.names.set(name, "127.0.0.1")
	}
	w.names.set("inside.test", "127.0.0.3")
	from := func(to string) string { return fmt.Sprintf("http://a.test:%d/?to=%s", port, url.QueryEscape(to)) }

	secrets := http.Header{"Authorization": {"Bearer secret"}, "Cookie": {"a=secret"}, "X-Own": {"1"}}
	body, response, err := w.get(t, outbound.Request{URL: from(fmt.Sprintf("http://b.test:%d/there", port)), Redirects: 10, Header: secrets})
	require.NoError(t, err)
	require.Equal(t, fmt.Sprintf("GET b.test:%d/there ", port), body)
	require.Equal(t, "map[X-Own:[1]]", response.Header.Get("X-Seen"), "credentials are for the first host, and so is its URL")
	require.Len(t, w.audited(), 2)
	_, response, err = w.get(t, outbound.Request{URL: from("/here"), Redirects: 10, Header: secrets})
	require.NoError(t, err)
	require.Contains(t, response.Header.Get("X-Seen"), "Bearer secret")

	body, _, err = w.get(t, outbound.Request{Method: "POST", URL: from("/again"), Redirects: 1, Body: strings.NewReader("content"), Length: 7})
	require.NoError(t, err)
	require.Equal(t, fmt.Sprintf("POST a.test:%d/again content", port), body)

	_, response, err = w.get(t, outbound.Request{URL: from("http://denied.test/")})
	require.NoError(t, err, "without redirects the answer is the redirect")
	require.Equal(t, http.StatusFound, response.StatusCode)

	for _, to := range []string{
		fmt.Sprintf("http://denied.test:%d/", port), "http://169.254.169.254/latest/meta-data/", fmt.Sprintf("http://inside.test:%d/", port),
		fmt.Sprintf("http://127.0.0.1:%d/", port), fmt.Sprintf("//denied.test:%d/", port), "http://a.test/",
	} {
		own := w.fails(t, outbound.Denied, outbound.Request{URL: from(to), Redirects: 10})
		require.ErrorContains(t, own, "is not granted")
	}
	for _, to := range []string{"file:///etc/passwd", fmt.Sprintf("http://user@b.test:%d/", port), "http://2130706433/", "gopher://a.test/"} {
		_ = w.fails(t, outbound.Invalid, outbound.Request{URL: from(to), Redirects: 10})
	}
	before := len(w.audited())
	own := w.fails(t, outbound.Garbled, outbound.Request{URL: fmt.Sprintf("http://a.test:%d/forever", port), Redirects: 1000})
	require.ErrorContains(t, own, "redirects more than 10 times")
	require.Equal(t, 11, len(w.audited())-before)
}

func TestCredentialsDoNotLeaveTLS(t *testing.T) {
	plain := serve(t, echo)
	var secure *httptest.Server
	w := newWorld(t, nil, portOf(t, plain.URL))
	w.names.set("web.test", "127.0.0.1")
	certificate := w.ca.sign(t, time.Now().Add(time.Hour), "web.test")
	secure = serveTLS(t, &tls.Config{Certificates: []tls.Certificate{certificate}}, func(rw http.ResponseWriter, r *http.Request) {
		http.Redirect(rw, r, fmt.Sprintf("http://web.test:%d/", portOf(t, plain.URL)), http.StatusFound)
	})
	w.grant.Hosts = append(w.grant.Hosts, grant.Host{Pattern: "*", Port: portOf(t, secure.URL)})
	_, response, err := w.get(t, outbound.Request{
		URL: fmt.Sprintf("https://web.test:%d/", portOf(t, secure.URL)), Redirects: 3, Header: http.Header{"Authorization": {"Bearer secret"}},
	})
	require.NoError(t, err)
	require.Equal(t, "map[]", response.Header.Get("X-Seen"))
}

func TestTLSIsVerified(t *testing.T) {
	w := newWorld(t, nil)
	other := newAuthority(t)
	w.names.set("web.test", "127.0.0.1")
	w.names.set("other.test", "127.0.0.1")
	soon, past := time.Now().Add(time.Hour), time.Now().Add(-time.Hour)
	for what, c := range map[string]struct {
		config *tls.Config
		host   string
		want   string
	}{
		"a good one":        {&tls.Config{Certificates: []tls.Certificate{w.ca.sign(t, soon, "web.test")}}, "web.test", ""},
		"an unknown issuer": {&tls.Config{Certificates: []tls.Certificate{other.sign(t, soon, "web.test")}}, "web.test", "its certificate is not trusted: certificate signed by unknown authority"},
		"another host":      {&tls.Config{Certificates: []tls.Certificate{w.ca.sign(t, soon, "web.test")}}, "other.test", "certificate is valid for web.test, not other.test"},
		"an address":        {&tls.Config{Certificates: []tls.Certificate{w.ca.sign(t, soon, "web.test")}}, "127.0.0.1", "cannot validate certificate for 127.0.0.1"},
		"an expired one":    {&tls.Config{Certificates: []tls.Certificate{w.ca.sign(t, past, "web.test")}}, "web.test", "certificate has expired"},
		"TLS 1.0":           {&tls.Config{Certificates: []tls.Certificate{w.ca.sign(t, soon, "web.test")}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10}, "web.test", "protocol version"},
		"TLS 1.1":           {&tls.Config{Certificates: []tls.Certificate{w.ca.sign(t, soon, "web.test")}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, "web.test", "protocol version"},
	} {
		t.Run(what, func(t *testing.T) {
			server := serveTLS(t, c.config, echo)
			w.grant.Hosts = []grant.Host{{Pattern: "*", Port: portOf(t, server.URL)}}
			r := outbound.Request{URL: fmt.Sprintf("https://%s:%d/", c.host, portOf(t, server.URL))}
			if c.want == "" {
				_, response, err := w.get(t, r)
				require.NoError(t, err)
				require.Equal(t, 2, response.ProtoMajor)
				return
			}
			require.ErrorContains(t, w.fails(t, outbound.Untrusted, r), c.want)
		})
	}
	plain := serve(t, echo)
	w.grant.Hosts = []grant.Host{{Pattern: "*", Port: portOf(t, plain.URL)}}
	require.ErrorContains(t, w.fails(t, outbound.Untrusted, outbound.Request{URL: fmt.Sprintf("https://web.test:%d/", portOf(t, plain.URL))}), "does not speak TLS")
}

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

func TestTheProxyOfTheEnvironmentIsUsedIfGrantedAndOnlyThen(t *testing.T) {
	var through atomic.Int32
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
		through.Add(1)
		fmt.Fprint(w, "proxied ", r.URL)
	})
	direct := serve(t, echo)
	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("HTTPS_PROXY", proxy.URL)
	w := newWorld(t, nil, portOf(t, direct.URL))
	w.names.set("web.test", "127.0.0.1")
	target := fmt.Sprintf("http://web.test:%d/", portOf(t, direct.URL))
	body, _, err := w.get(t, outbound.Request{URL: target})
	require.NoError(t, err)
	require.Contains(t, body, "GET web.test")
	require.Zero(t, through.Load())

	granted := grant.Everything("test")
	granted.Proxy = true
	granted.Hosts = []grant.Host{{Pattern: "*.test"}}
	client := outbound.New(outbound.Config{Grant: granted, Proxy: &httpproxy.Config{HTTPProxy: proxy.URL, NoProxy: "direct.test"}, Resolver: w.names.resolver()})
	defer client.Close()
	p := &world{Client: client, grant: granted}
	body, _, err = p.get(t, outbound.Request{URL: "http://web.test/x"})
	require.NoError(t, err, "a proxy may be where the plugin may not go itself")
	require.Equal(t, "proxied http://web.test/x", body)
	_ = p.fails(t, outbound.Denied, outbound.Request{URL: "http://evil.example/"})
	granted.Hosts = append(granted.Hosts, grant.Host{Pattern: "*"})
	_ = p.fails(t, outbound.Denied, outbound.Request{URL: "http://127.0.0.1/"})
	w.names.set("direct.test", "127.0.0.1")
	_ = p.fails(t, outbound.Denied, outbound.Request{URL: "http://direct.test/"})
	require.EqualValues(t, 1, through.Load())
}

func TestACancelledRequestEndsAtOnce(t *testing.T) {
	server := serveRaw(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	w := newWorld(t, nil, portOf(t, server))
	ctx, cancel := contextWithTimeout(t, 100*time.Millisecond)
	defer cancel()
	begin := time.Now()
	_, err := w.Do(ctx, &outbound.Request{Method: "GET", URL: server})
	var own *outbound.Error
	require.ErrorAs(t, err, &own)
	require.Equal(t, outbound.Cancelled, own.Kind)
	require.Less(t, time.Since(begin), 5*time.Second)
}
