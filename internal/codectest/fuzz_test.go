package codectest

import (
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// FuzzCodec gives the same bytes to guest and Go, as a message of the type with that number (see types).
func FuzzCodec(f *testing.F) {
	props, err := structpb.NewStruct(map[string]any{"a": 1, "b": []any{nil, true, "x", map[string]any{"c": 1.5}}})
	if err != nil {
		f.Fatal(err)
	}
	post := &pb.Post{
		Id: "id", CreateAt: 1 << 41, Message: "héllo", Props: props, FileIds: []string{"a", "b"}, IsFollowing: proto.Bool(false),
		Metadata: &pb.PostMetadata{Images: map[string]*pb.PostImage{"url": {Width: 3}}, Embeds: []*pb.PostEmbed{{Type: "link"}}},
	}
	all, err := types()
	if err != nil {
		f.Fatal(err)
	}
	for kind, messageType := range all {
		if messageType.Descriptor().FullName() == post.ProtoReflect().Descriptor().FullName() {
			data, err := proto.Marshal(post)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(uint16(kind), data)
		}
	}
	f.Fuzz(func(t *testing.T, kind uint16, data []byte) {
		requireAgreement(t, int(kind)%len(all), data)
	})
}
