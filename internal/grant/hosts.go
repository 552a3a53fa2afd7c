package grant

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// Reach says whether outbound HTTP may go to a port of a host, which is as NormalHost gives it; nil: it may. What the host's
// address is, and whether that may be reached, is another question.
func (g *Grant) Reach(scheme, host string, port uint16) *Denial {
	asked := g.asked
	if asked == nil {
		asked = g.Hosts
	}
	by := verdict("the manifest does not ask for it")
	if matches(asked, host, port) {
		by = g.policy.judge(g.Plugin,
			func(s scope) bool { return s.hosts != nil }, func(s scope) bool { return matches(s.hosts, host, port) })
	}
	if by == "" {
		return nil
	}
	return &Denial{scheme + "://" + authority(scheme, host, port), string(by)}
}

func matches(hosts []Host, name string, port uint16) bool {
	for _, host := range hosts {
		if host.Matches(name, port) {
			return true
		}
	}
	return false
}

// NormalHost gives a host of a URL or of a list the one form in which hosts are compared and looked up: a name in small
// letters, in punycode where it has others than ASCII's, and without a dot at its end; or an address as netip writes it.
// Addresses in other forms, decimal, octal, hexadecimal or short, are refused, as is everything that is no name.
func NormalHost(host string) (string, error) {
	name := host
	inside, bracketed := strings.CutPrefix(name, "[")
	if bracketed {
		name, bracketed = strings.CutSuffix(inside, "]")
		if !bracketed {
			return "", fmt.Errorf("%q is not an address", host)
		}
	}
	if bracketed || strings.Contains(name, ":") {
		address, err := netip.ParseAddr(name)
		if err != nil || address.Zone() != "" || address.Is4() {
			return "", fmt.Errorf("%q is not an address", host)
		}
		return address.Unmap().String(), nil
	}
	for _, letter := range name {
		if letter >= 0x80 {
			var err error
			if name, err = idna.Lookup.ToASCII(name); err != nil {
				return "", fmt.Errorf("%q is not the name of a host: %w", host, err)
			}
			break
		}
	}
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	labels := strings.Split(name, ".")
	if len(name) > 253 {
		return "", fmt.Errorf("%q is not the name of a host: it is too long", host)
	}
	for _, label := range labels {
		if !isLabel(label) {
			return "", fmt.Errorf("%q is not the name of a host", host)
		}
	}
	if isNumber(labels[len(labels)-1]) { // no top-level domain is one, but what takes it for an address is not far
		address, err := netip.ParseAddr(name)
		if err != nil {
			return "", fmt.Errorf("%q is not an address in its ordinary form, as 192.0.2.1 is", host)
		}
		return address.String(), nil
	}
	return name, nil
}

func isLabel(label string) bool {
	for _, letter := range label {
		switch {
		case 'a' <= letter && letter <= 'z', '0' <= letter && letter <= '9', letter == '-', letter == '_':
		default:
			return false
		}
	}
	return label != "" && len(label) <= 63
}

// isNumber says whether a part of a name is a number, as inet_aton reads them.
func isNumber(label string) bool {
	if hexadecimal, found := strings.CutPrefix(label, "0x"); found {
		return strings.Trim(hexadecimal, "0123456789abcdef") == ""
	}
	return strings.Trim(label, "0123456789") == ""
}

// authority is the host with its port, where that is not the scheme's own.
func authority(scheme, host string, port uint16) string {
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if scheme == "http" && port == 80 || scheme == "https" && port == 443 {
		return host
	}
	return host + ":" + strconv.Itoa(int(port))
}
