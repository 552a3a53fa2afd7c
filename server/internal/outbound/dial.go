package outbound

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// newTransport gives a transport that knows no proxy, keeps no cookies, and leaves bodies as they come: who asks for a
// compressed one has to unpack it.
func newTransport(config Config, dialer *net.Dialer) *http.Transport {
	dialer.Timeout = dialTime
	dialer.KeepAliveConfig = net.KeepAliveConfig{Enable: true, Idle: idleTime}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	return &http.Transport{
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: config.Roots},
		TLSHandshakeTimeout:    dialTime,
		DisableCompression:     true,
		MaxIdleConns:           16,
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        idleTime,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: maxHead,
		Protocols:              protocols,
		HTTP2: &http.HTTP2Config{ // what a server may send that nobody reads
			MaxReceiveBufferPerConnection: 1 << 20,
			MaxReceiveBufferPerStream:     256 << 10,
		},
	}
}

// control looks at an address at the last moment: it is what will be connected with, whatever its name was looked up to
// before.
func (c *Client) control(ctx context.Context, network, address string, _ syscall.RawConn) error {
	host, _ := ctx.Value(dialled{}).(string)
	dial, err := netip.ParseAddrPort(address)
	switch {
	case err != nil, network != "tcp4" && network != "tcp6":
		return errorf(Denied, "%s: %s is no address to dial", host, network)
	case !mayDial(c.grant, dial.Addr()):
		return refusedAddress(host, dial)
	}
	return nil
}

// dialled is the key of what a request's context says is reached.
type dialled struct{}
