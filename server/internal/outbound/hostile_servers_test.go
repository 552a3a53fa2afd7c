package outbound_test

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/grant"
	"github.com/mmpy/mmpy/internal/hostile"
)

// hostileServers are servers that the plugin was granted, and that are its accomplices.
func hostileServers(t *testing.T, a *attacker) {
	const head = "HTTP/1.1 200 OK\r\n"
	for _, attack := range []struct {
		name, limit string
		answer      func(net.Conn)
		code, want  string
	}{
		{"a server that drips", grant.LimitHTTPTime.String(), drip(head+"Content-Length: 100000\r\n\r\n", "x"), `result = tries("URL")`, "UnavailableError"},
		{"a server that is silent", grant.LimitHTTPTime.String(), func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, `result = tries("URL")`, "UnavailableError"},
		{"an endless head", "size of a head", flood(head, "X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n"), `result = tries("URL")`, "PluginAPIError"},
		{"an endless body", grant.LimitHTTPAnswer.String(), flood(head+"\r\n", strings.Repeat("y", 1000)), `result = tries("URL")`, "UnavailableError"},
		{"endless chunks", grant.LimitHTTPAnswer.String(), flood(head+"Transfer-Encoding: chunked\r\n\r\n", "8\r\nyyyyyyyy\r\n"), `result = tries("URL")`, "UnavailableError"},
		{"a switch to another protocol", "HTTP", once("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"), `result = tries("URL")`, "PluginAPIError"},
	} {
		hostile.Attack(t, "Network", attack.name, attack.limit, func(t *testing.T) string {
			server := serveRaw(t, attack.answer)
			w := newWorld(t, func(g *grant.Grant) { g.Limits.HTTPTime, g.Limits.HTTPAnswer = time.Second, 1<<20 }, portOf(t, server))
			before := heapNow()
			kinds := withoutOwn(a.in(t, w, strings.ReplaceAll(attack.code, "URL", server)))
			require.Regexp(t, "^"+attack.want+"$", kinds)
			require.Less(t, heapNow()-before, int64(16<<20))
			return kinds
		})
	}
	hostile.Attack(t, "Network", "a gzip bomb as an answer", "memory", func(t *testing.T) string {
		var bomb bytes.Buffer
		packed := gzip.NewWriter(&bomb)
		_, _ = packed.Write(make([]byte, 64<<20))
		require.NoError(t, packed.Close())
		server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			for range 100 {
				_, _ = w.Write(bomb.Bytes())
			}
		})
		w := newWorld(t, func(g *grant.Grant) { g.Limits.HTTPAnswer = 1 << 20 }, portOf(t, server.URL))
		before := heapNow()
		kinds := a.in(t, w, fmt.Sprintf(`
def unpack():
    with web.request("GET", %q, stream=True) as answer:
        packed = b"".join(answer.read(1000) for _ in range(200))
    return gzip.GzipFile(fileobj=io.BytesIO(packed)).read()
result = tries(%q, unpack)`, server.URL, server.URL))
		require.Contains(t, kinds, "MemoryError")
		require.Less(t, heapNow()-before, int64(16<<20), "the host unpacks nothing")
		return withoutOwn(kinds)
	})
	hostile.Attack(t, "Network", "certificates that prove nothing", "TLS", func(t *testing.T) string {
		w := newWorld(t, nil)
		other := newAuthority(t)
		var urls []string
		for _, config := range []*tls.Config{
			{Certificates: []tls.Certificate{other.sign(t, time.Now().Add(time.Hour), "web.test")}},
			{Certificates: []tls.Certificate{w.ca.sign(t, time.Now().Add(time.Hour), "another.test")}},
			{Certificates: []tls.Certificate{w.ca.sign(t, time.Now().Add(-time.Hour), "web.test")}},
			{Certificates: []tls.Certificate{w.ca.sign(t, time.Now().Add(time.Hour), "web.test")}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11},
		} {
			port := portOf(t, serveTLS(t, config, echo).URL)
			w.grant.Hosts = append(w.grant.Hosts, grant.Host{Pattern: "*", Port: port})
			urls = append(urls, fmt.Sprintf("https://web.test:%d/", port))
		}
		w.names.set("web.test", "127.0.0.1")
		kinds := a.in(t, w, fmt.Sprintf(`
urls = %q.split()
def connecting(url):
    host, _, port = url.removeprefix("https://").strip("/").partition(":")
    def connect():
        connection = http.client.HTTPSConnection(host, int(port))
        connection.request("GET", "/")
        connection.getresponse()
    return connect
result = tries(*urls, *(connecting(url) for url in urls))`, strings.Join(urls, " ")))
		require.Regexp(t, "^[A-Za-z ]*PluginAPIError[A-Za-z ]*$", kinds)
		return kinds
	})
}

// floods are too many requests, and too much in one.
func floods(t *testing.T, a *attacker) {
	hostile.Attack(t, "Network", "requests without end", grant.LimitHTTPRate.String(), func(t *testing.T) string {
		i := newInside(t)
		w := newWorld(t, func(g *grant.Grant) { g.Limits.HTTPRate = 20 }, i.port)
		kinds := a.in(t, w, fmt.Sprintf(`
refused = 0
for _ in range(1000):
    try: raw("%s/")
    except Exception as error: refused += type(error).__name__ == "UnavailableError"
result = f"{refused} refused"`, i.URL))
		require.Regexp(t, `^9[78]\d refused$`, kinds)
		require.LessOrEqual(t, i.asked.Load(), int32(30))
		return kinds
	})
	hostile.Attack(t, "Network", "answers that nobody reads", "open requests", func(t *testing.T) string {
		large := make([]byte, 8<<20)
		server := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(large) })
		w := newWorld(t, func(g *grant.Grant) { g.Limits.HTTPRate = 100_000 }, portOf(t, server.URL))
		before := heapNow()
		kinds := a.in(t, w, fmt.Sprintf(`
kept, refused = [], 0
for _ in range(300):
    try: kept.append(web.request("GET", "%s/", stream=True))
    except Exception as error: refused += type(error).__name__ == "UnavailableError"
result = f"{len(kept)} open, {refused} refused"
for answer in kept: answer.close()`, server.URL))
		require.Equal(t, "128 open, 172 refused", kinds)
		require.Less(t, heapNow()-before, int64(32<<20))
		return kinds
	})
	hostile.Attack(t, "Network", "an upload without end", grant.LimitHTTPRequest.String(), func(t *testing.T) string {
		var got atomic.Int64
		server := serve(t, func(_ http.ResponseWriter, r *http.Request) {
			for chunk := make([]byte, 1<<16); ; {
				n, err := r.Body.Read(chunk)
				if got.Add(int64(n)); err != nil {
					return
				}
			}
		})
		w := newWorld(t, func(g *grant.Grant) { g.Limits.HTTPRequest = 4 << 20 }, portOf(t, server.URL))
		kinds := a.in(t, w, fmt.Sprintf(`
def endless():
    while True: yield bytes(1 << 16)
result = tries(lambda: web.request("PUT", "%s/", data=endless()))`, server.URL))
		require.Equal(t, "UnavailableError", kinds)
		require.LessOrEqual(t, got.Load(), int64(4<<20))
		return kinds
	})
}

// heapNow is what Go has in memory.
func heapNow() int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
