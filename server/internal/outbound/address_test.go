package outbound_test

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/grant"
	"github.com/mmpy/mmpy/server/internal/outbound"
)

func contextWithTimeout(t *testing.T, timeout time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(t.Context(), timeout)
}

func prefixes(texts ...string) (parsed []netip.Prefix) {
	for _, text := range texts {
		parsed = append(parsed, netip.MustParsePrefix(text))
	}
	return parsed
}

func TestOnlyAddressesOfThePublicAreDialled(t *testing.T) {
	nothing := &grant.Grant{}
	for _, address := range []string{
		"1.1.1.1", "8.8.8.8", "93.184.215.14", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.1", "169.253.255.255",
		"172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "223.255.255.255", "168.63.129.15",
		"2606:4700:4700::1111", "2a00:1450:4001:81b::200e", "2001:4860:4860::8888", "2400:cb00::1", "::ffff:8.8.8.8",
	} {
		require.True(t, outbound.MayDial(nothing, netip.MustParseAddr(address)), address)
	}
	for _, address := range []string{
		"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255", "127.0.0.1",
		"127.255.255.255", "168.63.129.16", "169.254.0.1", "169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.255",
		"192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1",
		"224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::7f00:1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "::ffff:0:7f00:1",
		"64:ff9b::7f00:1", "64:ff9b::8.8.8.8", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:7f00:1::", "2001:10::1", "2001:20::1",
		"2001:db8::1", "2002:7f00:1::", "2002:808:808::", "3fff::1", "4000::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1",
		"fe80::1%eth0", "fec0::1", "febf::1", "ff02::1", "2606:4700:4700::1111%eth0",
	} {
		require.False(t, outbound.MayDial(nothing, netip.MustParseAddr(address)), address)
	}
	require.False(t, outbound.MayDial(nothing, netip.Addr{}))
}

func TestAGrantedNetworkIsOpenAndWhatLeadsElsewhereIsNot(t *testing.T) {
	granted := &grant.Grant{Networks: prefixes("10.1.0.0/16", "fd00:1::/32", "64:ff9b::/96", "2002::/16", "::/96", "2001::/32")}
	for _, address := range []string{"10.1.2.3", "::ffff:10.1.2.3", "fd00:1::5", "64:ff9b::8.8.8.8", "64:ff9b::10.1.2.3", "2002:808:808::1", "::8.8.8.8"} {
		require.True(t, outbound.MayDial(granted, netip.MustParseAddr(address)), address)
	}
	for _, address := range []string{
		"10.2.0.1", "fd00:2::1", "127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::169.254.169.254", "2002:7f00:1::1", "2002:a9fe:a9fe::",
		"::127.0.0.1", "2001:0:808:808::80ff:fffe", "fd00:1::5%eth0",
	} {
		require.False(t, outbound.MayDial(granted, netip.MustParseAddr(address)), address)
	}
}
