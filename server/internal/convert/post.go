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
	return &pb.Post{
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
		Props:         StructToProto(p.GetProps()),
		Hashtags:      p.Hashtags,
		FileIds:       slices.Clone([]string(p.FileIds)),
		PendingPostId: p.PendingPostId,
		HasReactions:  p.HasReactions,
		RemoteId:      Pointer(p.RemoteId),
		ReplyCount:    p.ReplyCount,
		LastReplyAt:   p.LastReplyAt,
		Participants:  List(p.Participants, UserToProto),
		IsFollowing:   Pointer(p.IsFollowing),
		Metadata:      metadataToProto(p.Metadata),
	}
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
	post.FileIds = p.GetFileIds()
	post.PendingPostId = p.GetPendingPostId()
	post.HasReactions = p.GetHasReactions()
	post.RemoteId = Pointer(p.RemoteId)
	post.ReplyCount = p.GetReplyCount()
	post.LastReplyAt = p.GetLastReplyAt()
	post.Participants = List(p.GetParticipants(), UserFromProto)
	post.IsFollowing = Pointer(p.IsFollowing)
	if original == nil {
		post.SetProps(StructFromProto(p.GetProps()))
		post.Metadata = metadataOnto(nil, p.GetMetadata())
	} else {
		post.SetProps(structOnto(original.GetProps(), p.GetProps()))
		post.Metadata = metadataOnto(original.Metadata, p.GetMetadata())
	}
	return post
}

// PostListToProto gives the message of a model.PostList.
func PostListToProto(l *model.PostList) *pb.PostList {
	if l == nil {
		return nil
	}
	return &pb.PostList{
		Order:                     slices.Clone(l.Order),
		Posts:                     Table(l.Posts, PostToProto),
		NextPostId:                l.NextPostId,
		PrevPostId:                l.PrevPostId,
		FirstInaccessiblePostTime: l.FirstInaccessiblePostTime != 0,
		HasNext:                   l.HasNext != nil && *l.HasNext,
	}
}

// PostSearchResultsToProto gives the message of a model.PostSearchResults.
func PostSearchResultsToProto(r *model.PostSearchResults) *pb.PostSearchResults {
	if r == nil {
		return nil
	}
	results := &pb.PostSearchResults{}
	if r.PostList != nil {
		results.Order = slices.Clone(r.Order)
		results.Posts = Table(r.Posts, PostToProto)
	}
	if r.Matches != nil {
		results.Matches = make(map[string]*pb.StringList, len(r.Matches))
		for id, words := range r.Matches {
			results.Matches[id] = &pb.StringList{Values: slices.Clone(words)}
		}
	}
	return results
}

// SearchParameterFromProto gives the model of how posts are searched.
func SearchParameterFromProto(p *pb.SearchParameter) model.SearchParameter {
	return model.SearchParameter{
		Terms:                  new(p.GetTerms()),
		IsOrSearch:             new(p.GetIsOrSearch()),
		TimeZoneOffset:         new(int(p.GetTimeZoneOffset())),
		Page:                   new(int(p.GetPage())),
		PerPage:                new(int(p.GetPerPage())),
		IncludeDeletedChannels: new(p.GetIncludeDeletedChannels()),
	}
}
