package grant

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// A Host is an entry of the list of hosts that a plugin may reach: a name, "*.example.com", or "*"; with a port, or any of
// HTTP's own.
type Host struct {
	Pattern string // in lower case; an address without brackets
	Port    uint16 // 0: 80 and 443
}

// ParseHost reads what people write: "example.com", "example.com:8443", "*.example.com", "192.0.2.7:80", "[2001:db8::1]", "*".
func ParseHost(text string) (Host, error) {
	name, port, err := cutPort(text)
	if err != nil {
		return Host{}, err
	}
	if address, err := netip.ParseAddr(name); err == nil {
		if address.Zone() != "" {
			return Host{}, fmt.Errorf("%q has a zone: allowed is an address without one", text)
		}
		return Host{address.Unmap().String(), port}, nil
	}
	if name == All {
		return Host{name, port}, nil
	}
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if err := checkName(strings.TrimPrefix(name, "*.")); err != nil {
		return Host{}, fmt.Errorf("%q is no host: %w", text, err)
	}
	return Host{name, port}, nil
}

func cutPort(text string) (name string, port uint16, err error) {
	switch {
	case text == "":
		return "", 0, errors.New(`is empty; allowed: hosts such as "example.com", "example.com:8443" and "*.example.com"`)
	case strings.Contains(text, "/"):
		_, rest, found := strings.Cut(text, "://")
		if !found {
			rest = text
		}
		name, _, _ = strings.Cut(rest, "/")
		return "", 0, fmt.Errorf("%q is no host but an address of a page: write %q", text, name)
	}
	name, number := text, ""
	if inside, ok := strings.CutPrefix(text, "["); ok {
		if name, number, ok = strings.Cut(inside, "]"); !ok || (number != "" && number[0] != ':') {
			return "", 0, fmt.Errorf(`%q is no host: an IPv6 address is written as "[2001:db8::1]:443"`, text)
		}
		if address, err := netip.ParseAddr(name); err != nil || !address.Is6() {
			return "", 0, fmt.Errorf(`%q is no host: in brackets goes an IPv6 address, as in "[2001:db8::1]:443"`, text)
		}
		number = strings.TrimPrefix(number, ":")
		if number == "" {
			return name, 0, nil
		}
	} else if strings.Count(text, ":") == 1 {
		name, number, _ = strings.Cut(text, ":")
	} else {
		return name, 0, nil
	}
	parsed, err := strconv.ParseUint(number, 10, 16)
	if err != nil || parsed == 0 {
		return "", 0, fmt.Errorf("%q has no port: a number from 1 to 65535", text)
	}
	return name, uint16(parsed), nil
}

// checkName checks a name as DNS has it, in ASCII.
func checkName(name string) error {
	if len(name) > 253 {
		return errors.New("it is longer than 253 letters")
	}
	labels := strings.Split(name, ".")
	for _, label := range labels {
		switch {
		case label == "":
			return errors.New("there is nothing between two dots")
		case len(label) > 63:
			return fmt.Errorf("%q is longer than 63 letters", label)
		case label[0] == '-' || label[len(label)-1] == '-':
			return fmt.Errorf("%q has a hyphen at an end", label)
		}
		for _, letter := range label {
			switch {
			case letter == '*':
				return errors.New(`a "*" stands only in the place of all that is left of a dot, as in "*.example.com"`)
			case letter > 127:
				return errors.New(`letters beyond ASCII are written as in DNS, as in "xn--bcher-kva.example"`)
			case (letter < 'a' || letter > 'z') && (letter < '0' || letter > '9') && letter != '-' && letter != '_':
				return fmt.Errorf("%q cannot be in a name", letter)
			}
		}
	}
	// Programs read "10.1", "0x7f000001" and "2130706433" as addresses. Here they would look like names.
	last := labels[len(labels)-1]
	if strings.Trim(last, "0123456789") == "" || strings.HasPrefix(last, "0x") {
		return errors.New("it looks like an address, and is none in full: write all four numbers")
	}
	return nil
}

// Matches says whether a host, as it is in a URL, is one that this entry lets through. Its port must be known.
func (h Host) Matches(name string, port uint16) bool {
	if h.Port != port && (h.Port != 0 || port != 80 && port != 443) {
		return false
	}
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	address, err := netip.ParseAddr(strings.Trim(name, "[]"))
	if err == nil {
		name = address.Unmap().String()
	}
	if suffix, ok := strings.CutPrefix(h.Pattern, "*."); ok {
		return err != nil && len(name) > len(suffix)+1 && strings.HasSuffix(name, "."+suffix)
	}
	return h.Pattern == All || h.Pattern == name
}

// String is as people write it.
func (h Host) String() string {
	text := h.Pattern
	if strings.Contains(text, ":") {
		text = "[" + text + "]"
	}
	if h.Port == 0 {
		return text
	}
	return text + ":" + strconv.Itoa(int(h.Port))
}

// common gives what two entries both let through; false where that is nothing.
func common(a, b Host) (Host, bool) {
	both := Host{Port: a.Port}
	switch {
	case a.Port == 0:
		both.Port = b.Port
	case b.Port != 0 && b.Port != a.Port:
		return Host{}, false
	}
	if (a.Port == 0) != (b.Port == 0) && both.Port != 80 && both.Port != 443 {
		return Host{}, false // no port is one of HTTP's own
	}
	switch {
	case within(a.Pattern, b.Pattern):
		both.Pattern = a.Pattern
	case within(b.Pattern, a.Pattern):
		both.Pattern = b.Pattern
	default:
		return Host{}, false
	}
	return both, true
}

// within says whether all names of a pattern are also names of another.
func within(pattern, wide string) bool {
	if pattern == wide || wide == All {
		return true
	}
	suffix, ok := strings.CutPrefix(wide, "*")
	if !ok {
		return false
	}
	if _, err := netip.ParseAddr(pattern); err == nil {
		return false
	}
	return strings.HasSuffix(pattern, suffix)
}
