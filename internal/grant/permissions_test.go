package grant_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/internal/grant"
)

func TestMistakesInPermissions(t *testing.T) {
	for text, want := range map[string][]string{
		`null`:                       {`: must be an object, such as {"api": ["default", "sessions"], "http": ["example.com"]}`},
		`["posts:read"]`:             {`: must be an object, such as {"api": ["default", "sessions"], "http": ["example.com"]}`},
		`{"apis": []}`:               {"apis: there is no such field; allowed: api, hooks, http"},
		`{"api": "posts:read"}`:      {"api: must be an array of strings"},
		`{"api": null}`:              {"api: must be an array of strings"},
		`{"hooks": [1]}`:             {"hooks: must be an array of strings"},
		`{"api": ["post:read", ""]}`: {`api[0]: "post:read" is no method or group of methods: do you mean "posts:read"?`, `api[1]: is empty; allowed: names such as "CreatePost", groups such as "posts:write", "default" and "*"`},
		`{"api": ["create_post"]}`:   {`api[0]: "create_post" is no method or group of methods: do you mean "CreatePost"?`},
		`{"api": ["kv", "kv"]}`:      {`api[1]: "kv" is listed twice`},
		`{"hooks": ["MessageWillBePost", "Implemented"]}`: {
			`hooks[0]: "MessageWillBePost" is no hook: do you mean "MessageWillBePosted"?`,
			`hooks[1]: "Implemented" is no hook; allowed: names such as "MessageWillBePosted", and "*"`,
		},
		`{"http": ["https://example.com"]}`:             {`http[0]: "https://example.com" is no host but an address of a page: write "example.com"`},
		`{"api": ["*"], "http": ["*"], "hooks": ["*"]}`: nil,
		`{}`: nil,
	} {
		var mistakes []string
		grant.ParsePermissions([]byte(text), func(where, what string) { mistakes = append(mistakes, where+": "+what) })
		require.Equal(t, want, mistakes, text)
	}
}

// parsed gives permissions that have no mistakes.
func parsed(t *testing.T, text string) grant.Permissions {
	t.Helper()
	return grant.ParsePermissions([]byte(text), func(where, what string) { t.Errorf("%s: %s", where, what) })
}

// granted counts what a grant lets through.
func granted(g *grant.Grant) (methods []abi.Method) {
	for i := range abi.Methods {
		if g.Call(abi.Method(i)) == nil {
			methods = append(methods, abi.Method(i))
		}
	}
	return methods
}

func TestAManifestThatSaysNothingGetsTheDefaultSet(t *testing.T) {
	g, err := grant.Of("abc", parsed(t, `{}`), nil, nil)
	require.NoError(t, err)
	for i := range abi.Methods {
		method := abi.Method(i)
		require.Equal(t, grant.Sensitive(method), g.Call(method) != nil, method)
	}
	for i := range abi.Hooks {
		require.Nil(t, g.Hook(abi.Hook(i)))
	}
	require.Empty(t, g.Hosts)
	require.EqualError(t, g.Reach("https", "example.com", 443), "https://example.com is not granted: the manifest does not ask for it")
	require.Equal(t, grant.Open, g.OnFailure)
	require.Equal(t, grant.DefaultLimits(), g.Limits)
	require.EqualError(t, g.Call(abi.CreateSession), `CreateSession is not granted: the manifest asks neither for it nor for its group "sessions"`)
}

func TestAnEmptyListGrantsNothing(t *testing.T) {
	g, err := grant.Of("abc", parsed(t, `{"api": [], "hooks": []}`), nil, nil)
	require.NoError(t, err)
	require.Empty(t, granted(g))
	require.Len(t, g.Denied(), len(abi.Methods))
	for i := range abi.Hooks {
		hook := abi.Hook(i)
		require.Equal(t, grant.Always(hook), g.Hook(hook) == nil, hook)
	}
	require.EqualError(t, g.Hook(abi.HookUserWillLogIn), "the hook UserWillLogIn is not granted: the manifest does not ask for it")
}

func TestEachGroupGrantsItsMethodsAndNoOthers(t *testing.T) {
	for _, group := range grant.Groups() {
		g, err := grant.Of("abc", grant.Permissions{API: []string{group.Name}}, nil, nil)
		require.NoError(t, err)
		require.ElementsMatch(t, group.Methods, granted(g), group.Name)
	}
}

func TestEverythingIsGranted(t *testing.T) {
	all, err := grant.Of("abc", parsed(t, `{"api": ["*"], "http": ["*"], "hooks": ["*"]}`), nil, nil)
	require.NoError(t, err)
	for _, g := range []*grant.Grant{grant.Everything("abc"), all} {
		require.Len(t, granted(g), len(abi.Methods))
		require.Empty(t, g.Denied())
		require.Nil(t, g.Hook(abi.HookUserWillLogIn))
		require.Nil(t, g.Reach("https", "example.com", 443))
		require.NotNil(t, g.Reach("https", "example.com", 22))
	}
}

func TestAGrantedCallAllocatesNothing(t *testing.T) {
	g := grant.Everything("abc")
	require.Zero(t, testing.AllocsPerRun(100, func() { _ = g.Call(abi.CreatePost) }))
}
