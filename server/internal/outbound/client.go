// Package outbound is a plugin's way to other servers: HTTP, to the hosts that it was granted, at addresses of the public.
//
// Everything is checked where it counts: each request that leaves, those of redirects too, against the list of hosts, and
// each address when it is dialled, after the name was looked up, so that a name which changes its address gains nothing.
package outbound

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/net/http/httpproxy"

	"github.com/mmpy/mmpy/internal/grant"
	"github.com/mmpy/mmpy/server/internal/quota"
)

// The limits that no policy changes.
const (
	maxHead      = 64 << 10 // bytes of the head of a request or an answer
	maxOpen      = 128      // requests whose answers have not ended
	maxRedirects = 10
	dialTime     = 10 * time.Second // for the name, the connection, and then for TLS
	idleTime     = 30 * time.Second // a connection waits for another request
)

// Config is what a Client is made from.
type Config struct {
	Grant    *grant.Grant
	Audit    func(context.Context, Record) // is told of each request that was to leave, with the context of who makes it; nil: nobody
	Proxy    *httpproxy.Config             // where the grant says that there is one; nil: what the environment names
	Resolver *net.Resolver                 // nil is the system's
	Roots    *x509.CertPool                // nil are the system's
}

// A Client sends a plugin's requests. It is safe for any number of goroutines.
type Client struct {
	grant  *grant.Grant
	audit  func(context.Context, Record)
	rate   *quota.Bucket
	open   chan struct{} // has one for each request whose answer has not ended
	whole  atomic.Int64  // bytes of answers that are being read to be given as a whole
	direct *http.Transport
	proxy  func(*url.URL) (*url.URL, error) // nil: there is none
	via    *http.Transport                  // through the proxy
}

// New makes a client. Close must be called in the end.
func New(config Config) *Client {
	c := &Client{
		grant: config.Grant, audit: config.Audit,
		rate: quota.NewBucket(float64(config.Grant.Limits.HTTPRate), time.Minute, float64(config.Grant.Limits.HTTPRate)),
		open: make(chan struct{}, maxOpen),
	}
	c.direct = newTransport(config, &net.Dialer{Resolver: config.Resolver, ControlContext: c.control})
	if config.Grant.Proxy {
		proxies := config.Proxy
		if proxies == nil {
			proxies = httpproxy.FromEnvironment()
		}
		c.proxy = proxies.ProxyFunc()
		c.via = newTransport(config, &net.Dialer{Resolver: config.Resolver}) // the administrator has chosen its address
		c.via.Proxy = func(r *http.Request) (*url.URL, error) { return c.proxy(r.URL) }
	}
	return c
}

// Close ends the connections that wait for another request.
func (c *Client) Close() {
	c.direct.CloseIdleConnections()
	if c.via != nil {
		c.via.CloseIdleConnections()
	}
}

// A Request is what a plugin asks. A body of which the length is not known has a Length below 0.
type Request struct {
	Method, URL string
	Header      http.Header
	Body        io.Reader // nil: there is none
	Length      int64
	Redirects   int           // how many are followed
	Timeout     time.Duration // how long nothing may move; 0: as long as the whole may take
}

// A Response is the answer. Its body must be closed; it fails with an *Error.
type Response struct {
	*http.Response
	Body *Body // in place of the Response's
}

// Ask says whether a request may go to a URL, as far as that can be known without sending one; nil: it may. The audit is told
// when it may not: code that uses sockets does not get further.
func (c *Client) Ask(ctx context.Context, raw string) error {
	target, err := parseTarget(raw)
	if err == nil {
		err = c.reach(target)
	}
	if err != nil {
		return c.refused(ctx, &Request{Method: http.MethodConnect}, target, err)
	}
	return nil
}

// Do sends a request and gives the answer, whose body is there to be read. ctx bounds the time until then. An error is
// always an *Error.
func (c *Client) Do(ctx context.Context, r *Request) (*Response, error) {
	target, err := parseTarget(r.URL)
	if err != nil {
		return nil, c.refused(ctx, r, target, err)
	}
	limits := &c.grant.Limits
	if r.Length > limits.HTTPRequest {
		return nil, c.refused(ctx, r, target, reached(grant.LimitHTTPRequest, "the request's body has %d bytes; %d are the most", r.Length, limits.HTTPRequest))
	}
	select {
	case c.open <- struct{}{}:
	default:
		return nil, c.refused(ctx, r, target, errorf(Quota, "%d requests wait for the end of their answers: close what is not read", maxOpen))
	}
	e := newExchange(ctx, limits.HTTPTime, r.Timeout, func() { <-c.open })
	request, err := newRequest(e, r, target, limits.HTTPRequest)
	if err != nil {
		e.end()
		return nil, c.refused(ctx, r, target, err)
	}
	if err := c.checkHost(request); err != nil {
		e.end()
		return nil, c.refused(ctx, r, target, err)
	}
	client := http.Client{Transport: &hops{c, e}, CheckRedirect: follow(r.Redirects)}
	response, err := client.Do(request)
	if err != nil {
		if response != nil && response.Body != nil {
			_ = response.Body.Close()
		}
		host := target.Host
		if wrapped, ok := errors.AsType[*url.Error](err); ok {
			err = wrapped.Err
		}
		err = explain(host, err, e.cause())
		e.end()
		return nil, err
	}
	e.arrived()
	return &Response{response, &Body{response.Body, e}}, nil
}

// newRequest makes the request for net/http.
func newRequest(e *exchange, r *Request, target *url.URL, most int64) (*http.Request, error) {
	if strings.EqualFold(r.Method, http.MethodConnect) {
		return nil, errorf(Invalid, "the method %s is for proxies", http.MethodConnect)
	}
	var body io.Reader
	if r.Body != nil && r.Length != 0 {
		if _, whole := r.Body.(interface{ Len() int }); whole {
			body = r.Body // net/http knows how to send it again
		} else {
			body = &requestBody{r.Body, e, most, most}
		}
	}
	request, err := http.NewRequestWithContext(e.ctx, r.Method, target.String(), body)
	if err != nil {
		return nil, &Error{Kind: Invalid, Text: err.Error(), Err: err}
	}
	if body != nil {
		request.ContentLength = r.Length
	}
	if err := setHeaders(request, r.Header); err != nil {
		return nil, err
	}
	return request, nil
}

// follow says how redirects are followed: that many, with what the request brought, but for what is for the first host
// alone, which net/http takes away.
func follow(redirects int) func(*http.Request, []*http.Request) error {
	redirects = min(redirects, maxRedirects)
	return func(next *http.Request, before []*http.Request) error {
		switch {
		case redirects == 0:
			return http.ErrUseLastResponse
		case len(before) > redirects:
			return errorf(Garbled, "%s: it redirects more than %d times", before[0].URL.Host, redirects)
		}
		first := before[0]
		if first.Header.Get("Referer") == "" { // which would tell the next host what the URL before has of secrets
			next.Header.Del("Referer")
		}
		if before[len(before)-1].URL.Scheme == "https" && next.URL.Scheme == "http" {
			next.Header.Del("Authorization")
			next.Header.Del("Cookie")
		}
		return nil
	}
}
