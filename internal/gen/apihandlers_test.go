package main

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/compiler/protogen"
)

// spoiled gives the contract after something was taken from it.
func spoiled(t *testing.T, spoil func(*contract)) *contract {
	t.Helper()
	root, err := moduleRoot()
	require.NoError(t, err)
	c, err := readContract(t.Context(), root)
	require.NoError(t, err)
	spoil(c)
	return c
}

// rpc finds a method of the API.
func rpc(c *contract, name string) *protogen.Method {
	return c.api.Methods[slices.IndexFunc(c.api.Methods, func(m *protogen.Method) bool { return m.GoName == name })]
}

// without gives the fields but for the one of a name.
func without(fields []*protogen.Field, name string) []*protogen.Field {
	return slices.DeleteFunc(slices.Clone(fields), func(f *protogen.Field) bool { return string(f.Desc.Name()) == name })
}

func TestGenerationNamesWhatHasNoCounterpart(t *testing.T) {
	for name, test := range map[string]struct {
		spoil func(*contract)
		says  string
	}{
		"a method without an RPC": {
			func(c *contract) {
				c.api.Methods = slices.DeleteFunc(c.api.Methods, func(m *protogen.Method) bool { return m.GoName == "GetUser" })
			},
			"plugin.API's GetUser has no RPC",
		},
		"an RPC without a method": {
			func(c *contract) { rpc(c, "GetUser").GoName = "BrewCoffee" },
			"plugin.API has no method BrewCoffee",
		},
		"a parameter without a field": {
			func(c *contract) { in := rpc(c, "GetChannelByName").Input; in.Fields = without(in.Fields, "team_id") },
			"GetChannelByName: the parameter teamID string has no field in GetChannelByNameRequest",
		},
		"a field without a parameter": {
			func(c *contract) {
				in := rpc(c, "GetTeam").Input
				in.Fields = append(in.Fields, rpc(c, "GetChannelByName").Input.Fields...)
			},
			"GetTeam: the field mattermost.pluginapi.v1.GetChannelByNameRequest.name has no parameter",
		},
		"a stream without the bytes that it stands for": {
			func(c *contract) { in := rpc(c, "UploadData").Input; in.Fields = without(in.Fields, "data") },
			"UploadData: streamFields lists UploadData.data_stream, which is no uint32 beside the bytes data",
		},
		"a parameter of another type than its field": {
			func(c *contract) { rpc(c, "GetUser").Input.Fields = rpc(c, "CreateUser").Input.Fields },
			"GetUser: parameter userID: the rule knows no way between the Go type string and the field " +
				"mattermost.pluginapi.v1.CreateUserRequest.user (mattermost.pluginapi.v1.User)",
		},
		"a result without a field": {
			func(c *contract) { out := rpc(c, "GetUser").Output; out.Fields = without(out.Fields, "user") },
			"GetUser: 1 results, but 0 fields in GetUserResponse",
		},
		"a result of another type than its field": {
			func(c *contract) { rpc(c, "GetUser").Output.Fields = rpc(c, "GetFile").Output.Fields },
			"GetUser: result 1: the rule knows no way between the Go type *model.User and the field mattermost.pluginapi.v1.GetFileResponse.data (bytes)",
		},
		"a model's field without one in the contract": {
			func(c *contract) { user := c.message("User"); user.Fields = without(user.Fields, "locale") },
			"UserFromProto: the field User.Locale (string) has none in mattermost.pluginapi.v1.User",
		},
		"a field of the contract without one in the model": {
			func(c *contract) {
				user := c.message("User")
				user.Fields = append(user.Fields, c.message("Team").Fields[11])
			},
			"UserToProto: the field mattermost.pluginapi.v1.Team.invite_id has none in model.User",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := conversions(spoiled(t, test.spoil))
			require.ErrorContains(t, err, test.says)
		})
	}
}

func TestTheTablesOfOverridesHoldNothingThatIsNotNeeded(t *testing.T) {
	missing, hand, absent, streams := notInContract, byHand, fieldsNotInContract, streamFields
	never, second, companions := neverNil, secondMessages, otherCompanions
	reset := func() {
		notInContract, byHand, fieldsNotInContract, streamFields = missing, hand, absent, streams
		neverNil, secondMessages, otherCompanions = never, second, companions
	}
	t.Cleanup(reset)
	c := spoiled(t, func(*contract) {})

	notInContract = append(slices.Clone(missing), "GetUser")
	_, err := apiHandlers(c)
	require.ErrorContains(t, err, "notInContract lists GetUser, which has an RPC now")

	reset()
	byHand = maps.Clone(hand)
	byHand["BrewCoffee"] = "too hot"
	_, err = apiHandlers(c)
	require.ErrorContains(t, err, "byHand lists BrewCoffee, which nothing needs")

	reset()
	streamFields = maps.Clone(streams)
	streamFields["GetUser.user_stream"] = "user"
	_, err = apiHandlers(c)
	require.ErrorContains(t, err, "streamFields lists GetUser.user_stream, which nothing needs")

	reset()
	fieldsNotInContract = maps.Clone(absent)
	fieldsNotInContract["Bot"] = []string{"Username", "Colour"}
	_, err = conversions(c)
	require.ErrorContains(t, err, "fieldsNotInContract lists Bot.Username, which is there now")
	require.ErrorContains(t, err, "fieldsNotInContract lists Bot.Colour, which the model has not")

	reset()
	neverNil = maps.Clone(never)
	neverNil["Coffee"] = true
	secondMessages = maps.Clone(second)
	secondMessages["Espresso"] = "Coffee"
	_, err = conversions(c)
	require.ErrorContains(t, err, "neverNil lists Coffee, which nothing needs")
	require.ErrorContains(t, err, "secondMessages lists Espresso, which nothing needs")

	reset()
	otherCompanions = maps.Clone(companions)
	otherCompanions["Bot.username"] = "usernames"
	_, err = apiHandlers(c)
	require.ErrorContains(t, err, "otherCompanions lists Bot.username and usernames, which the contract has not")
}

func TestPlainNamesMatchAcrossSpellings(t *testing.T) {
	for _, name := range []string{"user_id_1", "userID1", "UserId1"} {
		require.Equal(t, "userid1", plainName(name))
	}
}
