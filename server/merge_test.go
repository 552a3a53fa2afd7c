package server

import (
	"bytes"
	"encoding/gob"
	"maps"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

// merged does what net/rpc does with the reply of MessageWillBePosted: it decodes it into the post that was sent.
func merged(t require.TestingT, sent, reply *model.Post) *model.Post {
	var wire bytes.Buffer
	require.NoError(t, gob.NewEncoder(&wire).Encode(reply))
	into := sent.Clone()
	into.SetProps(maps.Clone(into.GetProps()))
	require.NoError(t, gob.NewDecoder(&wire).Decode(into))
	return into
}

func TestWhatDoesNotCrossIsNamed(t *testing.T) {
	sent := &model.Post{
		Message: "hello", IsPinned: true, FileIds: model.StringArray{"f"}, RemoteId: new("r"), Hashtags: "#a",
		Metadata: &model.PostMetadata{Priority: &model.PostPriority{RequestedAck: new(true)}},
	}
	sent.SetProps(model.StringInterface{"a": 1, "b": 2})
	reply := sent.Clone()
	reply.Message, reply.IsPinned, reply.FileIds, reply.RemoteId = "", false, nil, nil
	reply.Hashtags = "#b"
	reply.Metadata = &model.PostMetadata{Priority: &model.PostPriority{RequestedAck: new(false)}}
	reply.SetProps(model.StringInterface{"b": ""})
	require.Equal(t,
		[]string{"is_pinned", "message", `props["a"]`, "file_ids", "remote_id", "metadata.priority.requested_ack"},
		unmergeable(sent, reply))
}

func TestWhatIsNotNamedCrosses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sent, reply := drawPost(t), drawPost(t)
		if len(unmergeable(sent, reply)) > 0 {
			t.Skip("the author is told")
		}
		want, got := convert.PostToProto(reply), convert.PostToProto(merged(t, sent, reply))
		require.True(t, proto.Equal(want, got), "want %v\n got %v", want, got)
	})
}

// drawPost draws a post of few possible values, so that two often have some in common.
func drawPost(t *rapid.T) *model.Post {
	post := &pb.Post{
		Message:  rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "message"),
		IsPinned: rapid.Bool().Draw(t, "pinned"),
		FileIds:  rapid.SliceOfN(rapid.SampledFrom([]string{"x", "y"}), 0, 2).Draw(t, "files"),
	}
	if rapid.Bool().Draw(t, "remote") {
		post.RemoteId = new("r")
	}
	for range rapid.IntRange(0, 2).Draw(t, "participants") {
		post.Participants = append(post.Participants, &pb.User{Username: rapid.SampledFrom([]string{"", "u"}).Draw(t, "user")})
	}
	model := convert.PostFromProto(post)
	model.SetProps(rapid.MapOfN(rapid.SampledFrom([]string{"p", "q"}), rapid.Custom(func(t *rapid.T) any {
		return rapid.SampledFrom([]any{nil, "", "v", false, 0.0, []any{}, map[string]any{"a": "b"}}).Draw(t, "value")
	}), 0, 2).Draw(t, "props"))
	return model
}
