package outbound_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/mmpy/mmpy/internal/grant"
	"github.com/mmpy/mmpy/server/internal/outbound"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// loopback is what tests are granted, since their servers are there.
var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}

// world is a client with its surroundings: names, authorities, and what the audit was told.
type world struct {
	*outbound.Client
	grant *grant.Grant
	names *nameServer
	ca    *authority

	mu      sync.Mutex
	records []outbound.Record
}

// newWorld makes one; what is granted is all hosts at any of the ports, on loopback, unless change says otherwise.
func newWorld(t *testing.T, change func(*grant.Grant), ports ...uint16) *world {
	t.Helper()
	w := &world{grant: grant.Everything("test"), names: newNameServer(t), ca: newAuthority(t)}
	w.grant.Networks = loopback
	for _, port := range ports {
		w.grant.Hosts = append(w.grant.Hosts, grant.Host{Pattern: "*", Port: port})
	}
	if change != nil {
		change(w.grant)
	}
	w.Client = outbound.New(outbound.Config{
		Grant: w.grant, Audit: w.record, Resolver: w.names.resolver(), Roots: w.ca.pool(),
	})
	t.Cleanup(w.Close)
	return w
}

func (w *world) record(_ context.Context, record outbound.Record) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.records = append(w.records, record)
}

// audited gives what the audit was told so far.
func (w *world) audited() []outbound.Record {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]outbound.Record(nil), w.records...)
}

// head is an answer whose body was read.
type head http.Response

// get asks, reads the whole answer, and gives it.
func (w *world) get(t *testing.T, r outbound.Request) (string, *head, error) {
	t.Helper()
	if r.Method == "" {
		r.Method = "GET"
	}
	response, err := w.Do(t.Context(), &r)
	if err != nil {
		return "", nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return string(body), (*head)(response.Response), err
}

// fails asks for what must fail, and gives how.
func (w *world) fails(t *testing.T, kind outbound.Kind, r outbound.Request) *outbound.Error {
	t.Helper()
	body, _, err := w.get(t, r)
	require.Error(t, err, "%s: %.100q", r.URL, body)
	var own *outbound.Error
	require.ErrorAs(t, err, &own)
	require.Equal(t, kind, own.Kind, "%s: %v", r.URL, err)
	return own
}

// ---- servers ----

func portOf(t *testing.T, address string) uint16 {
	t.Helper()
	if parsed, err := url.Parse(address); err == nil && parsed.Host != "" {
		address = parsed.Host
	}
	port, err := netip.ParseAddrPort(address)
	require.NoError(t, err)
	return port.Port()
}

// serve starts an ordinary server.
func serve(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

// serveRaw starts a server that does with each connection what it wants, after a request's head has come.
func serveRaw(t *testing.T, with func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var connections sync.WaitGroup
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(func() {
		cancel()
		_ = listener.Close()
		connections.Wait()
	})
	connections.Go(func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			stop := context.AfterFunc(ctx, func() { _ = connection.Close() })
			connections.Go(func() {
				defer stop()
				defer connection.Close()
				reader := bufio.NewReader(connection)
				for {
					line, err := reader.ReadString('\n')
					if err != nil {
						return
					}
					if line == "\r\n" {
						break
					}
				}
				with(connection)
			})
		}
	})
	return "http://" + listener.Addr().String()
}

// ---- names ----

// nameServer answers DNS queries on loopback.
type nameServer struct {
	connection net.PacketConn

	mu      sync.Mutex
	answers map[string][][]netip.Addr // one after the other, the last for good
	asked   map[string]int
}

func newNameServer(t *testing.T) *nameServer {
	t.Helper()
	connection, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &nameServer{connection: connection, answers: map[string][][]netip.Addr{}, asked: map[string]int{}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.run()
	}()
	t.Cleanup(func() {
		_ = connection.Close()
		<-done
	})
	return s
}

// set says what a name is looked up to: at first, then, and so on.
func (s *nameServer) set(name string, answers ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, answer := range answers {
		var addresses []netip.Addr
		for text := range strings.FieldsSeq(answer) {
			addresses = append(addresses, netip.MustParseAddr(text))
		}
		s.answers[name+"."] = append(s.answers[name+"."], addresses)
	}
}

func (s *nameServer) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", s.connection.LocalAddr().String())
	}}
}

func (s *nameServer) run() {
	packet := make([]byte, 1500)
	for {
		n, from, err := s.connection.ReadFrom(packet)
		if err != nil {
			return
		}
		var message dnsmessage.Message
		if message.Unpack(packet[:n]) != nil || len(message.Questions) != 1 {
			continue
		}
		s.answer(&message)
		if encoded, err := message.Pack(); err == nil {
			_, _ = s.connection.WriteTo(encoded, from)
		}
	}
}

func (s *nameServer) answer(message *dnsmessage.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	question := message.Questions[0]
	name := question.Name.String()
	message.Response, message.Authoritative, message.Additionals = true, true, nil
	known := s.answers[name]
	if known == nil {
		message.RCode = dnsmessage.RCodeNameError
		return
	}
	addresses := known[min(s.asked[name], len(known)-1)]
	if question.Type == dnsmessage.TypeA { // AAAA is asked for at the same time
		s.asked[name]++
	}
	header := dnsmessage.ResourceHeader{Name: question.Name, Type: question.Type, Class: question.Class}
	for _, address := range addresses {
		var body dnsmessage.ResourceBody
		switch {
		case address.Is4() && question.Type == dnsmessage.TypeA:
			body = &dnsmessage.AResource{A: address.As4()}
		case address.Is6() && question.Type == dnsmessage.TypeAAAA:
			body = &dnsmessage.AAAAResource{AAAA: address.As16()}
		default:
			continue
		}
		message.Answers = append(message.Answers, dnsmessage.Resource{Header: header, Body: body})
	}
}

// ---- TLS ----

// authority signs certificates.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test authority"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	encoded, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	certificate, err := x509.ParseCertificate(encoded)
	require.NoError(t, err)
	return &authority{certificate, key}
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

// sign gives a certificate for names, until then.
func (a *authority) sign(t *testing.T, until time.Time, names ...string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: names[0]}, DNSNames: names,
		NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: until,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	encoded, err := x509.CreateCertificate(rand.Reader, template, a.certificate, &key.PublicKey, a.key)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{encoded}, PrivateKey: key}
}

// serveTLS starts a server with a certificate.
func serveTLS(t *testing.T, config *tls.Config, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.TLS = config
	server.EnableHTTP2 = true
	server.Config.ErrorLog = quiet
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}
