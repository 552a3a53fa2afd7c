package outbound_test

import (
	"context"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http/httpproxy"

	"github.com/mmpy/mmpy/internal/grant"
	"github.com/mmpy/mmpy/internal/hostile"
	"github.com/mmpy/mmpy/python"
	"github.com/mmpy/mmpy/server/internal/outbound"
	"github.com/mmpy/mmpy/wasmhost"
)

// attackerSource runs a hook's request, which is Python. tries sends requests by each way that there is, and gives the kinds
// of errors that come of it.
const attackerSource = `
import sitecustomize # sockets and asyncio as in plugins
import asyncio, gzip, http.client, io, os, socket, time, urllib.request
from mattermost_plugin import http as web
from mattermost_plugin._internal import outbound
from mattermost_plugin.grpc.outbound_http_pb2 import OutboundHTTPRequest

def raw(url, method="GET", headers=()): # past all checks of the SDK
    request = outbound.message(method, url, headers, redirects=1000)
    request.whole_body = True
    return outbound.call(request)

def ways(url): return [lambda: raw(url), lambda: web.request("GET", url), lambda: urllib.request.urlopen(url).read(), lambda: asyncio.run(web.request_async("GET", url))]

def tries(*attempts):
    kinds = set()
    for attempt in attempts:
        for way in ways(attempt) if isinstance(attempt, str) else [attempt]:
            try: way()
            except Exception as error: kinds.add(type(error).__name__)
            else: kinds.add(f"CAME THROUGH: {attempt}")
    return " ".join(sorted(kinds))

def load(argument): return b""
def wake(number): pass
def dispatch(id, request):
    names = dict(globals())
    exec(request.decode(), names)
    return str(names["result"]).encode()
`

// attacker is a plugin's code in the sandbox, whose network is a world.
type attacker struct {
	instance *wasmhost.Instance
	client   atomic.Pointer[outbound.Client]
}

func newAttacker(t *testing.T) *attacker {
	t.Helper()
	r, err := wasmhost.NewRuntime(t.Context(), wasmhost.NewRuntimeConfig().WithMemoryLimit(guestMemory))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.Close(context.Background())) })
	p, err := r.NewProgram(wasmhost.ProgramConfig{
		Files: fstest.MapFS{"entry.py": {Data: []byte(attackerSource)}}, Libraries: map[string]fs.FS{"sdk": python.Files()}, Entry: "entry",
	})
	require.NoError(t, err)
	a := &attacker{}
	streams := wasmhost.NewStreams()
	a.instance, err = p.Instantiate(t.Context(), wasmhost.InstanceConfig{
		Streams: streams, HTTP: outbound.Function(a.client.Load, streams),
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, a.instance.Close(context.Background())) })
	return a
}

// in attacks in a world, and gives what the code calls result; or how it failed.
func (a *attacker) in(t *testing.T, w *world, code string) string {
	t.Helper()
	a.client.Store(w.Client)
	ctx, cancel := contextWithTimeout(t, time.Minute)
	defer cancel()
	answer, err := a.instance.Hook(ctx, 0, []byte(code))
	if err != nil {
		return err.Error()
	}
	require.NotContains(t, string(answer), "CAME THROUGH")
	return string(answer)
}

// inside is a server that must not be reached.
type inside struct {
	*httptest.Server
	port  uint16
	asked atomic.Int32
}

func newInside(t *testing.T) *inside {
	t.Helper()
	i := &inside{}
	i.Server = serve(t, func(http.ResponseWriter, *http.Request) { i.asked.Add(1) })
	i.port = portOf(t, i.URL)
	return i
}

// public has everything granted but networks that are not the public's.
func public(g *grant.Grant) { g.Networks = nil }

func TestHostileNetwork(t *testing.T) {
	a := newAttacker(t)
	row := func(name, limit string, run func(t *testing.T) string) {
		hostile.Attack(t, "Network", name, limit, run)
	}
	for _, attack := range []struct{ name, hosts, want string }{
		{"addresses of the inside", `127.0.0.1 0.0.0.0 10.0.0.1 172.16.0.1 192.168.1.1 100.64.0.1 169.254.169.254 168.63.129.16
			192.0.0.192 224.0.0.1 255.255.255.255 240.0.0.1 [::1] [::] [fe80::1] [fd00:ec2::254] [ff02::1] 127.1.2.3`, "PermissionDeniedError"},
		{"addresses in addresses", "[::ffff:127.0.0.1] [::ffff:a9fe:a9fe] [::127.0.0.1] [64:ff9b::127.0.0.1] [2002:7f00:1::] [2001:0:0:0:0:0:80ff:fffe]", "PermissionDeniedError"},
		{"decimal, octal and hexadecimal addresses", "2130706433 0177.0.0.1 0x7f.0.0.1 0x7f000001 017700000001 127.1 127.0.1 0 0x0 127.0.0.01 127.0.0.256 1.2.3.4.5", "ValidationError"},
		{"addresses in other letters", "１２７.0.0.1 127。0。0。1 ①②⑦.0.0.1 127.0.0.1. localhost. LOCALHOST ⓛocalhost", "PermissionDeniedError( ValidationError)?|ValidationError"},
		{"names of the inside", "localhost inside.test six.test mapped.test nat64.test metadata.test private.test metadata.google.internal", "PermissionDeniedError( UnavailableError)?"},
		{"zones, NULs and what else no host has", "[fe80::1%25eth0] 127.0.0.1%00.evil.test 127.0.0.1%0d%0aX: [::1 ::1] a..b -a.test", "(UnavailableError )?ValidationError"},
	} {
		row(attack.name, "address", func(t *testing.T) string {
			i := newInside(t)
			w := newWorld(t, public, i.port)
			for name, address := range map[string]string{
				"localhost": "127.0.0.1", "inside.test": "127.0.0.1", "six.test": "::1", "mapped.test": "::ffff:127.0.0.1", "nat64.test": "64:ff9b::7f00:1",
				"metadata.test": "169.254.169.254", "private.test": "10.0.0.1 192.168.1.1 fd00:ec2::254 fe80::1 100.64.0.1 0.0.0.0 224.0.0.1",
			} {
				w.names.set(name, address)
			}
			kinds := a.in(t, w, fmt.Sprintf(`result = tries(*(f"http://{host}:%d/" for host in """%s""".split()))`, i.port, attack.hosts))
			kinds = withoutOwn(kinds)
			require.Regexp(t, "^("+attack.want+")$", kinds)
			require.Zero(t, i.asked.Load())
			return kinds
		})
	}
	rebinding(t, a)
	throughAProxy(t, a)
	redirects(t, a)
	notRequests(t, a)
	hostileServers(t, a)
	floods(t, a)
}

// withoutOwn leaves out what Python's own library raises before it asks the host.
func withoutOwn(kinds string) string {
	return strings.Join(slices.DeleteFunc(strings.Fields(kinds), func(kind string) bool {
		return slices.Contains([]string{"InvalidURL", "URLError", "HTTPError", "UnicodeEncodeError", "UnicodeError", "ValueError", "PermissionError", "OSError", "TimeoutError", "ConnectionResetError"}, kind)
	}), " ")
}

func rebinding(t *testing.T, a *attacker) {
	hostile.Attack(t, "Network", "a name that changes its address", "address", func(t *testing.T) string {
		i := newInside(t)
		// 127.0.0.2 is in the place of the public here: of the two only it may be dialled.
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.2:%d", i.port))
		require.NoError(t, err)
		outside := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Connection", "close")
			fmt.Fprint(w, "public")
		}))
		_ = outside.Listener.Close()
		outside.Listener = listener
		outside.Start()
		defer outside.Close()
		w := newWorld(t, func(g *grant.Grant) { g.Networks = []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")} }, i.port)
		w.names.set("rebinding.test", "127.0.0.2", "127.0.0.1")
		kinds := a.in(t, w, fmt.Sprintf(`
url = "http://rebinding.test:%d/"
first = web.request("GET", url).text
result = first + " " + tries(url)`, i.port))
		require.Regexp(t, "^public .*PermissionDeniedError", kinds)
		require.Zero(t, i.asked.Load())
		return "PermissionDeniedError"
	})
}

// throughAProxy is a server whose proxy could reach what the plugin must not.
func throughAProxy(t *testing.T, a *attacker) {
	hostile.Attack(t, "Network", "addresses of the inside through the server's proxy", "address", func(t *testing.T) string {
		var through atomic.Int32
		proxy := serve(t, func(http.ResponseWriter, *http.Request) { through.Add(1) })
		granted := grant.Everything("test")
		granted.Proxy, granted.Hosts = true, []grant.Host{{Pattern: "*"}}
		client := outbound.New(outbound.Config{Grant: granted, Proxy: &httpproxy.Config{HTTPProxy: proxy.URL, HTTPSProxy: proxy.URL}})
		defer client.Close()
		kinds := withoutOwn(a.in(t, &world{Client: client, grant: granted}, `
result = tries(*(f"{scheme}://{host}/" for scheme in ("http", "https") for host in ("10.0.0.1", "169.254.169.254", "192.168.1.1", "[fd00::1]", "[::ffff:10.0.0.1]", "127.0.0.1")))`))
		require.Equal(t, "PermissionDeniedError", kinds)
		require.Zero(t, through.Load())
		return kinds
	})
}

func redirects(t *testing.T, a *attacker) {
	hostile.Attack(t, "Network", "redirects to what is not granted", "redirects", func(t *testing.T) string {
		i := newInside(t)
		server := serve(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, strings.TrimPrefix(r.URL.RawQuery, "to="), http.StatusTemporaryRedirect)
		})
		port := portOf(t, server.URL)
		w := newWorld(t, func(g *grant.Grant) {
			g.Hosts = []grant.Host{{Pattern: "a.test", Port: port}, {Pattern: "inside.test", Port: i.port}, {Pattern: "169.254.169.254"}}
		})
		w.names.set("a.test", "127.0.0.1")
		w.names.set("denied.test", "127.0.0.1")
		w.names.set("inside.test", "127.0.0.3")
		kinds := a.in(t, w, fmt.Sprintf(`
port, inside = %d, %d
targets = [f"http://denied.test:{inside}/", "http://169.254.169.254/latest/meta-data/", f"http://inside.test:{inside}/", f"http://127.0.0.1:{inside}/",
    f"//denied.test:{inside}/", "file:///etc/passwd", f"http://a.test:{port}@denied.test/", "gopher://a.test/", "http://2130706433/", f"http://a.test:{port}/?to=/forever"]
result = tries(*(f"http://a.test:{port}/?to={to}" for to in targets))`, port, i.port))
		kinds = withoutOwn(kinds)
		require.Equal(t, "PermissionDeniedError PluginAPIError ValidationError", kinds)
		require.Zero(t, i.asked.Load())
		return kinds
	})
}

// notRequests are those by which something else is to leave than a request to a granted host.
func notRequests(t *testing.T, a *attacker) {
	for _, attack := range []struct{ name, limit, code, want string }{
		{"line breaks in method, URL and headers", "message", `
hosts = "http://granted.test:PORT"
result = tries(*(lambda b=b: raw(hosts + b) for b in ("/ HTTP/1.1\r\nX: y", "/\r\n\r\nGET /evil HTTP/1.1", "/\n", "/\x00", "\r\n/")),
    *(lambda m=m: raw(hosts, m) for m in ("GET / HTTP/1.1\r\nX: y\r\n\r\nGET", "GET\r\n", "GET /evil", "CONNECT", "Ä")),
    *(lambda h=h: raw(hosts, "GET", [h]) for h in (("X", "1\r\nY: 2"), ("X\r\nY", "1"), ("X", "1\n\nGET /evil HTTP/1.1"), ("X y", "1"), ("", "1"), ("X", "\x00"),
        ("Upgrade", "websocket"), ("Host", "a\r\nb"), ("Host", "granted.test:PORT@denied.test"))))`, "ValidationError"},
		{"file:// and other schemes", "schemes", `
result = tries(*(lambda u=u: raw(u) for u in ("file:///etc/passwd", "gopher://granted.test:PORT/x", "ftp://granted.test/", "unix:///var/run/docker.sock", "data:,x",
    "dict://granted.test:11211/", "ldap://granted.test", "//granted.test:PORT/", "granted.test:PORT", "http:granted.test:PORT", "http:///x", "", "jar:http://granted.test!/")))`,
			"ValidationError"},
		{"file:// by Python's library", "schemes", `
result = tries(*(lambda u=u: urllib.request.urlopen(u) for u in ("file:///etc/passwd", "file:///proc/self/environ", "ftp://granted.test/x")))`, "URLError"},
		{"another host behind the granted one", "grants", `
result = tries(*(lambda u=u: raw(u) for u in ("http://granted.test:PORT@denied.test:PORT/", "http://granted.test@denied.test:PORT", "http://denied.test:PORT#@granted.test:PORT/",
    "http://denied.test:PORT?@granted.test:PORT/", "http://denied.test:PORT\\@granted.test:PORT/", "http://granted.test.denied.test:PORT/", "http://xgranted.test:PORT/",
    "http://denied.test:PORT/granted.test", "http://granted.test%2edenied.test:PORT/", "http://granted.test%00.denied.test:PORT/", "http://granted.test:PORT:PORT/",
    "http://granted.test:1PORT/", "http://granted.test:80/", "https://granted.test/", "http://[granted.test]:PORT/")))`, "PermissionDeniedError ValidationError"},
		{"another host within the granted server", "grants", `
result = tries(*(lambda h=h: raw("http://granted.test:PORT/", "GET", h) for h in ([("Host", "denied.test:PORT")], [("host", "denied.test")], [("Host", "granted.test:PORT"), ("Host", "denied.test")])))`,
			"PermissionDeniedError ValidationError"},
		{"a proxy of its own choice", "grants", `
os.environ["http_proxy"] = os.environ["HTTP_PROXY"] = "http://denied.test:PORT"
opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": "http://denied.test:PORT"}))
result = tries(lambda: opener.open("http://denied.test:PORT/"), lambda: urllib.request.urlopen("http://denied.test:PORT/"))
del os.environ["http_proxy"], os.environ["HTTP_PROXY"]`, "(URLError|PermissionError)"},
		{"sockets", "grants", `
def listen():
    s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(); s.accept()
def datagram():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.sendto(b"x", ("127.0.0.1", PORT)); s.recvfrom(1)
def speaks():
    s = socket.create_connection(("granted.test", PORT)); s.sendall(b"EHLO x\r\n\r\n"); s.recv(1)
result = tries(lambda: socket.create_connection(("127.0.0.1", PORT)).sendall(b"GET / HTTP/1.1\r\n\r\n") or 1/0, listen, datagram, speaks,
    lambda: socket.socket(socket.AF_UNIX).connect("/var/run/docker.sock"), lambda: asyncio.run(asyncio.open_connection("127.0.0.1", PORT)))`, "[A-Za-z ]*Error[A-Za-z ]*"},
	} {
		hostile.Attack(t, "Network", attack.name, attack.limit, func(t *testing.T) string {
			i := newInside(t)
			w := newWorld(t, func(g *grant.Grant) {
				g.Hosts = []grant.Host{{Pattern: "granted.test", Port: i.port}}
			})
			w.names.set("granted.test", "127.0.0.1")
			w.names.set("denied.test", "127.0.0.1")
			kinds := a.in(t, w, strings.ReplaceAll(attack.code, "PORT", fmt.Sprint(i.port)))
			require.Regexp(t, "^"+attack.want+"$", kinds)
			require.Zero(t, i.asked.Load())
			return kinds
		})
	}
}
