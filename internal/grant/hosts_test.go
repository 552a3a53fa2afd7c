package grant_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/grant"
)

func TestOneHostHasOneForm(t *testing.T) {
	for host, normal := range map[string]string{
		"Example.COM":                  "example.com",
		"example.com.":                 "example.com",
		"Bücher.example":               "xn--bcher-kva.example",
		"xn--bcher-kva.example":        "xn--bcher-kva.example",
		"ｅｘａｍｐｌｅ.com":                  "example.com",
		"my_service.internal":          "my_service.internal",
		"127.0.0.1":                    "127.0.0.1",
		"127.0.0.1.":                   "127.0.0.1",
		"１２７.0.0.1":                    "127.0.0.1",
		"[::1]":                        "::1",
		"0:0:0:0:0:0:0:1":              "::1",
		"[::ffff:127.0.0.1]":           "127.0.0.1",
		"[2001:DB8:0:0:0:0:0:1]":       "2001:db8::1",
		"0x7f.example":                 "0x7f.example",
		"1.2.3.example":                "1.2.3.example",
		"localhost":                    "localhost",
		"[::ffff:a9fe:a9fe]":           "169.254.169.254",
		"xn--ls8h.example":             "xn--ls8h.example",
		"www.straße.example":           "www.xn--strae-oqa.example",
		"a-very.long-name.example.com": "a-very.long-name.example.com",
	} {
		got, err := grant.NormalHost(host)
		require.NoError(t, err, host)
		require.Equal(t, normal, got, host)
	}
	for _, host := range []string{
		"", ".", "..", "a..b", ".example.com", "example.com..", "exa mple.com", "example.com/x", "a@b", "a\x00b", "a%2eb", "*.example.com",
		"2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "127.1", "127.0.1", "0", "127.0.0.1.2", "1.2.3.256", "0x", "1.2.3.0x4",
		"[fe80::1%eth0]", "[::1", "fe80::1%1", "[127.0.0.1:80]", "１２７.1", "example.123", "example。com/",
	} {
		got, err := grant.NormalHost(host)
		require.Error(t, err, "%s is %s", host, got)
	}
}

func TestAPatternMatchesItsHostsAndNoOthers(t *testing.T) {
	for _, c := range []struct {
		pattern, host string
		port          uint16
		want          bool
	}{
		{"example.com", "example.com", 443, true},
		{"example.com", "example.com", 80, true},
		{"example.com", "example.com", 8443, false},
		{"example.com:8443", "example.com", 8443, true},
		{"example.com:8443", "example.com", 443, false},
		{"EXAMPLE.com.", "example.com", 443, true},
		{"example.com", "www.example.com", 443, false},
		{"example.com", "notexample.com", 443, false},
		{"*.example.com", "www.example.com", 443, true},
		{"*.example.com", "a.b.example.com", 443, true},
		{"*.example.com", "example.com", 443, false},
		{"*.example.com", "notexample.com", 443, false},
		{"*.example.com", "www.example.com.evil.net", 443, false},
		{"*", "example.com", 443, true},
		{"*", "192.0.2.1", 80, true},
		{"*", "example.com", 22, false},
		{"*:22", "example.com", 22, true},
		{"192.0.2.1", "192.0.2.1", 80, true},
		{"[2001:db8::1]:8080", "2001:db8::1", 8080, true},
		{"2001:db8::1", "2001:db8::1", 80, true},
	} {
		parsed, err := grant.ParseHost(c.pattern)
		require.NoError(t, err)
		require.Equal(t, c.want, parsed.Matches(c.host, c.port), "%s: %s:%d", c.pattern, c.host, c.port)
	}
	for _, pattern := range []string{"", "example.com:", "example.com:0", "example.com:65536", "example.com:http", "www.*.com", "**", "http://example.com", "example.com/x", "0x7f.1"} {
		_, err := grant.ParseHost(pattern)
		require.Error(t, err, pattern)
	}
}

func TestADenialNamesTheHostAndWho(t *testing.T) {
	none := &grant.Grant{}
	require.EqualError(t, none.Reach("https", "example.com", 443), "https://example.com is not granted: the manifest does not ask for it")
	some := &grant.Grant{Hosts: []grant.Host{{Pattern: "*.example.com"}, {Pattern: "api.example.net", Port: 8443}}}
	require.Nil(t, some.Reach("https", "www.example.com", 443))
	require.EqualError(t, some.Reach("http", "2001:db8::1", 8080), "http://[2001:db8::1]:8080 is not granted: the manifest does not ask for it")
	require.Nil(t, grant.Everything("x").Reach("https", "example.com", 443))
}
