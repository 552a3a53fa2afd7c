package codectest

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"pgregory.net/rapid"
)

// kindOf draws a message type: Kinds, which has everything, as often as one of the contract's.
func kindOf(t *rapid.T) int {
	all, err := types()
	require.NoError(t, err)
	if rapid.Bool().Draw(t, "all kinds") {
		return 0
	}
	return rapid.IntRange(1, len(all)-1).Draw(t, "type")
}

func typeOf(t require.TestingT, kind int) protoreflect.MessageType {
	all, err := types()
	require.NoError(t, err)
	return all[kind]
}

// errGoPanics stands for Go's panic on a map entry that has a key of the wrong wire type after its key. Only dynamic
// messages, such as Kinds is in Go, do that.
var errGoPanics = errors.New("type mismatch: cannot convert nil to map key")

// decode is Go's decoding, with the guest's limit of nesting: the message and 100 below it.
func decode(messageType protoreflect.MessageType, data []byte) (message proto.Message, err error) {
	defer func() {
		if reason := recover(); reason == errGoPanics.Error() {
			err = errGoPanics
		} else if reason != nil {
			panic(reason)
		}
	}()
	message = messageType.New().Interface()
	return message, proto.UnmarshalOptions{RecursionLimit: 101}.Unmarshal(data, message)
}

// marshal is Go's encoding, the same each time, so that a failure can be repeated.
func marshal(t require.TestingT, message proto.Message) []byte {
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(message)
	require.NoError(t, err)
	return data
}

func requireEqual(t require.TestingT, messageType protoreflect.MessageType, want proto.Message, data []byte) {
	got, err := decode(messageType, data)
	require.NoError(t, err)
	if !proto.Equal(want, got) {
		require.Equal(t, protojson.Format(want), protojson.Format(got))
		require.Fail(t, "messages differ in their unknown fields")
	}
}

func TestWhatGoEncodesComesBackFromTheGuest(t *testing.T) {
	for name, operation := range map[string]int{"decoded and encoded": recode, "rebuilt by assignments": rebuild, "rebuilt by constructors": construct} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				kind := kindOf(t)
				message := draw(t, typeOf(t, kind)).Interface()
				data := marshal(t, message)
				requireEqual(t, typeOf(t, kind), message, must(t, operation, kind, data))
			})
		})
	}
}

func TestTheGuestMergesAsGoDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := kindOf(t)
		into, from := draw(t, typeOf(t, kind)).Interface(), draw(t, typeOf(t, kind)).Interface()
		first := marshal(t, into)
		second := marshal(t, from)
		request := append(binary.LittleEndian.AppendUint32(nil, uint32(len(first))), first...)
		merged := must(t, merge, kind, append(request, second...))
		proto.Merge(into, from)
		requireEqual(t, typeOf(t, kind), into, merged)
	})
}

// Fields may come in another order than Go's, and nothing else may differ: zeros left out, numbers packed, varints short.
func TestTheGuestsOutputIsAsLongAsGos(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := kindOf(t)
		data := marshal(t, draw(t, typeOf(t, kind)).Interface())
		require.Len(t, must(t, rebuild, kind, data), len(data))
	})
}

func TestJSONOfTheGuestIsGos(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := kindOf(t)
		message := draw(t, typeOf(t, kind)).Interface()
		data := marshal(t, message)
		requireSameJSON(t, message, must(t, toJSON, kind, data))
		text, err := protojson.Marshal(message)
		require.NoError(t, err)
		requireEqual(t, typeOf(t, kind), message, must(t, fromJSON, kind, text))
	})
}

// requireSameJSON checks that the JSON of the guest stands for the message, and looks as Go's does. Where two decimal
// fractions of the same length are the nearest to a float, Go and Python write different ones.
func requireSameJSON(t require.TestingT, message proto.Message, text []byte) {
	back := message.ProtoReflect().New().Interface()
	require.NoError(t, protojson.Unmarshal(text, back))
	require.True(t, proto.Equal(message, back), "%s is not %s", text, protojson.Format(message))
	ours, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(message)
	require.NoError(t, err)
	var want, got any
	require.NoError(t, json.Unmarshal(ours, &want))
	require.NoError(t, json.Unmarshal(text, &got))
	require.Equal(t, narrow(want), narrow(got))
}

// narrow makes floats of all numbers in a JSON value.
func narrow(value any) any {
	switch value := value.(type) {
	case float64:
		return float32(value)
	case []any:
		for i := range value {
			value[i] = narrow(value[i])
		}
	case map[string]any:
		for key := range value {
			value[key] = narrow(value[key])
		}
	}
	return value
}

func TestWhatPythonBuildsIsReadByGo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := kindOf(t)
		answer := must(t, invent, kind, rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(t, "seed"))
		length := binary.LittleEndian.Uint32(answer)
		message, err := decode(typeOf(t, kind), answer[4+length:])
		require.NoError(t, err)
		requireSameJSON(t, message, answer[4:4+length])
	})
}

// requireAgreement checks that guest and Go both accept data as a message, and the same one, or both refuse it.
func requireAgreement(t require.TestingT, kind int, data []byte) {
	answer, refused := do(t, recode, kind, data)
	want, err := decode(typeOf(t, kind), data)
	if errors.Is(err, errGoPanics) {
		return
	}
	if refused != "" {
		if err == nil && strings.Contains(refused, "nested too deeply") && nestedInGroups(data) {
			return
		}
		require.Error(t, err, "the guest refused what Go accepts: %s", refused)
		return
	}
	require.NoError(t, err, "the guest accepted what Go refuses")
	requireEqual(t, typeOf(t, kind), want, answer)
}

// nestedInGroups says whether data may hold groups nested so deeply that the guest refuses it: more than 100 levels need
// as many bytes, and a byte that starts a group.
func nestedInGroups(data []byte) bool {
	return len(data) > 100 && slices.ContainsFunc(data, func(b byte) bool { return b&7 == 3 })
}

func TestGuestAndGoAgreeOnDamagedMessages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := kindOf(t)
		data := marshal(t, draw(t, typeOf(t, kind)).Interface())
		for range 20 {
			requireAgreement(t, kind, damage(data, rapid.Uint64().Draw(t, "damage")))
		}
	})
}

// damage changes, removes or adds a few bytes.
func damage(data []byte, seed uint64) []byte {
	dice := rand.New(rand.NewPCG(seed, 0))
	data = bytes.Clone(data)
	for range 1 + dice.IntN(3) {
		at := dice.IntN(len(data) + 1)
		switch dice.IntN(5) {
		case 0:
			data = data[:at]
		case 1:
			data = append(data[:at:at], data[min(at+1+dice.IntN(8), len(data)):]...)
		case 2:
			data = append(append(data[:at:at], byte(dice.Uint32())), data[at:]...)
		case 3:
			data = append(append(data[:at:at], data[at/2:]...), data[at:]...)
		default:
			if at < len(data) {
				data[at] ^= 1 << dice.IntN(8)
			}
		}
	}
	return data
}

func TestNestingIsLimited(t *testing.T) {
	nest := func(levels int) []byte {
		var data []byte
		for range levels {
			data = append(append([]byte{0x8a, 0x01}, binary.AppendUvarint(nil, uint64(len(data)))...), data...)
		}
		return data
	}
	_, refused := do(t, recode, 0, nest(100))
	require.Empty(t, refused)
	for _, levels := range []int{101, 1_000, 100_000} {
		_, refused = do(t, recode, 0, nest(levels))
		require.Contains(t, refused, "nested too deeply")
	}
	_, refused = do(t, recode, 0, bytes.Repeat([]byte{0x0b}, 100_000))
	require.Contains(t, refused, "nested too deeply")
}
