package parity

import (
	"encoding/base64"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"pgregory.net/rapid"

	"github.com/mmpy/mmpy/server/internal/byname"
)

// recordTypes gives the message of each record class of the SDK.
func recordTypes(t *testing.T, d *driver) map[string]protoreflect.MessageType {
	t.Helper()
	var records map[string]string
	d.do(t, map[string]any{"do": "records"}, &records)
	types := map[string]protoreflect.MessageType{}
	for record, message := range records {
		kind, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(message))
		require.NoError(t, err)
		types[record] = kind
	}
	return types
}

// A passed is a message that went through a record.
type passed struct {
	Record  byname.Told `json:"record"`
	Message string      `json:"message"`
}

// through makes a record of each message, and messages of the records again.
func (d *driver) through(t require.TestingT, record string, messages []protoreflect.Message) []passed {
	var encoded []string
	for _, message := range messages {
		bytes, err := proto.Marshal(message.Interface())
		require.NoError(t, err)
		encoded = append(encoded, base64.StdEncoding.EncodeToString(bytes))
	}
	var answer []passed
	d.ask(t, map[string]any{"do": "through", "record": record, "messages": encoded}, &answer)
	require.Len(t, answer, len(messages))
	return answer
}

func decoded(t require.TestingT, kind protoreflect.MessageType, encoded string) protoreflect.Message {
	bytes, err := base64.StdEncoding.DecodeString(encoded)
	require.NoError(t, err)
	message := kind.New()
	require.NoError(t, proto.Unmarshal(bytes, message.Interface()))
	return message
}

// TestRecordsHoldAllOfTheirMessages draws messages and lets them become records and messages again.
func TestRecordsHoldAllOfTheirMessages(t *testing.T) {
	d := theDriver(t)
	types := recordTypes(t, d)
	names := &byname.Names{Places: places}
	for _, record := range slices.Sorted(maps.Keys(types)) {
		t.Run(record, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				message := types[record].New()
				byname.Draw(t, message, 3)
				answer := d.through(t, record, []protoreflect.Message{message})[0]
				again := decoded(t, types[record], answer.Message)
				if !proto.Equal(message.Interface(), again.Interface()) {
					require.Equal(t, text(message), text(again))
				}
				_, fields, _ := byname.Record(answer.Record)
				c := &byname.Comparison{}
				c.Told(record, message, fields, names)
				require.Empty(t, c.Differences, strings.Join(c.Differences, "\n"))
			})
		})
	}
}

// TestMessagesHoldAllOfTheirRecords fills records and lets them become messages and records again.
func TestMessagesHoldAllOfTheirRecords(t *testing.T) {
	d := theDriver(t)
	types := recordTypes(t, d)
	names := &byname.Names{Places: places}
	for _, record := range slices.Sorted(maps.Keys(types)) {
		t.Run(record, func(t *testing.T) {
			for seed := range 3 {
				var answer struct {
					passed
					Again byname.Told `json:"again"`
					Equal bool        `json:"equal"`
				}
				d.do(t, map[string]any{"do": "filled", "record": record, "seed": seed, "narrow": narrow()}, &answer)
				require.True(t, answer.Equal)
				require.Equal(t, answer.Record, answer.Again)
				_, fields, _ := byname.Record(answer.Record)
				c := &byname.Comparison{}
				c.Told(record, decoded(t, types[record], answer.Message), fields, names)
				require.Empty(t, c.Differences, strings.Join(c.Differences, "\n"))
			}
		})
	}
}

func text(m protoreflect.Message) string {
	return prototext.MarshalOptions{Multiline: true}.Format(m.Interface())
}
