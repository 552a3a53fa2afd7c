package outbound_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/grant"
	"github.com/mmpy/mmpy/server/internal/outbound"
)

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
