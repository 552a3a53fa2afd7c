package outbound

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/mmpy/mmpy/internal/grant"
)

// parseTarget reads a URL, and gives it with its host in the one form that is compared, looked up and sent.
func parseTarget(raw string) (*url.URL, error) {
	if len(raw) > maxHead {
		return nil, errorf(Invalid, "the URL has more than %d bytes", maxHead)
	}
	target, err := url.Parse(raw)
	if err != nil {
		var own *url.Error
		if errors.As(err, &own) {
			err = own.Err // without the URL, which may hold secrets
		}
		return nil, errorf(Invalid, "the URL is none: %w", err)
	}
	if err := normalise(target); err != nil {
		return nil, err
	}
	return target, nil
}

// normalise checks a URL, and puts its host into that form.
func normalise(target *url.URL) error {
	switch {
	case target.Scheme != "http" && target.Scheme != "https":
		return errorf(Invalid, "%q is neither http nor https", target.Scheme)
	case target.Opaque != "", target.Hostname() == "":
		return errorf(Invalid, "the URL has no host")
	case target.User != nil:
		return errorf(Invalid, "the URL has a user in front of its host: send the header Authorization in place of that")
	}
	host, err := grant.NormalHost(target.Hostname())
	if err != nil {
		return errorf(Invalid, "%w", err)
	}
	port := target.Port()
	if number, err := strconv.ParseUint(port, 10, 16); port != "" && (err != nil || number == 0) {
		return errorf(Invalid, "%q is not a port", port)
	}
	if port == "" || portOf(target) == defaultPort(target.Scheme) {
		target.Host = host
		if strings.Contains(host, ":") {
			target.Host = "[" + host + "]"
		}
	} else {
		target.Host = net.JoinHostPort(host, strconv.Itoa(int(portOf(target))))
	}
	target.Fragment, target.RawFragment = "", ""
	return nil
}

func defaultPort(scheme string) uint16 {
	if scheme == "http" {
		return 80
	}
	return 443
}

// portOf is the port of a URL that has passed.
func portOf(target *url.URL) uint16 {
	if port, err := strconv.ParseUint(target.Port(), 10, 16); err == nil {
		return uint16(port)
	}
	return defaultPort(target.Scheme)
}

// reach checks a URL that has passed against what was granted.
func (c *Client) reach(target *url.URL) error {
	host := target.Hostname()
	if denial := c.grant.Reach(target.Scheme, host, portOf(target)); denial != nil {
		return denied(denial)
	}
	if address, err := netip.ParseAddr(host); err == nil && !mayDial(c.grant, address) {
		return refusedAddress(target.Scheme+"://"+target.Host, netip.AddrPortFrom(address, portOf(target)))
	}
	return nil
}

// refusedAddress is the error for an address that must not be dialled. It does not say which: a plugin could find out what
// the names of a private network stand for.
func refusedAddress(what string, address netip.AddrPort) *Error {
	err := denied(&grant.Denial{What: what, By: "its address is not one of the public, nor of a network that the policy opens"})
	err.Address = address
	return err
}

// checkHost checks the host that a request asks for within a server, which may be another than the URL's: servers of the
// public carry many.
func (c *Client) checkHost(r *http.Request) error {
	if r.Host == "" || r.Host == r.URL.Host {
		return nil
	}
	asked := &url.URL{Scheme: r.URL.Scheme, Host: r.Host}
	if err := normalise(asked); err != nil {
		return errorf(Invalid, "the header Host: %w", err)
	}
	if denial := c.grant.Reach(asked.Scheme, asked.Hostname(), portOf(asked)); denial != nil {
		return denied(denial)
	}
	r.Host = asked.Host
	return nil
}

// ofConnection are headers about the connection, which is the host's own.
var ofConnection = map[string]bool{
	"Connection": true, "Keep-Alive": true, "Proxy-Connection": true, "Proxy-Authorization": true, "Te": true,
	"Trailer": true, "Transfer-Encoding": true, "Content-Length": true, "Http2-Settings": true,
}

// setHeaders gives a request its headers.
func setHeaders(request *http.Request, headers http.Header) error {
	size := len(request.URL.String())
	for name, values := range headers {
		key := http.CanonicalHeaderKey(name)
		if !httpguts.ValidHeaderFieldName(name) {
			return errorf(Invalid, "%q is not the name of a header", name)
		}
		for _, value := range values {
			if !httpguts.ValidHeaderFieldValue(value) {
				return errorf(Invalid, "the header %s has a value that cannot be sent", name)
			}
			size += len(name) + len(value) + len(": \r\n")
		}
		switch {
		case ofConnection[key]:
		case key == "Upgrade":
			return errorf(Invalid, "the header Upgrade: nothing but HTTP leaves the sandbox")
		case key == "Host":
			if len(values) != 1 {
				return errorf(Invalid, "there are %d headers Host", len(values))
			}
			request.Host = values[0]
		default:
			request.Header[key] = append(request.Header[key], values...)
		}
	}
	if size > maxHead {
		return errorf(Invalid, "the request's head has %d bytes; %d are the most", size, maxHead)
	}
	if request.Header["User-Agent"] == nil {
		request.Header["User-Agent"] = nil // and not net/http's own
	}
	return nil
}
