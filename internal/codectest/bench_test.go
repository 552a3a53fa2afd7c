package codectest

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// BenchmarkGuest tells how long Python code in the guest takes to decode and to encode a typical post.
func BenchmarkGuest(b *testing.B) {
	id := strings.Repeat("x", 26)
	post := &pb.Post{
		Id: id, CreateAt: 1700000000123, UpdateAt: 1700000000456, EditAt: 1700000000789, DeleteAt: 1, IsPinned: true, UserId: id,
		ChannelId: id, RootId: id, OriginalId: id, Message: "Hello, this is a message as people write them.", Type: "custom",
		Hashtags: "#a #b", PendingPostId: id, HasReactions: true, RemoteId: proto.String("r"), ReplyCount: 3,
		LastReplyAt: 1700000000123, IsFollowing: proto.Bool(false), MessageSource: "m",
	}
	data, err := proto.Marshal(post)
	require.NoError(b, err)
	all, err := types()
	require.NoError(b, err)
	for kind, messageType := range all {
		if messageType.Descriptor().FullName() != post.ProtoReflect().Descriptor().FullName() {
			continue
		}
		answer := must(b, measure, kind, data)
		for b.Loop() {
			answer = must(b, measure, kind, data)
		}
		b.ReportMetric(float64(binary.LittleEndian.Uint64(answer)), "ns/decode")
		b.ReportMetric(float64(binary.LittleEndian.Uint64(answer[8:])), "ns/encode")
		b.ReportMetric(float64(len(data)), "bytes/message")
	}
}
