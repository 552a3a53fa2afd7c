package pluginapiv1

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

type appender interface {
	proto.Message
	AppendWire(b []byte) ([]byte, bool)
}

type reader interface {
	proto.Message
	ReadWire(b []byte) bool
}

// messageTypes gives the types of the contract's messages.
func messageTypes() (types []protoreflect.MessageType) {
	protoregistry.GlobalTypes.RangeMessages(func(t protoreflect.MessageType) bool {
		if t.Descriptor().ParentFile().Package() == "mattermost.pluginapi.v1" {
			types = append(types, t)
		}
		return true
	})
	return types
}

// fill sets about a share of the fields of a message, and of what is in them down to a depth.
func fill(random *rand.Rand, m protoreflect.Message, share float64, depth int) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		if random.Float64() > share || (field.Message() != nil && !field.IsMap() && depth == 0) {
			continue
		}
		switch {
		case field.IsMap():
			for range random.IntN(4) {
				key := value(random, field.MapKey(), depth, nil).MapKey()
				if field.MapValue().Message() != nil && depth == 0 {
					continue
				}
				m.Mutable(field).Map().Set(key, value(random, field.MapValue(), depth, m.Mutable(field).Map().NewValue))
			}
		case field.IsList():
			for range random.IntN(4) {
				m.Mutable(field).List().Append(value(random, field, depth, m.Mutable(field).List().NewElement))
			}
		default:
			m.Set(field, value(random, field, depth, func() protoreflect.Value { return m.NewField(field) }))
		}
	}
}

// value gives any value of a field, often one at the edge of its kind.
func value(random *rand.Rand, field protoreflect.FieldDescriptor, depth int, newMessage func() protoreflect.Value) protoreflect.Value {
	number := random.Int64() >> random.IntN(64)
	if random.IntN(3) == 0 {
		number = -number
	}
	texts := []string{"", "x", "id", "grüße", "日本語", strings.Repeat("long ", random.IntN(100))}
	switch field.Kind() {
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(texts[random.IntN(len(texts))])
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes([]byte(texts[random.IntN(len(texts))] + "\xff"))
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(random.IntN(2) == 0)
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(float64(number) / 8)
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(int32(number))
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(number)
	case protoreflect.Uint32Kind:
		return protoreflect.ValueOfUint32(uint32(number))
	case protoreflect.Uint64Kind:
		return protoreflect.ValueOfUint64(uint64(number))
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(protoreflect.EnumNumber(int32(number)))
	case protoreflect.MessageKind:
		message := newMessage()
		fill(random, message.Message(), 0.5, depth-1)
		return message
	}
	panic("no values of " + field.Kind().String())
}

// requireEqual compares what protobuf makes of two messages: also what is not a number is equal to itself.
func requireEqual(t *testing.T, want, have proto.Message) {
	t.Helper()
	ordered := proto.MarshalOptions{Deterministic: true}
	wanted, err := ordered.Marshal(want)
	require.NoError(t, err)
	had, err := ordered.Marshal(have)
	require.NoError(t, err)
	require.Equal(t, wanted, had, "%s", want.ProtoReflect().Descriptor().FullName())
}

func TestOurWireFormIsProtobufs(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	written, read := 0, 0
	for _, kind := range messageTypes() {
		for round := range 30 {
			m := kind.New()
			fill(random, m, []float64{0, 0.3, 1}[round%3], 4)
			theirs, err := proto.Marshal(m.Interface())
			require.NoError(t, err)
			if message, ok := m.Interface().(appender); ok {
				ours, ok := message.AppendWire([]byte("before"))
				require.True(t, ok)
				require.Equal(t, "before", string(ours[:6]))
				require.Len(t, ours, 6+len(theirs), "%s", kind.Descriptor().FullName())
				back := kind.New().Interface()
				require.NoError(t, proto.Unmarshal(ours[6:], back))
				requireEqual(t, m.Interface(), back)
				written++
			}
			if message, ok := kind.New().Interface().(reader); ok {
				require.True(t, message.ReadWire(theirs), "%s", kind.Descriptor().FullName())
				requireEqual(t, m.Interface(), message)
				read++
			}
		}
	}
	require.Greater(t, written, 10_000)
	require.Greater(t, read, 10_000)
	t.Logf("%d messages written, %d read", written, read)
}

func TestTextThatIsNoUTF8IsLeftToProtobuf(t *testing.T) {
	_, ok := (&GetUserResponse{User: &User{Nickname: "\xff"}}).AppendWire(nil)
	require.False(t, ok)
	_, ok = (&GetUserResponse{User: &User{Props: map[string]string{"\xff": ""}}}).AppendWire(nil)
	require.False(t, ok)
	require.False(t, new(GetUserRequest).ReadWire([]byte("\x0a\x01\xff")))
}

func TestReadingKeepsNothingOfTheBytes(t *testing.T) {
	for _, size := range []int{26, 100_000} {
		data, err := proto.Marshal(&KVSetRequest{Key: strings.Repeat("k", size), Value: []byte("value")})
		require.NoError(t, err)
		var request KVSetRequest
		require.True(t, request.ReadWire(data))
		clear(data)
		require.Equal(t, strings.Repeat("k", size), request.Key)
		require.Equal(t, "value", string(request.Value))
	}
}

// FuzzReadWire: what ours reads, protobuf reads as the same.
func FuzzReadWire(f *testing.F) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		m := new(MessageWillBePostedResponse)
		fill(random, m.ProtoReflect(), 0.5, 4)
		data, _ := proto.Marshal(m)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, ours := range []reader{new(MessageWillBePostedResponse), new(UpdatePostRequest), new(KVSetWithOptionsRequest)} {
			if !ours.ReadWire(data) {
				continue
			}
			theirs := ours.ProtoReflect().New().Interface()
			require.NoError(t, proto.Unmarshal(data, theirs))
			requireEqual(t, theirs, ours)
		}
	})
}
