package convert

import (
	"github.com/mattermost/mattermost/server/public/model"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// DraftOnto gives the model of a draft that a plugin was given as original and handed back as changed; what the plugin
// left alone is as in original, see PostOnto.
func DraftOnto(original *model.Draft, changed *pb.Draft) *model.Draft {
	draft := DraftFromProto(changed)
	if draft == nil || original == nil {
		return draft
	}
	draft.SetProps(structOnto(original.GetProps(), changed.GetProps(), changed.GetPropsNumbers()))
	draft.Priority = structOnto(original.Priority, changed.GetPriority(), changed.GetPriorityNumbers())
	draft.Metadata = metadataOnto(original.Metadata, changed.GetMetadata())
	return draft
}

// ScheduledPostOnto is DraftOnto for a model.ScheduledPost.
func ScheduledPostOnto(original *model.ScheduledPost, changed *pb.ScheduledPost) *model.ScheduledPost {
	post := ScheduledPostFromProto(changed)
	if post == nil || original == nil {
		return post
	}
	post.SetProps(structOnto(original.GetProps(), changed.GetProps(), changed.GetPropsNumbers()))
	post.Priority = structOnto(original.Priority, changed.GetPriority(), changed.GetPriorityNumbers())
	post.Metadata = metadataOnto(original.Metadata, changed.GetMetadata())
	return post
}
