package convert

import (
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

func TestAnAutocompleteArgumentKeepsItsData(t *testing.T) {
	for name, data := range map[string]any{
		"none":         nil,
		"text":         &model.AutocompleteTextArg{Hint: "[name]", Pattern: ".*"},
		"static list":  &model.AutocompleteStaticListArg{PossibleArguments: []model.AutocompleteListItem{{Item: "on", Hint: "h", HelpText: "help"}}},
		"dynamic list": &model.AutocompleteDynamicListArg{FetchURL: "/names"},
		"other":        map[string]any{"any": "thing"},
	} {
		t.Run(name, func(t *testing.T) {
			arg := &model.AutocompleteArg{Name: "who", HelpText: "whom to greet", Type: "TextInput", Required: true, Data: data}
			require.Equal(t, arg, AutocompleteArgFromProto(AutocompleteArgToProto(arg)))
		})
	}
	require.Nil(t, AutocompleteArgToProto(nil))
	require.Nil(t, AutocompleteArgFromProto(nil))
}
