package convert

import (
	"github.com/mattermost/mattermost/server/public/model"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

func draftMetadataToProto(m *model.PostMetadata) *pb.PostMetadata   { return metadataToProto(m) }
func draftMetadataFromProto(m *pb.PostMetadata) *model.PostMetadata { return metadataOnto(nil, m) }

// DraftOnto gives the model of a draft that a plugin was given as original and handed back as changed; what the plugin
// left alone is as in original, see PostOnto.
func DraftOnto(original *model.Draft, changed *pb.Draft) *model.Draft {
	draft := DraftFromProto(changed)
	if draft == nil || original == nil {
		return draft
	}
	draft.SetProps(structOnto(original.GetProps(), changed.GetProps()))
	draft.Priority = structOnto(original.Priority, changed.GetPriority())
	draft.Metadata = metadataOnto(original.Metadata, changed.GetMetadata())
	return draft
}

// ScheduledPostToProto gives the message of a model.ScheduledPost, which is a draft and some fields more.
func ScheduledPostToProto(p *model.ScheduledPost) *pb.ScheduledPost {
	if p == nil {
		return nil
	}
	draft := DraftToProto(&p.Draft)
	return &pb.ScheduledPost{
		Id:              p.Id,
		CreateAt:        draft.CreateAt,
		UpdateAt:        draft.UpdateAt,
		DeleteAt:        draft.DeleteAt,
		UserId:          draft.UserId,
		ChannelId:       draft.ChannelId,
		RootId:          draft.RootId,
		Message:         draft.Message,
		Type:            draft.Type,
		Props:           draft.Props,
		PropsNumbers:    draft.PropsNumbers,
		FileIds:         draft.FileIds,
		Metadata:        draft.Metadata,
		Priority:        draft.Priority,
		PriorityNumbers: draft.PriorityNumbers,
		ScheduledAt:     p.ScheduledAt,
		ProcessedAt:     p.ProcessedAt,
		ErrorCode:       p.ErrorCode,
		RepeatType:      p.RepeatType,
		RepeatTimezone:  p.RepeatTimezone,
	}
}

// ScheduledPostFromProto is the inverse of ScheduledPostToProto.
func ScheduledPostFromProto(p *pb.ScheduledPost) *model.ScheduledPost {
	return ScheduledPostOnto(nil, p)
}

// ScheduledPostOnto is DraftOnto for a model.ScheduledPost.
func ScheduledPostOnto(original *model.ScheduledPost, changed *pb.ScheduledPost) *model.ScheduledPost {
	if changed == nil {
		return nil
	}
	var originalDraft *model.Draft
	if original != nil {
		originalDraft = &original.Draft
	}
	draft := DraftOnto(originalDraft, &pb.Draft{
		CreateAt:        changed.CreateAt,
		UpdateAt:        changed.UpdateAt,
		DeleteAt:        changed.DeleteAt,
		UserId:          changed.UserId,
		ChannelId:       changed.ChannelId,
		RootId:          changed.RootId,
		Message:         changed.Message,
		Type:            changed.Type,
		Props:           changed.Props,
		PropsNumbers:    changed.PropsNumbers,
		FileIds:         changed.FileIds,
		Metadata:        changed.Metadata,
		Priority:        changed.Priority,
		PriorityNumbers: changed.PriorityNumbers,
	})
	post := &model.ScheduledPost{
		Id:             changed.Id,
		ScheduledAt:    changed.ScheduledAt,
		ProcessedAt:    changed.ProcessedAt,
		ErrorCode:      changed.ErrorCode,
		RepeatType:     changed.RepeatType,
		RepeatTimezone: changed.RepeatTimezone,
	}
	// Field by field: a draft has a lock in it, which must not be copied.
	post.CreateAt, post.UpdateAt, post.DeleteAt = draft.CreateAt, draft.UpdateAt, draft.DeleteAt
	post.UserId, post.ChannelId, post.RootId = draft.UserId, draft.ChannelId, draft.RootId
	post.Message, post.Type, post.FileIds = draft.Message, draft.Type, draft.FileIds
	post.SetProps(draft.GetProps())
	post.Priority, post.Metadata = draft.Priority, draft.Metadata
	return post
}
