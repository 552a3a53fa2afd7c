package outbound

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mmpy/mmpy/internal/grant"
	"github.com/mmpy/mmpy/server/internal/metrics"
)

// A Record tells of one request that was to leave: one that a plugin has made, or one that a redirect asked for.
type Record struct {
	Method string
	URL    string         // without its query, which may hold secrets
	Host   string         // with the port, where it has one
	Remote netip.AddrPort // whom the request went to, or must not go to; the zero value where it did not get so far. A proxy's, where there is one
	Status int            // of the answer; 0: there was none
	Err    *Error         // why there was none, or no whole one; nil: there was
	Sent   int64          // bytes of the request's body
	Got    int64          // bytes of the answer's
	Begin  time.Time
	Took   time.Duration // until the end of the answer's body
}

// refused tells the audit of a request that does not even become one.
func (c *Client) refused(ctx context.Context, r *Request, target *url.URL, err error) error {
	own := explain("", err, nil)
	if c.audit != nil {
		record := Record{Method: r.Method, Err: own, Begin: time.Now()}
		if target != nil {
			record.Host, record.URL = target.Host, audited(target)
		}
		c.audit(ctx, record)
	}
	return own
}

// audited is a URL as the audit gets it.
func audited(target *url.URL) string {
	return (&url.URL{Scheme: target.Scheme, Host: target.Host, Path: target.Path, RawPath: target.RawPath}).String()
}

// hops is the transport of one exchange. It sees every request that is to leave, those of redirects too.
type hops struct {
	client   *Client
	exchange *exchange
}

// RoundTrip checks one request and sends it.
func (h *hops) RoundTrip(r *http.Request) (*http.Response, error) {
	hop := &hop{exchange: h.exchange, audit: h.client.audit}
	hop.record = Record{Method: r.Method, URL: audited(r.URL), Host: r.URL.Host, Begin: time.Now()}
	response, err := h.send(hop, r)
	if err != nil {
		if r.Body != nil {
			_ = r.Body.Close()
		}
		own := explain(r.URL.Host, err, h.exchange.cause())
		hop.end(own)
		return nil, own
	}
	return response, nil
}

func (h *hops) send(hop *hop, r *http.Request) (*http.Response, error) {
	c, target := h.client, new(*r.URL)
	if !c.rate.Take(metrics.Now(), 1) {
		return nil, reached(grant.LimitHTTPRate, "more than %d requests in a minute", c.grant.Limits.HTTPRate)
	}
	if err := normalise(target); err != nil {
		return nil, err
	}
	if err := c.reach(target); err != nil {
		return nil, err
	}
	transport := c.direct
	if c.proxy != nil {
		switch proxy, err := c.proxy(target); {
		case err != nil:
			return nil, errorf(Unreachable, "the proxy of this server's environment: %w", err)
		case proxy != nil:
			transport = c.via
		}
	}
	ctx := context.WithValue(r.Context(), dialled{}, target.Scheme+"://"+target.Host)
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: hop.connected})
	sent := r.WithContext(ctx)
	sent.URL = target
	if r.Body != nil {
		sent.Body = &counted{r.Body, &hop.sent}
	}
	response, err := transport.RoundTrip(sent)
	if err != nil {
		return nil, err
	}
	hop.status(response.StatusCode)
	if response.StatusCode == http.StatusSwitchingProtocols {
		_ = response.Body.Close()
		return nil, errorf(Garbled, "%s: it wants to speak something else than HTTP", r.URL.Host)
	}
	limit := c.grant.Limits.HTTPAnswer
	if r.Method != http.MethodHead && response.ContentLength > limit {
		_ = response.Body.Close()
		return nil, reached(grant.LimitHTTPAnswer, "the answer has %d bytes; %d are the most", response.ContentLength, limit)
	}
	response.Body = &hopBody{response.Body, hop, limit, limit}
	return response, nil
}

// hop is one request that leaves, for the audit.
type hop struct {
	exchange  *exchange
	audit     func(context.Context, Record)
	sent, got atomic.Int64

	mu     sync.Mutex
	record Record
	ended  bool
}

func (h *hop) connected(info httptrace.GotConnInfo) {
	remote, err := netip.ParseAddrPort(info.Conn.RemoteAddr().String())
	if err != nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.record.Remote = remote
}

func (h *hop) status(code int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.record.Status = code
}

// end tells the audit, once.
func (h *hop) end(err *Error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ended || h.audit == nil {
		return
	}
	h.ended = true
	h.record.Err, h.record.Sent, h.record.Got, h.record.Took = err, h.sent.Load(), h.got.Load(), time.Since(h.record.Begin)
	if err != nil && err.Address.IsValid() {
		h.record.Remote = err.Address
	}
	h.audit(h.exchange.ctx, h.record)
}

// hopBody is the body of one answer, so far as the limit goes.
type hopBody struct {
	io.ReadCloser
	hop        *hop
	left, most int64
}

// Read reads what has come.
func (b *hopBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.hop.got.Add(int64(n))
	if int64(n) > b.left {
		n, err = int(b.left), reached(grant.LimitHTTPAnswer, "the answer has more than %d bytes, which is the most", b.most)
	}
	b.left -= int64(n)
	switch {
	case errors.Is(err, io.EOF):
		b.hop.end(nil)
	case err != nil:
		own := explain("the rest of the answer", err, b.hop.exchange.cause())
		b.hop.end(own)
		err = own
	}
	return n, err
}

// Close ends the answer. Who closes it before its end has had enough.
func (b *hopBody) Close() error {
	own, _ := errors.AsType[*Error](b.hop.exchange.cause()) // or has been kept from more
	err := b.ReadCloser.Close()
	b.hop.end(own)
	return err
}

// counted counts what is read of the request's body.
type counted struct {
	io.ReadCloser
	count *atomic.Int64
}

// Read reads some of it.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.count.Add(int64(n))
	return n, err
}
