package crossing

import (
	"bytes"
	"encoding/gob"
	"maps"
	"os"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"
)

// converts says whether there are conversions of a type.
func converts(t reflect.Type) bool {
	return slices.ContainsFunc(Pairs, func(pair Pair) bool { return pair.Model == t })
}

func TestEveryModelThatCrossesHasItsConversions(t *testing.T) {
	types := Types()
	require.Greater(t, len(types), 100, "the signatures were walked")
	unneeded := map[reflect.Type]bool{}
	for of := range InParts {
		unneeded[of] = true
	}
	for _, of := range types {
		ok := converts(of)
		_, excused := InParts[of]
		require.NotEqual(t, excused, ok, "%s: has conversions: %v, is in InParts: %v", of, ok, excused)
		delete(unneeded, of)
	}
	require.Empty(t, unneeded, "InParts lists what does not cross")
}

func TestAModelWithoutConversionsIsFound(t *testing.T) {
	type inner struct{ Name string }
	type Novel struct{ Inner []map[string]*inner }
	type more interface{ Dance(*Novel) }
	types := typesIn(reflect.TypeFor[more]())
	require.Subset(t, types, []reflect.Type{reflect.TypeFor[Novel](), reflect.TypeFor[inner]()})
	ok := converts(reflect.TypeFor[Novel]())
	require.False(t, ok)
}

func TestModelsCrossWithoutLoss(t *testing.T) {
	for _, pair := range Pairs {
		t.Run(pair.Model.Name(), rapid.MakeCheck(func(t *rapid.T) {
			full := rapid.Bool().Draw(t, "full")
			want := Draw(t, pair.Model, full)
			message := pair.ToProto(want)
			got := pair.FromProto(message)
			require.Empty(t, Excused(Differences(want, got)))
			if !message.ProtoReflect().IsValid() { // an empty preference
				return
			}

			encoded, err := proto.Marshal(message)
			require.NoError(t, err)
			decoded := message.ProtoReflect().New().Interface()
			require.NoError(t, proto.Unmarshal(encoded, decoded))
			require.True(t, proto.Equal(message, decoded))
			got = pair.FromProto(decoded)
			require.Empty(t, Excused(Differences(want, got)))

			requireGob(t, got)
		}))
	}
}

// requireGob checks that net/rpc carries a model to Mattermost, whose types package plugin has registered.
func requireGob(t *rapid.T, value any) {
	var buffer bytes.Buffer
	require.NoError(t, gob.NewEncoder(&buffer).Encode(value))
	arrived := reflect.New(reflect.TypeOf(value).Elem()).Interface()
	require.NoError(t, gob.NewDecoder(&buffer).Decode(arrived))
}

func TestModelsWithNothingInThemCross(t *testing.T) {
	for _, pair := range Pairs {
		want := reflect.New(pair.Model).Interface()
		require.Empty(t, Excused(Differences(want, pair.FromProto(pair.ToProto(want)))), pair.Model)
	}
}

func TestEveryExceptionIsNeeded(t *testing.T) {
	unneeded := maps.Clone(Exceptions)
	for _, pair := range Pairs {
		examples := []any{reflect.New(pair.Model).Interface()}
		for seed := range 30 {
			full := rapid.Custom(func(t *rapid.T) any { return Draw(t, pair.Model, seed%2 == 0) })
			examples = append(examples, full.Example(seed))
		}
		for _, want := range examples {
			for _, d := range Differences(want, pair.FromProto(pair.ToProto(want))) {
				delete(unneeded, d.Field)
			}
		}
	}
	require.Empty(t, slices.Sorted(maps.Keys(unneeded)), "Exceptions lists fields that arrive as they were")
}

func TestTheDocumentationTellsEveryException(t *testing.T) {
	text, err := os.ReadFile("../../../docs/not-carried.md")
	require.NoError(t, err)
	for field := range Exceptions {
		require.Contains(t, string(text), "`"+field+"`")
	}
}
