package byname

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/structpb"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// tell tells of a message what a record that has its fields would.
func tell(m protoreflect.Message) map[string]any {
	fields := map[string]any{}
	for i := range m.Descriptor().Fields().Len() {
		if field := m.Descriptor().Fields().Get(i); !pb.IsCompanion(field) && !isStream(field) {
			fields[string(field.Name())] = tellField(field, m.Get(field))
		}
	}
	return fields
}

func tellField(field protoreflect.FieldDescriptor, v protoreflect.Value) any {
	switch {
	case field.IsMap():
		dict := map[string]any{}
		v.Map().Range(func(key protoreflect.MapKey, value protoreflect.Value) bool {
			dict[key.String()] = tellOne(field.MapValue(), value)
			return true
		})
		return map[string]any{"dict": dict}
	case field.IsList():
		list := []any{}
		for i := range v.List().Len() {
			list = append(list, tellOne(field, v.List().Get(i)))
		}
		return list
	}
	return tellOne(field, v)
}

func tellOne(field protoreflect.FieldDescriptor, v protoreflect.Value) any {
	switch field.Kind() {
	case protoreflect.MessageKind:
		switch special := v.Message().Interface().(type) {
		case *structpb.Struct:
			return tellDocument(special.AsMap())
		case *structpb.Value:
			return tellDocument(special.AsInterface())
		case *structpb.ListValue:
			return tellDocument(special.AsSlice())
		}
		return map[string]any{"record": map[string]any{"class": string(v.Message().Descriptor().Name()), "fields": tell(v.Message())}}
	case protoreflect.BytesKind:
		return map[string]any{"bytes": base64.StdEncoding.EncodeToString(v.Bytes())}
	case protoreflect.EnumKind:
		return json.Number(fmt.Sprint(v.Enum()))
	case protoreflect.BoolKind, protoreflect.StringKind:
		return v.Interface()
	}
	return json.Number(v.String())
}

func tellDocument(document any) any {
	switch document := document.(type) {
	case map[string]any:
		dict := map[string]any{}
		for key, value := range document {
			dict[key] = tellDocument(value)
		}
		return map[string]any{"dict": dict}
	case []any:
		list := []any{}
		for _, item := range document {
			list = append(list, tellDocument(item))
		}
		return list
	case float64:
		return json.Number(fmt.Sprint(document))
	}
	return document
}

// changed is another value of the same kind.
func changed(told any) any {
	switch told := told.(type) {
	case bool:
		return !told
	case string:
		return told + "x"
	case json.Number:
		return told + "7"
	case []any:
		return append([]any{"x"}, told...)
	case map[string]any:
		if len(told) == 0 {
			return map[string]any{"more": true}
		}
		copied := map[string]any{}
		for key, value := range told {
			if text, ok := value.(string); ok && key == "bytes" {
				value = base64.StdEncoding.EncodeToString([]byte(text))
			} else if key != "class" {
				value = changed(value)
			}
			copied[key] = value
		}
		return copied
	}
	return "something"
}

func TestWhatPythonTellsIsComparedWithEachFieldOfAMessage(t *testing.T) {
	messages, fields := 0, 0
	protoregistry.GlobalTypes.RangeMessages(func(kind protoreflect.MessageType) bool {
		if kind.Descriptor().ParentFile().Package() != "mattermost.pluginapi.v1" {
			return true
		}
		message, owner := kind.New(), string(kind.Descriptor().Name())
		(&Filler{}).Message(message, 3)
		differences := func(told map[string]any) []string {
			c := &Comparison{}
			c.Told(owner, message, told, &Names{})
			return c.Differences
		}
		require.Empty(t, differences(tell(message)), owner)
		messages++
		for name, value := range tell(message) {
			told := tell(message)
			told[name] = changed(value)
			require.NotEmpty(t, differences(told), "%s.%s changed", owner, name)
			delete(told, name)
			require.Len(t, differences(told), 1, "%s.%s left out", owner, name)
			if field := message.Descriptor().Fields().ByName(protoreflect.Name(name)); field.ContainingOneof() == nil || field.HasOptionalKeyword() {
				told[name] = nil
				require.NotEmpty(t, differences(told), "%s.%s is None", owner, name)
			}
			fields++
		}
		told := tell(message)
		told["more"] = true
		require.Len(t, differences(told), 1, "a field too many in %s", owner)
		return true
	})
	require.Greater(t, messages, 600)
	require.Greater(t, fields, 1600)
	t.Logf("%d fields of %d messages", fields, messages)
}

func TestNumbersBeyondDoublesCountExactly(t *testing.T) {
	props, err := structpb.NewStruct(map[string]any{"a": map[string]any{"list": []any{1 << 53}}})
	require.NoError(t, err)
	post := &pb.Post{Props: props, PropsNumbers: []*pb.ExactNumber{{Path: []string{"a", "list", "0"}, Number: "9007199254740993"}}}
	m := post.ProtoReflect()
	field := m.Descriptor().Fields().ByName("props")
	compare := func(number string) []string {
		c := &Comparison{}
		c.Python("props", m, field, tellDocument(map[string]any{"a": map[string]any{"list": []any{json.Number(number)}}}), &Names{})
		return c.Differences
	}
	require.Empty(t, compare("9007199254740993"))
	require.Len(t, compare("9007199254740992"), 1)
	post.PropsNumbers[0].Path[2] = "1"
	require.Contains(t, strings.Join(compare("9007199254740992"), ""), "which is no place")
}

func TestNamesThatDifferAreLookedUpAndUnusedOnesListed(t *testing.T) {
	names := &Names{Places: map[string]string{"get.sort": "sort_by", "get.(page)": "", "get.(per_page)": "", "get.user": "id"}}
	c := &Comparison{}
	c.Told("get", (&pb.GetEmojiListRequest{SortBy: "name"}).ProtoReflect(), map[string]any{"sort": "name"}, names)
	require.Empty(t, c.Differences)
	require.Equal(t, []string{"get.user"}, names.Unused())
}
