package grant_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/internal/grant"
)

const policy = `
default:
  deny:
    api: [sessions, DeletePost]
    hooks: [UserWillLogIn]
    http: ["*.evil.example"]
plugins:
  com.example.narrow:
    allow:
      api: [posts:read, CreatePost, sessions]
      http: [api.example.com, "*.example.org:8443"]
    deny:
      api: [GetSession]
    on_failure: closed
    networks: [10.1.0.0/16, "fd00::/8"]
    proxy: true
  com.example.Hooks:
    allow:
      hooks: [MessageWillBePosted]
`

// under gives the grant of a plugin under a policy.
func under(t *testing.T, policy, plugin, permissions string) *grant.Grant {
	t.Helper()
	p, err := grant.ParsePolicy("/etc/mmpy.yaml", []byte(policy))
	require.NoError(t, err)
	g, err := grant.Of(plugin, parsed(t, permissions), nil, p)
	require.NoError(t, err)
	return g
}

func TestAPolicyNarrowsWhatManifestsAskFor(t *testing.T) {
	all := `{"api": ["*"], "http": ["*", "*:8443"]}`
	other := under(t, policy, "com.example.other", all)
	require.EqualError(t, other.Call(abi.GetSession), "GetSession is not granted: the policy /etc/mmpy.yaml denies it to all plugins")
	require.EqualError(t, other.Call(abi.DeletePost), "DeletePost is not granted: the policy /etc/mmpy.yaml denies it to all plugins")
	require.Nil(t, other.Call(abi.UpdatePost))
	require.Nil(t, other.Call(abi.SaveConfig), "what the policy does not speak of is as the manifest asks")
	require.EqualError(t, other.Hook(abi.HookUserWillLogIn), "the hook UserWillLogIn is not granted: the policy /etc/mmpy.yaml denies it to all plugins")
	require.Nil(t, other.Hook(abi.HookMessageWillBePosted))
	require.EqualError(t, other.Reach("https", "www.evil.example", 443), "https://www.evil.example is not granted: the policy /etc/mmpy.yaml denies it to all plugins")
	require.Nil(t, other.Reach("https", "example.com", 443))
	require.Equal(t, grant.Open, other.OnFailure)
	require.Empty(t, other.Networks)
	require.False(t, other.Proxy)

	narrow := under(t, policy, "com.example.narrow", all)
	require.Nil(t, narrow.Call(abi.CreateSession), "the plugin's own rule has precedence")
	require.EqualError(t, narrow.Call(abi.GetSession), "GetSession is not granted: the policy /etc/mmpy.yaml denies it to this plugin")
	require.EqualError(t, narrow.Call(abi.UpdatePost), "UpdatePost is not granted: the policy /etc/mmpy.yaml does not allow it to this plugin")
	require.Nil(t, narrow.Call(abi.CreatePost))
	require.EqualError(t, narrow.Hook(abi.HookUserWillLogIn), "the hook UserWillLogIn is not granted: the policy /etc/mmpy.yaml denies it to all plugins", "its own rule says nothing of hooks")
	require.Nil(t, narrow.Reach("https", "api.example.com", 443))
	require.Nil(t, narrow.Reach("https", "a.example.org", 8443))
	require.EqualError(t, narrow.Reach("https", "a.example.org", 443), "https://a.example.org is not granted: the policy /etc/mmpy.yaml does not allow it to this plugin")
	require.Equal(t, []grant.Host{{Pattern: "api.example.com"}, {Pattern: "*.example.org", Port: 8443}}, narrow.Hosts)
	require.Equal(t, grant.Closed, narrow.OnFailure)
	require.Equal(t, []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00::/8")}, narrow.Networks)
	require.True(t, narrow.Proxy)

	hooks := under(t, policy, "com.example.hooks", all) // ids are in lower case
	require.Nil(t, hooks.Hook(abi.HookMessageWillBePosted))
	require.EqualError(t, hooks.Hook(abi.HookExecuteCommand), "the hook ExecuteCommand is not granted: the policy /etc/mmpy.yaml does not allow it to this plugin")
	require.Nil(t, hooks.Hook(abi.HookOnActivate), "which every plugin has")
	require.NotNil(t, hooks.Call(abi.GetSession))
}

func TestAPolicyGrantsNothingThatTheManifestDoesNotAskFor(t *testing.T) {
	g := under(t, `{"default": {"allow": {"api": ["*"], "http": ["*"], "hooks": ["*"]}}}`, "abc", `{"api": ["kv"], "hooks": [], "http": ["example.com"]}`)
	require.Len(t, granted(g), 9)
	require.EqualError(t, g.Call(abi.CreatePost), `CreatePost is not granted: the manifest asks neither for it nor for its group "posts:write"`)
	require.NotNil(t, g.Hook(abi.HookUserWillLogIn))
	require.Equal(t, []grant.Host{{Pattern: "example.com"}}, g.Hosts)
	require.NotNil(t, g.Reach("https", "example.org", 443))
}

func TestNobodyGetsWhatAnAdministratorHasNotAllowed(t *testing.T) {
	g := under(t, `default: {allow: {api: [], hooks: [], http: []}}`, "abc", `{"api": ["*"], "http": ["*"]}`)
	require.Empty(t, granted(g))
	require.EqualError(t, g.Call(abi.CreatePost), "CreatePost is not granted: the policy /etc/mmpy.yaml does not allow it to all plugins")
	require.Empty(t, g.Hosts)
	require.NotNil(t, g.Reach("https", "example.com", 443))
	require.NotNil(t, g.Hook(abi.HookMessageWillBePosted))
}

func TestMistakesInAPolicy(t *testing.T) {
	for text, want := range map[string]string{
		"":                                     "p.yaml:1: is empty: a policy that changes nothing is {}",
		"[]":                                   "p.yaml:1: must be an object, not a list",
		"default:":                             "p.yaml:1: default: must be an object, not nothing",
		"defaults: {}":                         "p.yaml:1: defaults: there is no such field: do you mean default?",
		"x: {}":                                "p.yaml:1: x: there is no such field; allowed: default, plugins",
		"default: {}\ndefault: {}":             "p.yaml:2: default: is there twice",
		"default: {}\n---\ndefault: {}":        "p.yaml:2: a policy is one document, and there is a second one",
		"default: {denies: {}}":                "p.yaml:1: default.denies: there is no such field: do you mean deny?",
		"default:\n  deny:\n    api: sessions": `p.yaml:3: default.deny.api: must be a list, not "sessions"`,
		"default:\n  deny:\n    api:":          "p.yaml:3: default.deny.api: must be a list, not nothing",
		"default:\n  deny:\n    api:\n    - kv\n    - session": `p.yaml:5: default.deny.api[1]: "session" is no method or group of methods: do you mean "sessions"?`,
		"default: {deny: {api: [[kv]]}}":                       `p.yaml:1: default.deny.api[0]: is empty; allowed: names such as "CreatePost", groups such as "posts:write", "default" and "*"`,
		"default: {deny: {hooks: [OnActivate]}}":               `p.yaml:1: default.deny.hooks[0]: "OnActivate" cannot be denied: it is how a plugin is started and ended`,
		"default: {allow: {http: ['http://a']}}":               `p.yaml:1: default.allow.http[0]: "http://a" is no host but an address of a page: write "a"`,
		"default: {on_failure: shut}":                          `p.yaml:1: default.on_failure: "shut" is not allowed, only open and closed`,
		"default: {on_failure: }":                              `p.yaml:1: default.on_failure: "" is not allowed, only open and closed`,
		"default: {networks: [10.0.0.0]}":                      `p.yaml:1: default.networks[0]: "10.0.0.0" is no network: an address and the length of its prefix, such as 10.1.0.0/16`,
		"default: {networks: [10.0.0.1/8]}":                    `p.yaml:1: default.networks[0]: "10.0.0.1/8" is an address in the network 10.0.0.0/8: write that`,
		"default: {proxy: maybe}":                              "p.yaml:1: default.proxy: must be true or false",
		"plugins: {a b: {}}":                                   "p.yaml:1: plugins.a b: is not the id of a plugin",
		"plugins: [abc]":                                       "p.yaml:1: plugins: must be an object, not a list",
		"plugins: {abc: &a {}, abcd: *a}":                      "p.yaml:1: plugins.abcd: must be an object, not an alias, which policies have not",
		"default: {\n  proxy: 3,\n  on_failure: 3}":            "p.yaml:2: default.proxy: must be true or false\np.yaml:3: default.on_failure: \"3\" is not allowed, only open and closed",
		"a: b: c":      "p.yaml is not YAML: mapping values are not allowed in this context",
		"default: {\n": "p.yaml is not YAML: line 1: did not find expected node content",
	} {
		_, err := grant.ParsePolicy("p.yaml", []byte(text))
		require.EqualError(t, err, want, text)
	}
	_, err := grant.ParsePolicy("p.yaml", []byte("#"+strings.Repeat(" ", 1<<20)))
	require.EqualError(t, err, "p.yaml:1: is larger than 1 MiB")
}

func TestAPolicyIsReadFromAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "policy.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"plugins": {"com.example.a": {}, "abc": {"on_failure": "open"}}}`), 0o600))
	p, err := grant.OpenPolicy(file)
	require.NoError(t, err)
	require.Equal(t, []string{"abc", "com.example.a"}, p.Plugins())
	_, err = grant.OpenPolicy(file + ".none")
	require.ErrorIs(t, err, os.ErrNotExist)
}

// FuzzPolicy reads what is no policy: it must be an error, and nothing worse.
func FuzzPolicy(f *testing.F) {
	f.Add([]byte(policy))
	f.Add([]byte("default: {deny: {api: [kv]}}"))
	f.Add([]byte("? [a]\n: b"))
	f.Add([]byte("<<: {}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := grant.ParsePolicy("p", text)
		if err != nil {
			require.Nil(t, p)
			return
		}
		_, err = grant.Of("abc", grant.Permissions{}, nil, p)
		require.NoError(t, err)
	})
}
