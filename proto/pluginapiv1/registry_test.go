package pluginapiv1_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/known/structpb"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

func TestAnotherPackageMayHaveAFileOfTheSameName(t *testing.T) {
	pb.Files.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		_, err := protoregistry.GlobalFiles.FindFileByPath(file.Path())
		require.ErrorIs(t, err, protoregistry.NotFound, file.Path())
		return true
	})
	other, err := protodesc.NewFile(&descriptorpb.FileDescriptorProto{
		Name: proto.String("user.proto"), Package: proto.String("someone.elses"), Syntax: proto.String("proto3"),
	}, nil)
	require.NoError(t, err)
	require.NoError(t, protoregistry.GlobalFiles.RegisterFile(other))
}

func TestFilesAreCompleteAndResolved(t *testing.T) {
	require.Equal(t, 23, pb.Files.NumFiles())
	pb.Files.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		for i := range file.Imports().Len() {
			require.False(t, file.Imports().Get(i).IsPlaceholder(), "%s imports %s", file.Path(), file.Imports().Get(i).Path())
		}
		return true
	})
}

func TestMessagesAreFoundByNameAndSurviveTheWireAndJSON(t *testing.T) {
	kind, err := protoregistry.GlobalTypes.FindMessageByName("mattermost.pluginapi.v1.MessageWillBePostedRequest")
	require.NoError(t, err)
	props, err := structpb.NewStruct(map[string]any{"from_bot": "true", "attachments": []any{1.5, nil, map[string]any{}}})
	require.NoError(t, err)
	want := &pb.MessageWillBePostedRequest{Post: &pb.Post{
		Message: "hi", Props: props, RemoteId: proto.String(""), FileIds: []string{"a", "b"},
		Participants: []*pb.User{{Id: "u", Props: map[string]string{"k": "v"}}},
	}}

	wire, err := proto.Marshal(want)
	require.NoError(t, err)
	got := kind.New().Interface()
	require.NoError(t, proto.Unmarshal(wire, got))
	require.True(t, proto.Equal(want, got))

	text, err := protojson.Marshal(want)
	require.NoError(t, err)
	got = kind.New().Interface()
	require.NoError(t, protojson.Unmarshal(text, got))
	require.True(t, proto.Equal(want, got))
}
