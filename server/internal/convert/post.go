package convert

import (
	"slices"

	"github.com/mattermost/mattermost/server/public/model"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// PostToProto gives the message of a model.Post, with its props, participants and metadata.
func PostToProto(p *model.Post) *pb.Post {
	if p == nil {
		return nil
	}
	post := &pb.Post{
		Id:            p.Id,
		CreateAt:      p.CreateAt,
		UpdateAt:      p.UpdateAt,
		EditAt:        p.EditAt,
		DeleteAt:      p.DeleteAt,
		IsPinned:      p.IsPinned,
		UserId:        p.UserId,
		ChannelId:     p.ChannelId,
		RootId:        p.RootId,
		OriginalId:    p.OriginalId,
		Message:       p.Message,
		MessageSource: p.MessageSource,
		Type:          p.Type,
		Hashtags:      p.Hashtags,
		FileIds:       p.FileIds,
		PendingPostId: p.PendingPostId,
		HasReactions:  p.HasReactions,
		RemoteId:      p.RemoteId,
		ReplyCount:    p.ReplyCount,
		LastReplyAt:   p.LastReplyAt,
		Participants:  List(p.Participants, UserToProto),
		IsFollowing:   p.IsFollowing,
		Metadata:      PostMetadataToProto(p.Metadata),
		Filenames:     p.Filenames,
	}
	post.Props, post.PropsNumbers = StructAndNumbers(p.GetProps())
	return post
}

// PostFromProto is the inverse of PostToProto.
func PostFromProto(p *pb.Post) *model.Post {
	if p == nil {
		return nil
	}
	return postOnto(&model.Post{}, nil, p)
}

// PostOnto gives the model of a post that a plugin was given as original and handed back as changed: as PostFromProto,
// but what the contract has no field for, and each prop that the plugin left alone, is as in original, which stays as
// it is.
func PostOnto(original *model.Post, changed *pb.Post) *model.Post {
	if changed == nil {
		return nil
	}
	if original == nil {
		return PostFromProto(changed)
	}
	return postOnto(original.Clone(), original, changed)
}

// PostChangesOnto is PostOnto for a plugin that has said, by their numbers, which fields it has changed: all others are as
// in original, and changed does not have them. Without numbers it has not said so.
func PostChangesOnto(original *model.Post, changed *pb.Post, fields []uint32) *model.Post {
	if len(fields) == 0 || original == nil || changed == nil {
		return PostOnto(original, changed)
	}
	post := original.Clone()
	for _, number := range fields {
		if number < uint32(len(postFields)) && postFields[number] != nil {
			postFields[number](post, changed)
		}
	}
	return post
}

// postFields sets a plain field of a post, by its number in the contract.
var postFields = [...]func(post *model.Post, p *pb.Post){
	1:  func(post *model.Post, p *pb.Post) { post.Id = p.GetId() },
	2:  func(post *model.Post, p *pb.Post) { post.CreateAt = p.GetCreateAt() },
	3:  func(post *model.Post, p *pb.Post) { post.UpdateAt = p.GetUpdateAt() },
	4:  func(post *model.Post, p *pb.Post) { post.EditAt = p.GetEditAt() },
	5:  func(post *model.Post, p *pb.Post) { post.DeleteAt = p.GetDeleteAt() },
	6:  func(post *model.Post, p *pb.Post) { post.IsPinned = p.GetIsPinned() },
	7:  func(post *model.Post, p *pb.Post) { post.UserId = p.GetUserId() },
	8:  func(post *model.Post, p *pb.Post) { post.ChannelId = p.GetChannelId() },
	9:  func(post *model.Post, p *pb.Post) { post.RootId = p.GetRootId() },
	10: func(post *model.Post, p *pb.Post) { post.OriginalId = p.GetOriginalId() },
	11: func(post *model.Post, p *pb.Post) { post.Message = p.GetMessage() },
	12: func(post *model.Post, p *pb.Post) { post.MessageSource = p.GetMessageSource() },
	13: func(post *model.Post, p *pb.Post) { post.Type = p.GetType() },
	15: func(post *model.Post, p *pb.Post) { post.Hashtags = p.GetHashtags() },
	17: func(post *model.Post, p *pb.Post) { post.PendingPostId = p.GetPendingPostId() },
	18: func(post *model.Post, p *pb.Post) { post.HasReactions = p.GetHasReactions() },
	19: func(post *model.Post, p *pb.Post) { post.RemoteId = p.RemoteId },
	20: func(post *model.Post, p *pb.Post) { post.ReplyCount = p.GetReplyCount() },
	21: func(post *model.Post, p *pb.Post) { post.LastReplyAt = p.GetLastReplyAt() },
	23: func(post *model.Post, p *pb.Post) { post.IsFollowing = p.IsFollowing },
}

// postOnto sets in post all that the contract carries.
func postOnto(post, original *model.Post, p *pb.Post) *model.Post {
	for _, set := range postFields {
		if set != nil {
			set(post, p)
		}
	}
	post.Filenames = slices.Clone(p.GetFilenames())
	post.FileIds = slices.Clone(p.GetFileIds())
	post.Participants = List(p.GetParticipants(), UserFromProto)
	if original == nil {
		post.SetProps(StructFromProto(p.GetProps(), p.GetPropsNumbers()...))
		post.Metadata = metadataOnto(nil, p.GetMetadata())
	} else {
		post.SetProps(structOnto(original.GetProps(), p.GetProps(), p.GetPropsNumbers()))
		post.Metadata = metadataOnto(original.Metadata, p.GetMetadata())
	}
	return post
}

// PostSearchResultsToProto gives the message of a model.PostSearchResults, which is a post list with more.
func PostSearchResultsToProto(r *model.PostSearchResults) *pb.PostSearchResults {
	if r == nil {
		return nil
	}
	results := &pb.PostSearchResults{Matches: StringListsToProto(r.Matches)}
	if list := PostListToProto(r.PostList); list != nil {
		results.Order = list.Order
		results.Posts = list.Posts
		results.NextPostId = list.NextPostId
		results.PrevPostId = list.PrevPostId
		results.BurnOnReadPosts = list.BurnOnReadPosts
		results.HasNext = r.HasNext
		results.FirstInaccessiblePostTime = r.FirstInaccessiblePostTime
	}
	return results
}

// PostSearchResultsFromProto is the inverse of PostSearchResultsToProto.
func PostSearchResultsFromProto(r *pb.PostSearchResults) *model.PostSearchResults {
	if r == nil {
		return nil
	}
	return &model.PostSearchResults{
		PostList: &model.PostList{
			Order:                     slices.Clone(r.GetOrder()),
			Posts:                     Table(r.GetPosts(), PostFromProto),
			NextPostId:                r.GetNextPostId(),
			PrevPostId:                r.GetPrevPostId(),
			HasNext:                   Pointer(r.HasNext),
			FirstInaccessiblePostTime: r.GetFirstInaccessiblePostTime(),
			BurnOnReadPosts:           Table(r.GetBurnOnReadPosts(), PostFromProto),
		},
		Matches: StringListsFromProto(r.GetMatches()),
	}
}
