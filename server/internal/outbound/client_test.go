package outbound_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http/httpproxy"

	"github.com/mmpy/mmpy/internal/grant"
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
