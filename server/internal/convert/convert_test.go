package convert

import (
	"bytes"
	"encoding/gob"
	"errors"
	"math"
	"net/http"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
	"pgregory.net/rapid"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// roundTrip checks that a message survives being made a model, and that net/rpc carries the model.
func roundTrip[Message proto.Message, Model any](fromProto func(Message) *Model, toProto func(*Model) Message, skip ...string) func(*testing.T) {
	return func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			message := drawMessage[Message](t, skip...)
			model := fromProto(message)
			requireEqualMessages(t, message, toProto(model))
			require.NoError(t, gob.NewEncoder(&bytes.Buffer{}).Encode(model))
		})
	}
}

func TestMessagesSurviveTheWayToModelsAndBack(t *testing.T) {
	for name, test := range map[string]func(*testing.T){
		"AppError":        roundTrip(AppErrorFromProto, AppErrorToProto),
		"Bot":             roundTrip(BotFromProto, BotToProto),
		"Channel":         roundTrip(ChannelFromProto, ChannelToProto),
		"Command":         roundTrip(CommandFromProto, CommandToProto),
		"CommandArgs":     roundTrip(CommandArgsFromProto, CommandArgsToProto, "t", "user_mention", "channel_mention"),
		"CommandResponse": roundTrip(CommandResponseFromProto, CommandResponseToProto),
		"FileInfo":        roundTrip(FileInfoFromProto, FileInfoToProto),
		"Group":           roundTrip(GroupFromProto, GroupToProto),
		"GroupSyncable":   roundTrip(GroupSyncableFromProto, GroupSyncableToProto),
		"OAuthApp":        roundTrip(OAuthAppFromProto, OAuthAppToProto, "callback_urls"),
		"Post":            roundTrip(PostFromProto, PostToProto),
		"PropertyField":   roundTrip(PropertyFieldFromProto, PropertyFieldToProto),
		"Reaction":        roundTrip(ReactionFromProto, ReactionToProto),
		"Session":         roundTrip(SessionFromProto, SessionToProto),
		"SharedChannel":   roundTrip(SharedChannelFromProto, SharedChannelToProto, "home"),
		"SidebarCategory": roundTrip(SidebarCategoryWithChannelsFromProto, SidebarCategoryWithChannelsToProto, "sorting"),
		"Team":            roundTrip(TeamFromProto, TeamToProto),
		"TeamMember":      roundTrip(TeamMemberFromProto, TeamMemberToProto),
		"User":            roundTrip(UserFromProto, UserToProto),
		"UserAccessToken": roundTrip(UserAccessTokenFromProto, UserAccessTokenToProto),
		"UploadSession":   roundTrip(UploadSessionFromProto, UploadSessionToProto),
		"UserAuth":        roundTrip(UserAuthFromProto, UserAuthToProto),
	} {
		t.Run(name, test)
	}
}

func TestNilGivesNilBothWays(t *testing.T) {
	require.Nil(t, AppErrorToProto(nil))
	require.Nil(t, AppErrorFromProto(nil))
	require.Nil(t, BotToProto(nil))
	require.Nil(t, BotPatchFromProto(nil))
	require.Nil(t, ChannelToProto(nil))
	require.Nil(t, ChannelFromProto(nil))
	require.Nil(t, CommandToProto(nil))
	require.Nil(t, CommandArgsFromProto(nil))
	require.Nil(t, CommandResponseFromProto(nil))
	require.Nil(t, ContextToProto(nil))
	require.Nil(t, CustomStatusFromProto(nil))
	require.Nil(t, FileInfoToProto(nil))
	require.Nil(t, PostToProto(nil))
	require.Nil(t, PostFromProto(nil))
	require.Nil(t, PostOnto(&model.Post{}, nil))
	require.Nil(t, PostListToProto(nil))
	require.Nil(t, StructToProto[map[string]any](nil))
	require.Nil(t, StructFromProto(nil))
	require.Nil(t, UserToProto(nil))
	require.Nil(t, UserFromProto(nil))
	require.Nil(t, ValueFromProto(nil))
	require.NotNil(t, WebsocketBroadcastFromProto(nil), "Mattermost dereferences it")
	require.NotNil(t, BotGetOptionsFromProto(nil), "Mattermost dereferences it")
	require.NotNil(t, GetFileInfosOptionsFromProto(nil), "Mattermost dereferences it")
	require.Nil(t, OpenDialogRequestFromProto(nil))
}

func TestListsHoldNoNil(t *testing.T) {
	posts := List([]*model.Post{nil, {Id: "a"}, nil}, PostToProto)
	require.Len(t, posts, 1)
	require.Equal(t, "a", posts[0].Id)
	require.Nil(t, List[model.Post](nil, PostToProto))
	list := PostListToProto(&model.PostList{Posts: map[string]*model.Post{"a": nil, "b": {Id: "b"}}})
	require.Len(t, list.Posts, 1)
}

func TestPostOntoKeepsWhatThePluginLeftAlone(t *testing.T) {
	attachments := []*model.MessageAttachment{{Text: "x", Timestamp: int64(7)}}
	original := &model.Post{
		Id:        "p",
		Message:   "before",
		Filenames: model.StringArray{"old.txt"},
		Metadata: &model.PostMetadata{
			Emojis: []*model.Emoji{{Id: "e"}},
			Embeds: []*model.PostEmbed{{Type: model.PostEmbedPermalink, Data: &model.PreviewPost{PostID: "q"}}},
		},
	}
	original.SetProps(model.StringInterface{"attachments": attachments, "count": 7, "big": int64(1) << 60, "gone": true})

	sent := PostToProto(original)
	sent.Message = "after"
	sent.Props.Fields["count"] = structpb.NewNumberValue(8)
	delete(sent.Props.Fields, "gone")
	got := PostOnto(original, sent)

	require.Equal(t, "after", got.Message)
	require.Equal(t, original.Filenames, got.Filenames)
	require.Equal(t, original.Metadata, got.Metadata)
	require.Equal(t, model.StringInterface{"attachments": attachments, "count": 8.0, "big": int64(1) << 60}, got.GetProps())
	require.Equal(t, "before", original.Message, "the original is the caller's")
	require.Len(t, original.GetProps(), 4)
}

func TestPostOntoTakesWhateverThePluginSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		original := PostFromProto(drawMessage[*pb.Post](t))
		changed := drawMessage[*pb.Post](t)
		requireEqualMessages(t, changed, PostToProto(PostOnto(original, changed)))
	})
}

func TestPostOntoWithoutChangesIsThePost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		original := PostFromProto(drawMessage[*pb.Post](t))
		require.Equal(t, original, PostOnto(original, PostToProto(original)))
	})
}

func TestValuesCrossAsJSON(t *testing.T) {
	type named map[string]string
	for name, test := range map[string]struct{ in, out any }{
		"nothing":             {nil, nil},
		"a bool":              {true, true},
		"an int":              {7, 7.0},
		"a small int":         {int8(-7), -7.0},
		"an unsigned int":     {uint16(7), 7.0},
		"a float32":           {float32(0.5), 0.5},
		"a named string":      {model.ChannelTypeOpen, "O"},
		"a list":              {[]any{1, "a", nil, []any{}}, []any{1.0, "a", nil, []any{}}},
		"strings":             {[]string{"a"}, []any{"a"}},
		"a map":               {map[string]any{"a": map[string]any{}}, map[string]any{"a": map[string]any{}}},
		"a nil map":           {map[string]any(nil), nil},
		"a named map":         {named{"a": "b"}, map[string]any{"a": "b"}},
		"a struct":            {struct{ A int }{1}, map[string]any{"A": 1.0}},
		"a nil pointer":       {(*model.Post)(nil), nil},
		"what has no JSON":    {complex(1, 2), "(1+2i)"},
		"what JSON has not":   {math.Inf(1), "Infinity"},
		"its own JSON writer": {model.StringMap{"a": "b"}, map[string]any{"a": "b"}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, test.out, ValueFromProto(ValueToProto(test.in)))
		})
	}
}

func TestAppErrorsCrossWhole(t *testing.T) {
	appError := model.NewAppError("App.GetUser", "app.user.missing", map[string]any{"Id": "u", "Depth": 3}, "no row", http.StatusNotFound)
	appError.Message = "There is no such user."
	appError.RequestId = "r1"
	_ = appError.Wrap(errors.New("sql: no rows"))

	message := AppErrorToProto(appError)
	require.Equal(t, "app.user.missing", message.Id)
	require.Equal(t, "There is no such user.", message.Message)
	require.Equal(t, "no row, sql: no rows", message.DetailedError)
	require.Equal(t, "r1", message.RequestId)
	require.EqualValues(t, http.StatusNotFound, message.StatusCode)
	require.Equal(t, "App.GetUser", message.Where)
	require.Equal(t, map[string]any{"Id": "u", "Depth": 3.0}, message.Params.AsMap())

	back := AppErrorFromProto(message)
	require.Equal(t, "There is no such user.", back.Message)
	require.Equal(t, message.Params.AsMap(), AppErrorToProto(back).Params.AsMap())
}

func TestPlainErrorsBecomeAppErrors(t *testing.T) {
	require.Nil(t, ErrorToProto(nil))
	require.Nil(t, ErrorToProto((*model.AppError)(nil)), "a nil pointer in an error is no error")

	plain := ErrorToProto(&plugin.ErrorString{Err: "bot is taken"})
	require.Equal(t, PlainErrorID, plain.Id)
	require.Equal(t, "bot is taken", plain.Message)
	require.EqualValues(t, http.StatusInternalServerError, plain.StatusCode)

	whole := ErrorToProto(model.NewAppError("w", "id", nil, "", http.StatusConflict))
	require.Equal(t, "id", whole.Id)
	require.EqualValues(t, http.StatusConflict, whole.StatusCode)
}

func TestMarshalMakesStringsValid(t *testing.T) {
	post := &pb.Post{
		Message:      "caf\xe9",
		FileIds:      []string{"ok", "\xff"},
		Participants: []*pb.User{{Username: "a\xffb", Props: map[string]string{"k\xff": "v\xff"}}},
		Props:        &structpb.Struct{Fields: map[string]*structpb.Value{"x": structpb.NewStringValue("\xfe")}},
	}
	encoded, err := Marshal([]byte("kept"), post)
	require.NoError(t, err)
	var got pb.Post
	require.NoError(t, proto.Unmarshal(encoded[len("kept"):], &got))
	require.Equal(t, "caf\uFFFD", got.Message)
	require.Equal(t, []string{"ok", "\uFFFD"}, got.FileIds)
	require.Equal(t, "a\uFFFDb", got.Participants[0].Username)
	require.Equal(t, map[string]string{"k\uFFFD": "v\uFFFD"}, got.Participants[0].Props)
	require.Equal(t, "\uFFFD", got.Props.Fields["x"].GetStringValue())
}

func TestCommandResponsesKeepTheirAttachmentsInTheProps(t *testing.T) {
	props := model.StringInterface{"a": 1}
	response := &model.CommandResponse{Props: props, Attachments: []*model.MessageAttachment{{Text: "hi"}}, ExtraResponses: []*model.CommandResponse{{Text: "more"}}}
	message := CommandResponseToProto(response)
	require.Equal(t, "hi", message.Props.Fields["attachments"].GetListValue().Values[0].GetStructValue().Fields["text"].GetStringValue())
	require.Equal(t, "more", message.Attachments[0].Text)
	require.Len(t, props, 1)
}

func TestBroadcastsLeaveOutOneConnection(t *testing.T) {
	broadcast := WebsocketBroadcastFromProto(&pb.WebsocketBroadcast{ConnectionId: "c", OmitConnectionId: true, OmitUsers: []string{"u"}})
	require.Equal(t, &model.WebsocketBroadcast{OmitConnectionId: "c", OmitUsers: map[string]bool{"u": true}}, broadcast)
}

func TestPermissionsAreMattermostsOwn(t *testing.T) {
	require.Same(t, model.PermissionCreatePost, PermissionFromProto("create_post"))
	require.Equal(t, &model.Permission{Id: "from_the_future"}, PermissionFromProto("from_the_future"))
}

func requireEqualMessages(t require.TestingT, want, got proto.Message) {
	require.True(t, proto.Equal(want, got), "want %v\n got %v", want, got)
}

func TestAModelStaysAsItIsWhateverOfItIsNoText(t *testing.T) {
	const wrong = "a\xffb"
	post := &model.Post{Message: wrong, FileIds: model.StringArray{wrong}}
	post.SetProps(model.StringInterface{wrong: wrong})
	user := &model.User{Props: model.StringMap{wrong: wrong}, RemoteId: new(wrong)}
	encodedPost, err := Marshal(nil, PostToProto(post))
	require.NoError(t, err)
	encodedUser, err := Marshal(nil, UserToProto(user))
	require.NoError(t, err)

	require.Equal(t, wrong, post.FileIds[0])
	require.Equal(t, model.StringInterface{wrong: wrong}, post.GetProps())
	require.Equal(t, &model.User{Props: model.StringMap{wrong: wrong}, RemoteId: new(wrong)}, user)
	require.Contains(t, string(encodedPost), "a\uFFFDb")
	require.NotContains(t, string(encodedUser), wrong)
}
