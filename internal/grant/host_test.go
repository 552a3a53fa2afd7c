package grant_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/grant"
)

func TestHostsThatPeopleWrite(t *testing.T) {
	for text, want := range map[string]grant.Host{
		"example.com":        {Pattern: "example.com"},
		"Example.COM.":       {Pattern: "example.com"},
		"example.com:8443":   {Pattern: "example.com", Port: 8443},
		"*.example.com:80":   {Pattern: "*.example.com", Port: 80},
		"*":                  {Pattern: "*"},
		"*:8080":             {Pattern: "*", Port: 8080},
		"192.0.2.7":          {Pattern: "192.0.2.7"},
		"192.0.2.7:9000":     {Pattern: "192.0.2.7", Port: 9000},
		"2001:db8::1":        {Pattern: "2001:db8::1"},
		"[2001:DB8:0::1]:99": {Pattern: "2001:db8::1", Port: 99},
		"::ffff:192.0.2.7":   {Pattern: "192.0.2.7"},
		"my_service":         {Pattern: "my_service"},
	} {
		host, err := grant.ParseHost(text)
		require.NoError(t, err, text)
		require.Equal(t, want, host, text)
		again, err := grant.ParseHost(host.String())
		require.NoError(t, err, text)
		require.Equal(t, host, again, text)
	}
}

func TestHostsThatAreNone(t *testing.T) {
	for text, want := range map[string]string{
		"":                        `is empty; allowed: hosts such as "example.com", "example.com:8443" and "*.example.com"`,
		"https://example.com/a":   `"https://example.com/a" is no host but an address of a page: write "example.com"`,
		"example.com/a":           `"example.com/a" is no host but an address of a page: write "example.com"`,
		"example.com:":            `"example.com:" has no port: a number from 1 to 65535`,
		"example.com:0":           `"example.com:0" has no port: a number from 1 to 65535`,
		"example.com:65536":       `"example.com:65536" has no port: a number from 1 to 65535`,
		"example.com:http":        `"example.com:http" has no port: a number from 1 to 65535`,
		"exa*.com":                `"exa*.com" is no host: a "*" stands only in the place of all that is left of a dot, as in "*.example.com"`,
		"*.*.com":                 `"*.*.com" is no host: a "*" stands only in the place of all that is left of a dot, as in "*.example.com"`,
		"*.":                      `"*." is no host: a "*" stands only in the place of all that is left of a dot, as in "*.example.com"`,
		"a..b":                    `"a..b" is no host: there is nothing between two dots`,
		"-a.com":                  `"-a.com" is no host: "-a" has a hyphen at an end`,
		"a b.com":                 `"a b.com" is no host: ' ' cannot be in a name`,
		"user@example.com":        `"user@example.com" is no host: '@' cannot be in a name`,
		"bücher.example":          `"bücher.example" is no host: letters beyond ASCII are written as in DNS, as in "xn--bcher-kva.example"`,
		"10.1":                    `"10.1" is no host: it looks like an address, and is none in full: write all four numbers`,
		"2130706433":              `"2130706433" is no host: it looks like an address, and is none in full: write all four numbers`,
		"0x7f000001":              `"0x7f000001" is no host: it looks like an address, and is none in full: write all four numbers`,
		"[example.com]:80":        `"[example.com]:80" is no host: in brackets goes an IPv6 address, as in "[2001:db8::1]:443"`,
		"[2001:db8::1":            `"[2001:db8::1" is no host: an IPv6 address is written as "[2001:db8::1]:443"`,
		"[2001:db8::1]80":         `"[2001:db8::1]80" is no host: an IPv6 address is written as "[2001:db8::1]:443"`,
		"fe80::1%eth0":            `"fe80::1%eth0" has a zone: allowed is an address without one`,
		string(make([]byte, 300)): "", // whatever it says
	} {
		_, err := grant.ParseHost(text)
		if want == "" {
			require.Error(t, err)
		} else {
			require.EqualError(t, err, want)
		}
	}
}

func TestWhichHostsAreReached(t *testing.T) {
	for _, test := range []struct {
		entry, name string
		port        uint16
		want        bool
	}{
		{"example.com", "example.com", 443, true},
		{"example.com", "EXAMPLE.com.", 80, true},
		{"example.com", "example.com", 8443, false},
		{"example.com:8443", "example.com", 8443, true},
		{"example.com:8443", "example.com", 443, false},
		{"example.com", "www.example.com", 443, false},
		{"example.com", "badexample.com", 443, false},
		{"*.example.com", "www.example.com", 443, true},
		{"*.example.com", "a.b.example.com", 443, true},
		{"*.example.com", "example.com", 443, false},
		{"*.example.com", ".example.com", 443, false},
		{"*.example.com", "badexample.com", 443, false},
		{"*.example.com", "example.com.evil.net", 443, false},
		{"*.0.2.7", "192.0.2.7", 443, false},
		{"192.0.2.7", "192.0.2.7", 443, true},
		{"192.0.2.7", "::ffff:192.0.2.7", 443, true},
		{"[2001:db8::1]", "[2001:DB8::0:1]", 443, true},
		{"*", "anything.at.all", 443, true},
		{"*", "anything.at.all", 22, false},
	} {
		host, err := grant.ParseHost(test.entry)
		if test.entry == "*.0.2.7" {
			require.Error(t, err)
			continue
		}
		require.NoError(t, err, test.entry)
		require.Equal(t, test.want, host.Matches(test.name, test.port), "%v", test)
	}
}
