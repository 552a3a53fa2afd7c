package convert

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"math"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	_ "github.com/mattermost/mattermost/server/public/plugin" // registers the types that net/rpc carries
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/structpb"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

func TestIntegersStayExact(t *testing.T) {
	for name, test := range map[string]struct{ in, out any }{
		"the last that a double has":       {int64(1 << 53), float64(1 << 53)},
		"the first that it has not":        {int64(1<<53 + 1), int64(1<<53 + 1)},
		"the same below zero":              {-(1<<53 + 1), int64(-(1<<53 + 1))},
		"one that it has, in other digits": {int64(math.MinInt64), int64(math.MinInt64)},
		"the greatest of int64":            {int64(math.MaxInt64), int64(math.MaxInt64)},
		"the greatest of uint64":           {uint64(math.MaxUint64), uint64(math.MaxUint64)},
		"one of JSON's":                    {json.Number("9007199254740993"), int64(9007199254740993)},
		"one that net/rpc has no type for": {json.Number("18446744073709551617"), 18446744073709551617.0},
		"a fraction of JSON's":             {json.Number("0.1"), 0.1},
		"what is no number":                {json.Number("many"), "many"},
		"one in a list":                    {[]any{1, int64(math.MaxInt64)}, []any{1.0, int64(math.MaxInt64)}},
		"deep inside":                      {map[string]any{"a": []any{"x", map[string]any{"b": int64(math.MaxInt64)}}}, map[string]any{"a": []any{"x", map[string]any{"b": int64(math.MaxInt64)}}}},
		"in a struct":                      {struct{ N int64 }{math.MaxInt64}, map[string]any{"N": int64(math.MaxInt64)}},
		"in a list of integers":            {[]int64{math.MaxInt64}, []any{int64(math.MaxInt64)}},
	} {
		t.Run(name, func(t *testing.T) {
			value, numbers := ValueAndNumbers(test.in)
			got := ValueFromProto(value, numbers...)
			require.Equal(t, test.out, got)
			require.NoError(t, gob.NewEncoder(&bytes.Buffer{}).Encode(map[string]any{"value": got}))
		})
	}
}

func TestNumbersOfOrdinaryPropsAreNotListed(t *testing.T) {
	props := map[string]any{"a": 1, "b": 2.5, "c": []any{int64(3), map[string]any{"d": uint8(4)}}, "e": "9007199254740993"}
	_, numbers := StructAndNumbers(props)
	require.Nil(t, numbers)
	require.Equal(t, testing.AllocsPerRun(100, func() { _ = StructToProto(props) }),
		testing.AllocsPerRun(100, func() { _, _ = StructAndNumbers(props) }), "looking for them costs nothing")
}

func TestANumberCountsWhereTheNearestDoubleIs(t *testing.T) {
	s := &structpb.Struct{Fields: map[string]*structpb.Value{
		"a": structpb.NewNumberValue(1 << 53), "b": structpb.NewNumberValue(7), "c": structpb.NewStringValue("text"),
		"d": structpb.NewListValue(&structpb.ListValue{Values: []*structpb.Value{structpb.NewNumberValue(1 << 53)}}),
	}}
	at := func(number string, path ...string) *pb.ExactNumber {
		return &pb.ExactNumber{Path: path, Number: number}
	}
	got := StructFromProto(s,
		at("9007199254740993", "a"), at("9007199254740993", "b"), at("9007199254740993", "c"), at("9007199254740993", "d", "0"),
		at("9007199254740993"), at("9007199254740993", "gone"), at("9007199254740993", "d", "1"), at("9007199254740993", "d", "-1"),
		at("9007199254740993", "d", "x"), at("9007199254740993", "a", "deeper"), at("many", "d", "0"), nil)
	require.Equal(t, map[string]any{"a": int64(9007199254740993), "b": 7.0, "c": "text", "d": []any{int64(9007199254740993)}}, got)
}

func TestNarrowIntegersStopAtTheirEnds(t *testing.T) {
	require.EqualValues(t, math.MaxInt32, Int32(math.MaxInt32+1))
	require.EqualValues(t, math.MinInt32, Int32(int64(math.MinInt64)))
	require.EqualValues(t, -7, Int32(-7))
	require.EqualValues(t, math.MaxInt32, *Int32Pointer(new(math.MaxInt64)))
	require.Nil(t, Int32Pointer[int](nil))
	require.EqualValues(t, math.MaxInt32, Int32ValueToProto(new(math.MaxInt64)).GetValue())
}

func TestNothingAndEmptyAreTwoThingsInTheKeyValueStore(t *testing.T) {
	for name, value := range map[string][]byte{"nothing": nil, "empty": {}, "something": []byte("x")} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, value, GivenBytes(value, EmptyBytes(value)))
		})
	}
	require.Equal(t, []byte("new"), GivenBytes([]byte("new"), []byte{}), "what was empty was changed")
	require.Nil(t, GivenBytes(nil, []byte("old")), "what was there was taken away")
}

func TestGreatIntegersInTheParamsOfErrorsStayExact(t *testing.T) {
	want := map[string]any{"Limit": int64(math.MaxInt64)}
	message := AppErrorToProto(model.NewAppError("w", "id", want, "", 400))
	require.Len(t, message.ParamsNumbers, 1)
	require.Equal(t, want, params(AppErrorFromProto(message)))
}
