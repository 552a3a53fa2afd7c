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

// postOnto sets in post all that the contract carries.
func postOnto(post, original *model.Post, p *pb.Post) *model.Post {
	post.Id = p.GetId()
	post.CreateAt = p.GetCreateAt()
	post.UpdateAt = p.GetUpdateAt()
	post.EditAt = p.GetEditAt()
	post.DeleteAt = p.GetDeleteAt()
	post.IsPinned = p.GetIsPinned()
	post.UserId = p.GetUserId()
	post.ChannelId = p.GetChannelId()
	post.RootId = p.GetRootId()
	post.OriginalId = p.GetOriginalId()
	post.Message = p.GetMessage()
	post.MessageSource = p.GetMessageSource()
	post.Type = p.GetType()
	post.Hashtags = p.GetHashtags()
	post.Filenames = slices.Clone(p.GetFilenames())
	post.FileIds = slices.Clone(p.GetFileIds())
	post.PendingPostId = p.GetPendingPostId()
	post.HasReactions = p.GetHasReactions()
	post.RemoteId = Pointer(p.RemoteId)
	post.ReplyCount = p.GetReplyCount()
	post.LastReplyAt = p.GetLastReplyAt()
	post.Participants = List(p.GetParticipants(), UserFromProto)
	post.IsFollowing = Pointer(p.IsFollowing)
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
