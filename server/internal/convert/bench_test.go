package convert

import (
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
)

// The models that hooks are called with most.

func BenchmarkPostToProto(b *testing.B) {
	plain := &model.Post{Id: "p", UserId: "u", ChannelId: "c", Message: "good morning"}
	props := plain.Clone()
	props.SetProps(model.StringInterface{"from_bot": "true", "count": 7, "nested": map[string]any{"a": []any{"b", 1.5}}})
	attachments := plain.Clone()
	attachments.SetProps(model.StringInterface{"attachments": []*model.MessageAttachment{{Text: "x", Fields: []*model.MessageAttachmentField{{Title: "t", Value: "v"}}}}})
	for name, post := range map[string]*model.Post{"plain": plain, "props": props, "attachments": attachments} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				PostToProto(post)
			}
		})
	}
}

func BenchmarkPostOnto(b *testing.B) {
	post := &model.Post{Id: "p", UserId: "u", ChannelId: "c", Message: "good morning"}
	post.SetProps(model.StringInterface{"from_bot": "true", "count": 7, "nested": map[string]any{"a": []any{"b", 1.5}}})
	message := PostToProto(post)
	b.ReportAllocs()
	for b.Loop() {
		PostOnto(post, message)
	}
}

func BenchmarkUserToProto(b *testing.B) {
	user := &model.User{Id: "u", Username: "bob", Props: model.StringMap{"a": "b"}, NotifyProps: model.StringMap{"email": "true"}, Timezone: model.StringMap{"useAutomaticTimezone": "true"}}
	b.ReportAllocs()
	for b.Loop() {
		UserToProto(user)
	}
}
