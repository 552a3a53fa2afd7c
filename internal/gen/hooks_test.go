package main

import (
	"go/token"
	"go/types"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/compiler/protogen"
)

// hookRPC finds a hook of the contract.
func hookRPC(c *contract, name string) *protogen.Method {
	return c.hooks.Methods[slices.IndexFunc(c.hooks.Methods, func(m *protogen.Method) bool { return m.GoName == name })]
}

// restore puts a table back after the test.
func restore[M ~map[string]V, V any](t *testing.T, table *M) {
	whole := *table
	*table = maps.Clone(whole)
	t.Cleanup(func() { *table = whole })
}

func TestGenerationNamesTheHooksThatHaveNoCounterpart(t *testing.T) {
	for name, test := range map[string]struct {
		spoil func(*contract)
		says  string
	}{
		"a hook of a later Mattermost": {
			func(c *contract) {
				method := types.NewFunc(token.NoPos, c.mattermost.plugin, "UserWillSneeze", types.NewSignatureType(nil, nil, nil, nil, nil, false))
				hooks := c.mattermost.plugin.Scope().Lookup("Hooks").Type()
				c.mattermost.hooks = types.NewInterfaceType([]*types.Func{method}, []types.Type{hooks}).Complete()
			},
			"plugin.Hooks' UserWillSneeze has no RPC: add one to the contract",
		},
		"an RPC without a hook": {
			func(c *contract) { hookRPC(c, "UserWillLogIn").GoName = "UserWillSneeze" },
			"plugin.Hooks has no method UserWillSneeze",
		},
		"a parameter without a field": {
			func(c *contract) {
				in := hookRPC(c, "FileWillBeDownloaded").Input
				in.Fields = without(in.Fields, "user_id")
			},
			"FileWillBeDownloaded: the parameter userID string has no field in FileWillBeDownloadedRequest",
		},
		"a field without a parameter": {
			func(c *contract) {
				in := hookRPC(c, "OnWebSocketConnect").Input
				in.Fields = append(in.Fields, hookRPC(c, "RunDataRetention").Input.Fields[1])
			},
			"OnWebSocketConnect: the field mattermost.pluginapi.v1.RunDataRetentionRequest.now_time has no parameter",
		},
		"a parameter of another type than its field": {
			func(c *contract) {
				in := hookRPC(c, "OnSharedChannelsPing").Input
				hookRPC(c, "UserHasLoggedIn").Input.Fields[2] = in.Fields[1]
			},
			"UserToProto is needed of mattermost.pluginapi.v1.User and of mattermost.pluginapi.v1.RemoteCluster",
		},
		"an answer of an unknown kind": {
			func(c *contract) {
				hookRPC(c, "UserWillLogIn").Output.Fields = hookRPC(c, "OnSharedChannelsPing").Output.Fields
			},
			"UserWillLogIn: no rule for an answer of (string) in UserWillLogInResponse (healthy): write it into hookAnswers",
		},
		"a replacement of another type": {
			func(c *contract) {
				out := hookRPC(c, "TeamMemberWillBeAdded").Output
				out.Fields[0] = c.message("MessageWillBePostedResponse").Fields[0]
				delete(replacementMarks, "TeamMember")
			},
			"TeamMemberWillBeAdded: a Post holds values of any type: write TeamMemberOnto",
		},
	} {
		t.Run(name, func(t *testing.T) {
			restore(t, &replacementMarks)
			_, err := conversions(spoiled(t, test.spoil))
			require.ErrorContains(t, err, test.says)
		})
	}
}

func TestTheTablesOfHooksHoldEverythingThatIsNeededAndNothingElse(t *testing.T) {
	c := spoiled(t, func(*contract) {})
	for name, test := range map[string]struct {
		change func(t *testing.T)
		says   string
	}{
		"no mark of a message": {
			func(t *testing.T) { restore(t, &replacementMarks); delete(replacementMarks, "Draft") },
			"DraftWillBeUpserted: replacementMarks does not say how Python knows a Draft",
		},
		"an answer of no hook": {
			func(t *testing.T) { restore(t, &hookAnswers); hookAnswers["BrewCoffee"] = reject },
			"hookAnswers lists BrewCoffee, which nothing needs",
		},
		"a mark of no message": {
			func(t *testing.T) { restore(t, &replacementMarks); replacementMarks["Cup"] = "size" },
			"replacementMarks lists Cup, which nothing needs",
		},
		"parameters of no hook": {
			func(t *testing.T) { restore(t, &pythonParameters); pythonParameters["BrewCoffee"] = nil },
			"pythonParameters lists BrewCoffee, which nothing needs",
		},
		"fields of no hook": {
			func(t *testing.T) { restore(t, &pythonFields); pythonFields["BrewCoffee"] = nil },
			"pythonFields lists BrewCoffee, which nothing needs",
		},
		"a result of no hook": {
			func(t *testing.T) { restore(t, &unchangedResults); unchangedResults["BrewCoffee"] = "cup" },
			"unchangedResults lists BrewCoffee, which nothing needs",
		},
		"a merge of no hook": {
			func(t *testing.T) { restore(t, &decodedIntoSent); decodedIntoSent["BrewCoffee"] = "the cup" },
			"decodedIntoSent lists BrewCoffee, which nothing needs",
		},
		"a text of no hook": {
			func(t *testing.T) {
				whole := hookGroups
				t.Cleanup(func() { hookGroups = whole })
				hookGroups = append(slices.Clone(whole), hookGroup{"Kitchen", []hookDoc{{"BrewCoffee", "brews"}}})
			},
			"hookGroups lists BrewCoffee, which nothing needs",
		},
		"a hook without a text": {
			func(t *testing.T) {
				whole := hookGroups
				t.Cleanup(func() { hookGroups = whole })
				hookGroups = whole[1:]
			},
			"OnInstall: hookGroups does not say what it is for",
		},
	} {
		t.Run(name, func(t *testing.T) {
			test.change(t)
			_, err := hookAdapters(c)
			require.ErrorContains(t, err, test.says)
		})
	}
}

func TestValuesOfAnyTypeNeedAWayBackOntoTheOriginal(t *testing.T) {
	c := spoiled(t, func(*contract) {})
	root, err := moduleRoot()
	require.NoError(t, err)
	w, err := newAdapterWriter(c, root, func(conversionName) {})
	require.NoError(t, err)
	delete(w.ontos, "ChannelOnto")
	require.ErrorContains(t, w.write(), "ChannelWillBeUpdated: a Channel holds values of any type: write ChannelOnto in server/internal/convert")
}

func TestEveryHookHasAMinimumVersion(t *testing.T) {
	c := spoiled(t, func(*contract) {})
	hooks, err := readHooks(c)
	require.NoError(t, err)
	versions, err := hookVersions(c, hooks)
	require.NoError(t, err)
	require.Len(t, versions, len(hooks))
	require.Equal(t, "5.2", versions["OnActivate"])
	require.Equal(t, "11.0", versions["EmailNotificationWillBeSent"])

	restore(t, &minimumVersions)
	minimumVersions["OnActivate"] = ""
	minimumVersions["BrewCoffee"] = "1.0"
	_, err = hookVersions(c, hooks)
	require.ErrorContains(t, err, "OnActivate: Mattermost's comment has no minimum server version")
	require.ErrorContains(t, err, "minimumVersions lists BrewCoffee, which nothing needs")
}

func TestVersionsAreReadFromComments(t *testing.T) {
	require.Equal(t, "11.9", versionIn("Sneezes.\n\nMinimum server version: 11.9\n"))
	require.Equal(t, "10.11.2", versionIn("Minimum server version: 10.11.2"))
	require.Empty(t, versionIn("Minimum server version: soon"))
	require.Empty(t, versionIn("Sneezes."))
}
