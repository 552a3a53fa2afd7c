package outbound

import (
	"encoding/binary"
	"net/netip"

	"github.com/mmpy/mmpy/internal/grant"
)

// unicast6 is all of IPv6 that is given to networks in the public. What lies outside is not: loopback, link-local, unique
// local and multicast addresses, those with an IPv4 address in them, NAT64's, and what nobody has got.
var unicast6 = netip.MustParsePrefix("2000::/3")

// notPublic are the rest of the addresses that do not lead to a host of the public.
var notPublic = prefixes(
	"0.0.0.0/8",         // this network
	"10.0.0.0/8",        // private
	"100.64.0.0/10",     // carriers' NAT; metadata of some clouds
	"127.0.0.0/8",       // loopback
	"168.63.129.16/32",  // Azure's platform, which answers its virtual machines
	"169.254.0.0/16",    // link-local; metadata of most clouds
	"172.16.0.0/12",     // private
	"192.0.0.0/24",      // protocols' own; metadata of some clouds
	"192.0.2.0/24",      // documentation
	"192.31.196.0/24",   // AS112
	"192.52.193.0/24",   // AMT
	"192.88.99.0/24",    // 6to4 relays
	"192.168.0.0/16",    // private
	"192.175.48.0/24",   // AS112
	"198.18.0.0/15",     // benchmarks
	"198.51.100.0/24",   // documentation
	"203.0.113.0/24",    // documentation
	"224.0.0.0/4",       // multicast
	"240.0.0.0/4",       // reserved, broadcast
	"2001::/23",         // protocols' own, Teredo among them
	"2001:db8::/32",     // documentation
	"2002::/16",         // 6to4
	"2620:4f:8000::/48", // AS112
	"3fff::/20",         // documentation
)

func prefixes(texts ...string) []netip.Prefix {
	parsed := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		parsed[i] = netip.MustParsePrefix(text)
	}
	return parsed
}

// isPublic says whether an address is one of the public.
func isPublic(address netip.Addr) bool {
	if !address.IsValid() || address.Zone() != "" || address.Is4In6() || address.Is6() && !unicast6.Contains(address) {
		return false
	}
	return !within(notPublic, address)
}

// mayDial says whether a plugin may be connected with an address: one of the public, or of a network that it was granted. One
// that leads to an IPv4 address must be granted with that.
func mayDial(granted *grant.Grant, address netip.Addr) bool {
	if address.Zone() != "" {
		return false
	}
	address = address.Unmap()
	if isPublic(address) {
		return true
	}
	if !within(granted.Networks, address) {
		return false
	}
	inner, ok := embedded(address)
	return !ok || isPublic(inner) || within(granted.Networks, inner)
}

func within(networks []netip.Prefix, address netip.Addr) bool {
	for _, network := range networks {
		if network.Contains(address) {
			return true
		}
	}
	return false
}

var (
	compatible = netip.MustParsePrefix("::/96")
	nat64      = netip.MustParsePrefix("64:ff9b::/96")
	sixToFour  = netip.MustParsePrefix("2002::/16")
	teredo     = netip.MustParsePrefix("2001::/32")
)

// embedded is the IPv4 address that an IPv6 address leads to.
func embedded(address netip.Addr) (netip.Addr, bool) {
	bytes := address.As16()
	last := binary.BigEndian.Uint32(bytes[12:])
	switch {
	case compatible.Contains(address) && last > 1, nat64.Contains(address): // :: and ::1 are not compatible ones
		return ipv4(last), true
	case sixToFour.Contains(address):
		return ipv4(binary.BigEndian.Uint32(bytes[2:])), true
	case teredo.Contains(address):
		return ipv4(^last), true
	}
	return netip.Addr{}, false
}

func ipv4(number uint32) netip.Addr {
	var bytes [4]byte
	binary.BigEndian.PutUint32(bytes[:], number)
	return netip.AddrFrom4(bytes)
}
