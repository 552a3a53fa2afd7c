package server

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

// changeWays are things that a handler may do to a post, and the numbers of the fields that the answer holds then; nil
// where it is answered whole.
var changeWays = []struct {
	code   string
	fields []uint32
}{
	{"pass", []uint32{0}},
	{"post.message = 'b'", []uint32{11}},
	{"post.message += '!'; post.is_pinned = True; post.remote_id = 'there'", []uint32{6, 11, 19}},
	{"post.message = ''", nil},
	{"post.remote_id = ''", nil},
	{"post.ClearField('message')", nil},
	{"post.Clear(); post.message = 'bare'", nil},
	{"post.props['a'] = 'changed'; post.message = 'b'", nil},
	{"post.file_ids.append('f2')", nil},
	{"files = post.file_ids; post.message = 'b'; files.append('f2')", nil},
	{"post.metadata.priority.priority = 'urgent'", nil},
	{"post.metadata.ClearField('priority')", nil},
	{"post.participants.add(username='eve')", nil},
	{"dict((field.name, value) for field, value in post.ListFields())['file_ids'].append('f2')", nil},
	{"other = type(post)(message='other'); post.MergeFrom(other)", nil},
	{"other = type(post)(message='other'); post.CopyFrom(other)", nil},
	{"post.MergeFromString(type(post)(message='other').SerializeToString())", nil},
	{"post = type(post).FromString(post.SerializeToString())", nil},
	{"copy.copy(post).message = 'elsewhere'", []uint32{0}},
	{"wrapped = wrappers.Post.from_proto(post); post.message = wrapped.message + '!'", nil},
	{"post.DiscardUnknownFields(); post.message = 'b'", nil},
}

func changingPlugin(header, footer string) string {
	var source strings.Builder
	fmt.Fprintf(&source, "import copy\nfrom mattermost_plugin import Plugin, hook, HookName, run_plugin\n"+
		"from mattermost_plugin._internal import wrappers\n\nclass Changing(Plugin):\n%s", header)
	for n, way := range changeWays {
		fmt.Fprintf(&source, "        if context.request_id == '%d':\n            %s\n", n, way.code)
	}
	fmt.Fprintf(&source, "%s\nrun_plugin(Changing)\n", footer)
	return source.String()
}

func postToChange() *model.Post {
	post := &model.Post{
		Id: "p", Message: "a", UserId: "u", CreateAt: 5, FileIds: model.StringArray{"f1"}, RemoteId: new("here"),
		Participants: []*model.User{{Username: "ada"}},
		Metadata:     &model.PostMetadata{Priority: &model.PostPriority{Priority: new("important")}},
	}
	post.SetProps(model.StringInterface{"a": "b", "great": int64(1)<<60 + 1})
	return post
}

// An answer with what has changed comes to the same as a whole one.
func TestChangesSufficeForAMessage(t *testing.T) {
	for _, hook := range []struct {
		name, header string
		request      func(id string, suffice bool) proto.Message
	}{
		{
			"MessageWillBePosted", "    @hook(HookName.MessageWillBePosted)\n    def posted(self, context, post):\n",
			func(id string, suffice bool) proto.Message {
				return &pb.MessageWillBePostedRequest{
					PluginContext: &pb.PluginContext{RequestId: id}, Post: convert.PostToProto(postToChange()), ChangesSuffice: suffice,
				}
			},
		},
		{
			"MessageWillBeUpdated", "    @hook(HookName.MessageWillBeUpdated)\n    def updated(self, context, post, old):\n",
			func(id string, suffice bool) proto.Message {
				return &pb.MessageWillBeUpdatedRequest{
					PluginContext: &pb.PluginContext{RequestId: id}, NewPost: convert.PostToProto(postToChange()),
					OldPost: &pb.Post{Message: "old"}, ChangesSuffice: suffice,
				}
			},
		},
	} {
		m := run(t, changingPlugin(hook.header, "        return post, ''"), Config{})
		id, ok := abi.HookByName(hook.name)
		require.True(t, ok)
		for n, way := range changeWays {
			t.Run(hook.name+": "+way.code, func(t *testing.T) {
				type answer interface {
					GetModifiedPost() *pb.Post
					GetChangedFields() []uint32
				}
				ask := func(suffice bool) answer {
					response, err := m.plugin.Invoke(t.Context(), id, hook.request(fmt.Sprint(n), suffice))
					require.NoError(t, err)
					return response.(answer)
				}
				whole, changes := ask(false), ask(true)
				require.Nil(t, whole.GetChangedFields())
				require.Equal(t, way.fields, changes.GetChangedFields())
				want := convert.PostOnto(postToChange(), whole.GetModifiedPost())
				got := convert.PostChangesOnto(postToChange(), changes.GetModifiedPost(), changes.GetChangedFields())
				require.Equal(t, want, got)
			})
		}
	}
}

// What is given back is compared with the message that the hook was given, and with no other.
func TestChangesAreThoseOfTheHooksOwnMessage(t *testing.T) {
	m := run(t, `
from mattermost_plugin import Plugin, hook, HookName, run_plugin
from mattermost_plugin._internal.wrappers import Post

class Odd(Plugin):
    kept = None

    @hook(HookName.MessageWillBePosted)
    def posted(self, context, post):
        if context.request_id == "keep":
            self.kept = post
        elif context.request_id == "kept":
            self.kept.message = "kept"
            post.message = "lost"
            return self.kept, ""
        elif post.message == "inner":
            self.kept.hashtags = "#nested"
            return self.kept, ""
        elif context.request_id == "outer":
            self.kept = post
            created = self.api.create_post(Post(id="", user_id=post.user_id, channel_id=post.channel_id, message="inner"))
            post.message_source = created.message
            post.message += "!"
        return post, ""

    @hook(HookName.MessageWillBeUpdated)
    async def updated(self, context, post, old):
        post.message = "async"
        return (old if context.request_id == "old" else post), ""

run_plugin(Odd)
`, Config{})
	home := m.Home()
	posted := func(id, message string) *model.Post {
		post, reason := m.plugin.MessageWillBePosted(contextOf(id), &model.Post{
			Message: message, Hashtags: "#" + id, UserId: home.Bob.Id, ChannelId: home.TownSquare.Id,
		})
		require.Empty(t, reason)
		return post
	}
	require.Equal(t, "first", posted("keep", "first").Message)
	kept := posted("kept", "second")
	require.Equal(t, []string{"kept", "#keep"}, []string{kept.Message, kept.Hashtags})
	outer := posted("outer", "third")
	require.Equal(t, []string{"third!", "third", "#nested"}, []string{outer.Message, outer.MessageSource, outer.Hashtags})

	newPost, oldPost := &model.Post{Message: "new", Hashtags: "#new"}, &model.Post{Message: "old", Hashtags: "#old"}
	updated, _ := m.plugin.MessageWillBeUpdated(contextOf("new"), newPost, oldPost)
	require.Equal(t, []string{"async", "#new"}, []string{updated.Message, updated.Hashtags})
	updated, _ = m.plugin.MessageWillBeUpdated(contextOf("old"), newPost, oldPost)
	require.Equal(t, []string{"old", "#old"}, []string{updated.Message, updated.Hashtags})
}

func TestChangedFieldsThatNoPostHasChangeNothing(t *testing.T) {
	original := postToChange()
	numbers := []uint32{0, 14, 16, 22, 24, 25, 26, 27, 1 << 31}
	require.Equal(t, original, convert.PostChangesOnto(original, &pb.Post{Message: "x"}, numbers))
	require.Nil(t, convert.PostChangesOnto(original, nil, nil))
	require.Nil(t, convert.PostChangesOnto(original, nil, []uint32{11, 19, 23}))
	require.Empty(t, convert.PostChangesOnto(original, &pb.Post{}, []uint32{11}).Message)
}

// Each plain field of a post may be all that has changed.
func TestEveryPlainFieldOfAPostCanChangeAlone(t *testing.T) {
	fields := (&pb.Post{}).ProtoReflect().Descriptor().Fields()
	changed := 0
	for n := range fields.Len() {
		field := fields.Get(n)
		if field.IsList() || field.IsMap() || field.Message() != nil {
			continue
		}
		changed++
		whole := convert.PostToProto(postToChange())
		whole.ProtoReflect().Set(field, drawScalar(t, field))
		alone := &pb.Post{}
		alone.ProtoReflect().Set(field, drawScalar(t, field))
		want := convert.PostOnto(postToChange(), whole)
		require.Equal(t, want, convert.PostChangesOnto(postToChange(), alone, []uint32{uint32(field.Number())}), "%s", field.Name())
		require.NotEqual(t, postToChange(), want, "%s", field.Name())
	}
	require.Greater(t, changed, 15)
}

func drawScalar(t *testing.T, field protoreflect.FieldDescriptor) protoreflect.Value {
	switch field.Kind() {
	case protoreflect.StringKind:
		return protoreflect.ValueOfString("drawn")
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(true)
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(77)
	}
	require.Fail(t, "no value for a field", "%s is %s", field.Name(), field.Kind())
	return protoreflect.Value{}
}

func contextOf(requestID string) *plugin.Context { return &plugin.Context{RequestId: requestID} }
