package parity

import (
	"encoding/base64"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"pgregory.net/rapid"

	"github.com/mmpy/mmpy/server/internal/byname"
	"github.com/mmpy/mmpy/server/internal/crossing"
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

// through makes a record of each message, and messages of the records again; without a record, of the messages themselves.
func (d *driver) through(t require.TestingT, record string, kind protoreflect.MessageType, messages []protoreflect.Message) []passed {
	var encoded []string
	for _, message := range messages {
		bytes, err := proto.Marshal(message.Interface())
		require.NoError(t, err)
		encoded = append(encoded, base64.StdEncoding.EncodeToString(bytes))
	}
	var answer []passed
	d.ask(t, map[string]any{"do": "through", "record": record, "message": kind.Descriptor().FullName(), "messages": encoded}, &answer)
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

// TestModelsCrossToRecordsAndBackWithoutLoss draws the models of Mattermost, some with everything in them set, and sends
// them to Python: what is in the record is what is in the message, and the record becomes the model again. Models that
// have no record go through their messages in Python.
func TestModelsCrossToRecordsAndBackWithoutLoss(t *testing.T) {
	d := theDriver(t)
	records := map[protoreflect.FullName]string{}
	for record, kind := range recordTypes(t, d) {
		records[kind.Descriptor().FullName()] = record
	}
	names := &byname.Names{Places: places}
	const draws = 12
	withRecords := map[string]bool{}
	for _, pair := range crossing.Pairs {
		t.Run(pair.Model.Name(), func(t *testing.T) {
			record := records[pair.Message.FullName()]
			kind, err := protoregistry.GlobalTypes.FindMessageByName(pair.Message.FullName())
			require.NoError(t, err)
			models := rapid.Custom(func(t *rapid.T) any { return crossing.Draw(t, pair.Model, rapid.Bool().Draw(t, "full")) })
			var wanted []any
			var messages []protoreflect.Message
			for seed := range draws {
				model := models.Example(seed)
				if message := pair.ToProto(model).ProtoReflect(); message.IsValid() { // an empty preference has none
					wanted, messages = append(wanted, model), append(messages, message)
				}
			}
			for i, answer := range d.through(t, record, kind, messages) {
				require.Empty(t, crossing.Excused(crossing.Differences(wanted[i], pair.FromProto(decoded(t, kind, answer.Message).Interface()))))
				if record == "" {
					continue
				}
				withRecords[record] = true
				_, fields, _ := byname.Record(answer.Record)
				c := &byname.Comparison{}
				c.Told(record, messages[i], fields, names)
				require.Empty(t, c.Differences, strings.Join(c.Differences, "\n"))
			}
		})
	}
	t.Logf("%d models, %d of them with records; %d draws of each", len(crossing.Pairs), len(withRecords), draws)
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
				require.True(t, answer.Equal, "%v\n%v", answer.Record, answer.Again)
				require.Equal(t, answer.Record, answer.Again)
				_, fields, _ := byname.Record(answer.Record)
				c := &byname.Comparison{}
				c.Told(record, decoded(t, types[record], answer.Message), fields, names)
				require.Empty(t, c.Differences, strings.Join(c.Differences, "\n"))
			}
		})
	}
	var unused []string
	d.do(t, map[string]any{"do": "particular"}, &unused)
	unused = slices.DeleteFunc(unused, func(entry string) bool { return strings.ToLower(entry[:1]) == entry[:1] })
	require.Empty(t, unused, "entries of PARTICULAR for records that nothing needs")
}
