package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/internal/grant"
)

// Kind is why there is no answer.
type Kind int

// The kinds.
const (
	Denied      Kind = iota + 1 // the plugin may not ask that
	Quota                       // a limit is used up
	Invalid                     // it is no request
	Timeout                     // nothing has come for too long
	Unknown                     // nobody has that name
	Unreachable                 // nobody answers at that address
	Untrusted                   // who answers does not prove by TLS who it is
	Garbled                     // what has come is no answer
	Cancelled                   // the plugin does not wait any more
)

// An Error says why there is no answer, or no rest of it. What it tells is for the plugin to know: the address that a
// host has turned out to have is not, where that is not public.
type Error struct {
	Kind  Kind
	Text  string
	Err   error
	Limit *grant.Limit // that was reached; nil: none
	// Address is the one that was refused, for the audit.
	Address netip.AddrPort
}

func (e *Error) Error() string { return e.Text }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is says that the error has the status which a stream gives the guest.
func (e *Error) Is(target error) bool { return target == error(e.Status()) }

// As gives that status.
func (e *Error) As(target any) bool {
	if status, ok := target.(*abi.Status); ok {
		*status = e.Status()
		return true
	}
	return false
}

// Status is what a stream of the body gives the guest.
func (e *Error) Status() abi.Status {
	switch e.Kind {
	case Denied:
		return abi.StatusDenied
	case Quota:
		return abi.StatusQuota
	case Invalid:
		return abi.StatusInvalid
	case Cancelled:
		return abi.StatusCancelled
	}
	return abi.StatusUnavailable
}

// answers has of each kind the id of the AppError that it becomes, and its HTTP status, by which Python chooses the
// exception's class.
var answers = map[Kind]struct {
	id     string
	status int
}{
	Denied:      {"mmpy.denied", 403},
	Quota:       {"mmpy.quota", 429},
	Invalid:     {"mmpy.invalid", 400},
	Timeout:     {"mmpy.http.timeout", 503},
	Unknown:     {"mmpy.http.unknown_host", 503},
	Unreachable: {"mmpy.http.unreachable", 503},
	Untrusted:   {"mmpy.http.untrusted", 502},
	Garbled:     {"mmpy.http.garbled", 502},
	Cancelled:   {"mmpy.cancelled", 503},
}

// ID is the id of the AppError that the error becomes.
func (e *Error) ID() string { return answers[e.Kind].id }

// HTTPStatus is the status of the AppError that the error becomes.
func (e *Error) HTTPStatus() int { return answers[e.Kind].status }

func errorf(kind Kind, format string, arguments ...any) *Error {
	err := fmt.Errorf(format, arguments...)
	return &Error{Kind: kind, Text: err.Error(), Err: errors.Unwrap(err)}
}

// reached says that a limit was.
func reached(limit grant.Limit, format string, arguments ...any) *Error {
	kind := Quota
	if limit == grant.LimitHTTPTime {
		kind = Timeout
	}
	err := errorf(kind, format+" (limit %s)", append(arguments, limit)...)
	err.Limit = &limit
	return err
}

func denied(denial *grant.Denial) *Error {
	return &Error{Kind: Denied, Text: denial.Error(), Err: denial}
}

// explain makes an Error of what net/http says. cause is why the request's context has ended, if it has.
func explain(host string, err, cause error) *Error {
	if own, ok := errors.AsType[*Error](err); ok {
		return own
	}
	if own, ok := errors.AsType[*Error](cause); ok {
		return own
	}
	if cause != nil {
		return errorf(Cancelled, "%s: the plugin does not wait any more", host)
	}
	if unknown, ok := errors.AsType[*net.DNSError](err); ok {
		if unknown.IsNotFound {
			return &Error{Kind: Unknown, Text: host + ": there is no such host", Err: err}
		}
		return &Error{Kind: Unknown, Text: host + ": its name cannot be looked up", Err: err}
	}
	if kind := ofTLS(err); kind != "" {
		return &Error{Kind: Untrusted, Text: host + ": " + kind, Err: err}
	}
	if operation, ok := errors.AsType[*net.OpError](err); ok && operation.Op == "dial" {
		if operation.Timeout() {
			return &Error{Kind: Timeout, Text: host + ": nobody answers", Err: err}
		}
		return &Error{Kind: Unreachable, Text: host + ": cannot be reached", Err: err}
	}
	if failure, ok := errors.AsType[net.Error](err); ok && failure.Timeout() {
		return &Error{Kind: Timeout, Text: host + ": nothing comes", Err: err}
	}
	return &Error{Kind: Garbled, Text: host + ": " + broken(err), Err: err}
}

// ofTLS says what is wrong with a TLS connection; "" when nothing is.
func ofTLS(err error) string {
	if unverified, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "its certificate is not trusted: " + strings.TrimPrefix(unverified.Err.Error(), "x509: ")
	}
	if header, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return "it does not speak TLS: " + header.Msg
	}
	if alert, ok := errors.AsType[tls.AlertError](err); ok {
		return "TLS: " + strings.TrimPrefix(alert.Error(), "tls: ")
	}
	for ; err != nil; err = errors.Unwrap(err) {
		if text := err.Error(); strings.HasPrefix(text, "tls: ") || strings.HasPrefix(text, "remote error: tls: ") {
			return "TLS: " + strings.TrimPrefix(strings.TrimPrefix(text, "remote error: "), "tls: ")
		}
	}
	return ""
}

// broken says what is wrong with an answer. What net/http quotes of it stays out: the server's, it may be long.
func broken(err error) string {
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "it has ended the connection in the middle of its answer"
	case errors.Is(err, context.DeadlineExceeded):
		return "nothing comes"
	}
	if operation, ok := errors.AsType[*net.OpError](err); ok {
		return "the connection has failed: " + operation.Err.Error()
	}
	text := err.Error()
	if start := strings.Index(text, "net/http: "); start > 0 {
		text = text[start:]
	}
	const most = 200
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return "its answer is not one: " + text
}
