package grant

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// Reach says whether outbound HTTP may go to a host, as NormalHost gives it; nil: it may. The address that the host then
// turns out to have is another question.
func (g *Grant) Reach(scheme, host string, port uint16) *Denial {
	patterns := make([]string, len(g.Hosts))
	for i, granted := range g.Hosts {
		if granted.Matches(host, port) {
			return nil
		}
		patterns[i] = granted.String()
	}
	by := g.HostsBy
	switch {
	case by != "":
	case len(patterns) == 0:
		by = "the plugin has no hosts that it may reach (permissions.http in its plugin.json, as far as the policy lets it)"
	default:
		by = "the plugin may reach only " + strings.Join(patterns, ", ")
	}
	return &Denial{scheme + "://" + authority(scheme, host, port), by}
}

// Matches says whether a host, as NormalHost gives it, is one of the pattern's.
func (h Host) Matches(host string, port uint16) bool {
	switch {
	case h.Port == 0 && port != 80 && port != 443, h.Port != 0 && port != h.Port:
		return false
	case h.Pattern == "*":
		return true
	}
	parent, below := strings.CutPrefix(h.Pattern, "*.")
	name, err := NormalHost(parent)
	if err != nil {
		return false
	}
	if !below {
		return host == name
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return false // an address has no subdomains
	}
	return strings.HasSuffix(host, "."+name)
}

// String is the host as a manifest has it.
func (h Host) String() string {
	if h.Port == 0 {
		return h.Pattern
	}
	return net.JoinHostPort(strings.Trim(h.Pattern, "[]"), strconv.Itoa(int(h.Port)))
}

// ParseHost reads an entry of a list of hosts: "example.com", "*.example.com:8443", "[2001:db8::1]:8080", "*".
func ParseHost(text string) (Host, error) {
	pattern, port := text, uint64(0)
	if name, number, err := net.SplitHostPort(text); err == nil {
		pattern = name
		if port, err = strconv.ParseUint(number, 10, 16); err != nil || port == 0 {
			return Host{}, fmt.Errorf("%q: %q is not a port", text, number)
		}
	}
	host := Host{Pattern: pattern, Port: uint16(port)}
	if pattern == "*" {
		return host, nil
	}
	parent, below := strings.CutPrefix(pattern, "*.")
	name, err := NormalHost(parent)
	switch {
	case err != nil:
		return Host{}, fmt.Errorf("%q: %w", text, err)
	case below:
		name = "*." + name
	}
	host.Pattern = name
	return host, nil
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
