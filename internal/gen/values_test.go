package main

import (
	"go/types"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/compiler/protogen"
)

func TestTheRuleBetweenGoTypesAndFields(t *testing.T) {
	c := spoiled(t, func(*contract) {})
	field := func(message, name string) *protogen.Field {
		fields := c.message(message).Fields
		return fields[slices.IndexFunc(fields, func(f *protogen.Field) bool { return string(f.Desc.Name()) == name })]
	}
	model := func(name string) types.Type { return c.mattermost.model.Scope().Lookup(name).Type() }
	text, number := types.Typ[types.String], types.Typ[types.Int]
	rule := &valueRule{prefix: "convert.", written: writtenFuncs{}, need: func(conversionName) {}, shares: true}

	for name, test := range map[string]struct {
		goType               types.Type
		field                *protogen.Field
		fromProto, intoProto string
	}{
		"the same type":                          {text, field("User", "id"), "m.GetId()", "x"},
		"a number of another size":               {number, field("User", "failed_attempts"), "int(m.GetFailedAttempts())", "convert.Int32(x)"},
		"a text with a name":                     {model("GroupSource"), field("Group", "source"), "model.GroupSource(m.GetSource())", "string(x)"},
		"a text that the contract may leave out": {text, field("Reaction", "channel_id"), "m.GetChannelId()", "convert.NilIfZero(x)"},
		"a pointer that the contract may leave out": {
			types.NewPointer(text), field("BotPatch", "username"), "convert.Pointer(m.Username)", "x",
		},
		"such a pointer to a text with a name": {
			types.NewPointer(model("GroupSource")), field("BotPatch", "username"),
			"convert.TextPointer[model.GroupSource](m.Username)", "convert.TextPointer[string](x)",
		},
		"a pointer that the contract cannot leave out": {
			types.NewPointer(text), field("Bot", "username"), "convert.NilIfZero(m.GetUsername())", "convert.ZeroIfNil(x)",
		},
		"a list of texts": {types.NewSlice(text), field("ViewUsersRestrictions", "teams"), "m.GetTeams()", "x"},
		"a list of pointers to models": {
			types.NewSlice(types.NewPointer(model("User"))), field("Post", "participants"),
			"convert.List(m.GetParticipants(), convert.UserFromProto)", "convert.List(x, convert.UserToProto)",
		},
		"a list of models": {
			types.NewSlice(model("User")), field("Post", "participants"),
			"convert.Structs(m.GetParticipants(), convert.UserFromProto)", "convert.Values(x, convert.UserToProto)",
		},
		"a model": {
			model("Post"), field("CreatePostRequest", "post"), "convert.ZeroIfNil(convert.PostFromProto(m.GetPost()))", "convert.PostToProto(&x)",
		},
		"a map of models": {
			types.NewMap(text, types.NewPointer(model("Post"))), field("PostList", "posts"),
			"convert.Table(m.GetPosts(), convert.PostFromProto)", "convert.Table(x, convert.PostToProto)",
		},
		"anything by name": {
			model("StringInterface"), field("Post", "props"), "convert.StructFromProto(m.GetProps(), m.GetPropsNumbers()...)", "convert.StructToProto(x)",
		},
		"bytes": {types.NewSlice(types.Typ[types.Byte]), field("FileData", "data"), "m.GetData()", "x"},
		"bytes that may be empty": {
			types.NewSlice(types.Typ[types.Byte]), field("KVSetRequest", "value"), "convert.GivenBytes(m.GetValue(), m.ValueExact)", "x",
		},
		"lists of texts by name": {
			model("PostSearchMatches"), field("PostSearchResults", "matches"), "convert.StringListsFromProto(m.GetMatches())", "convert.StringListsToProto(x)",
		},
		"a pointer to bytes": {
			types.NewPointer(types.NewSlice(types.Typ[types.Byte])), field("FileInfo", "mini_preview"), "convert.BytesPointer(m.GetMiniPreview())", "convert.BytesOf(x)",
		},
		"a number in a message of its own": {
			types.NewPointer(number), field("MessagesLimits", "history"), "convert.Int32ValueFromProto(m.GetHistory())", "convert.Int32ValueToProto(x)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := rule.fromProto(test.goType, "m", test.field)
			require.NoError(t, err)
			require.Equal(t, test.fromProto, got)
			got, err = rule.toProto(test.goType, "x", test.field)
			require.NoError(t, err)
			require.Equal(t, test.intoProto, got)
		})
	}

	for name, test := range map[string]struct {
		goType types.Type
		field  *protogen.Field
	}{
		"a number and a text":        {number, field("User", "id")},
		"a flag and a number":        {types.Typ[types.Bool], field("User", "failed_attempts")},
		"a list and a text":          {types.NewSlice(text), field("User", "id")},
		"a text and a list":          {text, field("ViewUsersRestrictions", "teams")},
		"a text and a message":       {text, field("CreatePostRequest", "post")},
		"a text and bytes":           {text, field("KVSetRequest", "value")},
		"numbers and texts in lists": {types.NewSlice(number), field("ViewUsersRestrictions", "teams")},
		"a map by number":            {types.NewMap(number, text), field("User", "props")},
		"an enum without a function": {text, field("Team", "type")},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := rule.fromProto(test.goType, "m", test.field)
			require.Error(t, err)
			_, err = rule.toProto(test.goType, "x", test.field)
			require.Error(t, err)
		})
	}
}

func TestTheRuleForCompanions(t *testing.T) {
	c := spoiled(t, func(*contract) {})
	field := func(message, name string) *protogen.Field {
		fields := c.message(message).Fields
		return fields[slices.IndexFunc(fields, func(f *protogen.Field) bool { return string(f.Desc.Name()) == name })]
	}
	model := func(name string) types.Type { return c.mattermost.model.Scope().Lookup(name).Type() }
	written := writtenFuncs{"channelTypeToProto": {}, "channelTypeFromProto": {}}
	rule := &valueRule{written: written, need: func(conversionName) {}}

	for name, test := range map[string]struct {
		goType    types.Type
		field     *protogen.Field
		fromProto string
		assigns   []string // fields and value
	}{
		"numbers of anything": {
			model("StringInterface"), field("Post", "props"),
			"StructFromProto(m.GetProps(), m.GetPropsNumbers()...)", []string{"Props PropsNumbers = StructAndNumbers(x)"},
		},
		"a text for an enum": {
			model("ChannelType"), field("Channel", "type"),
			"Exact(m.TypeExact != nil, model.ChannelType(m.GetTypeExact()), m.GetType(), channelTypeToProto, channelTypeFromProto)",
			[]string{"Type = channelTypeToProto(x)", "TypeExact = Unless(channelTypeFromProto(channelTypeToProto(x)) == x, string(x))"},
		},
		"a pointer": {
			types.NewPointer(types.Typ[types.Int]), field("SearchParameter", "page"), "Given(int(m.GetPage()), m.PageExact)",
			[]string{"Page = Int32(ZeroIfNil(x))", "PageExact = Empty[int32](x)"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := rule.fromProto(test.goType, "m", test.field)
			require.NoError(t, err)
			require.Equal(t, test.fromProto, got)
			assigned, err := rule.assignments(test.goType, "x", test.field)
			require.NoError(t, err)
			var assigns []string
			for _, a := range assigned {
				text := ""
				for _, f := range a.fields {
					text += f.GoName + " "
				}
				assigns = append(assigns, text+"= "+a.value)
			}
			require.Equal(t, test.assigns, assigns)
		})
	}

	for name, test := range map[string]struct {
		goType types.Type
		field  *protogen.Field
	}{
		"numbers of a text":                  {types.Typ[types.String], field("Post", "props")},
		"a companion of another type":        {types.NewPointer(types.Typ[types.Bool]), field("SearchParameter", "page")},
		"a companion that no rule is for":    {types.Typ[types.String], field("OAuthApp", "callback_urls")},
		"a value that needs no pointer's":    {types.Typ[types.Int], field("SearchParameter", "page")},
		"a time with a companion of another": {types.Typ[types.Int64], field("CustomStatus", "expires_at")},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := rule.fromProto(test.goType, "m", test.field)
			require.Error(t, err)
			_, err = rule.assignments(test.goType, "x", test.field)
			require.Error(t, err)
		})
	}
}
