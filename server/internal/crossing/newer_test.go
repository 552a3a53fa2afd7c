package crossing

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"pgregory.net/rapid"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// Code that knows the older fields alone changes those and leaves their companions as they are: what it says counts.
func TestAChangedFieldCountsMoreThanItsCompanion(t *testing.T) {
	tried := 0
	for _, pair := range Pairs {
		for i := range pair.Message.Fields().Len() {
			companion := pair.Message.Fields().Get(i)
			older := olderOf(companion)
			if older == nil || older.Message() != nil || older.IsList() || older.Kind() == protoreflect.BytesKind || onlyFlags[older.FullName().Name()] {
				continue
			}
			tried++
			t.Run(string(older.FullName().Parent().Name()+"."+older.Name()), rapid.MakeCheck(func(t *rapid.T) {
				message := proto.Clone(pair.ToProto(Draw(t, pair.Model, true)))
				m := message.ProtoReflect()
				before := m.Get(older)
				after := another(older, before)
				m.Set(older, after)
				again := pair.ToProto(pair.FromProto(message)).ProtoReflect()
				require.Equal(t, after.Interface(), again.Get(older).Interface())
			}))
		}
	}
	require.Greater(t, tried, 10)
}

// olderOf gives the field that another one, X_exact, is the companion of; nil where it is none's.
func olderOf(companion protoreflect.FieldDescriptor) protoreflect.FieldDescriptor {
	const ending = "_exact"
	if !pb.IsCompanion(companion) || len(companion.Name()) < len(ending) {
		return nil
	}
	return companion.ContainingMessage().Fields().ByName(companion.Name()[:len(companion.Name())-len(ending)])
}

// onlyFlags are the fields that say that there is something, which only the companion names.
var onlyFlags = map[protoreflect.Name]bool{
	"filter_has_member": true, "include_channel_member_count": true, "first_inaccessible_post_time": true, "omit_connection_id": true,
}

// another gives a value of an older field that it does not have.
func another(field protoreflect.FieldDescriptor, before protoreflect.Value) protoreflect.Value {
	choices := []protoreflect.Value{}
	switch field.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(!before.Bool())
	case protoreflect.Int32Kind:
		choices = append(choices, protoreflect.ValueOfInt32(1), protoreflect.ValueOfInt32(2))
	case protoreflect.Int64Kind:
		choices = append(choices, protoreflect.ValueOfInt64(1), protoreflect.ValueOfInt64(2))
	case protoreflect.EnumKind:
		choices = append(choices, protoreflect.ValueOfEnum(1), protoreflect.ValueOfEnum(2))
	default:
		switch field.Name() {
		case "since":
			choices = append(choices, protoreflect.ValueOfString("7"), protoreflect.ValueOfString("8"))
		case "home", "filter_allow_reference":
			choices = append(choices, protoreflect.ValueOfString("true"), protoreflect.ValueOfString(""))
		default:
			choices = append(choices, protoreflect.ValueOfString("this"), protoreflect.ValueOfString("that"))
		}
	}
	if choices[0].Interface() == before.Interface() {
		return choices[1]
	}
	return choices[0]
}
