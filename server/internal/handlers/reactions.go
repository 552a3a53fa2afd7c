package handlers

import (
	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

// reactions answers for reactions to posts.
var reactions = group{
	abi.AddReaction: handle(func(api plugin.API, r *pb.AddReactionRequest) *pb.AddReactionResponse {
		reaction, err := api.AddReaction(convert.ReactionFromProto(r.GetReaction()))
		return &pb.AddReactionResponse{Reaction: convert.ReactionToProto(reaction), Error: convert.AppErrorToProto(err)}
	}),
	abi.RemoveReaction: handle(func(api plugin.API, r *pb.RemoveReactionRequest) *pb.RemoveReactionResponse {
		err := api.RemoveReaction(convert.ReactionFromProto(r.GetReaction()))
		return &pb.RemoveReactionResponse{Error: convert.AppErrorToProto(err)}
	}),
	abi.GetReactions: handle(func(api plugin.API, r *pb.GetReactionsRequest) *pb.GetReactionsResponse {
		reactions, err := api.GetReactions(r.GetPostId())
		return &pb.GetReactionsResponse{Reactions: convert.List(reactions, convert.ReactionToProto), Error: convert.AppErrorToProto(err)}
	}),
}

// emojis answers for custom emoji.
var emojis = group{
	abi.GetEmojiList: handle(func(api plugin.API, r *pb.GetEmojiListRequest) *pb.GetEmojiListResponse {
		emojis, err := api.GetEmojiList(r.GetSortBy(), int(r.GetPage()), int(r.GetPerPage()))
		return &pb.GetEmojiListResponse{Emojis: convert.List(emojis, convert.EmojiToProto), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetEmojiByName: handle(func(api plugin.API, r *pb.GetEmojiByNameRequest) *pb.GetEmojiByNameResponse {
		emoji, err := api.GetEmojiByName(r.GetName())
		return &pb.GetEmojiByNameResponse{Emoji: convert.EmojiToProto(emoji), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetEmoji: handle(func(api plugin.API, r *pb.GetEmojiRequest) *pb.GetEmojiResponse {
		emoji, err := api.GetEmoji(r.GetEmojiId())
		return &pb.GetEmojiResponse{Emoji: convert.EmojiToProto(emoji), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetEmojiImage: handle(func(api plugin.API, r *pb.GetEmojiImageRequest) *pb.GetEmojiImageResponse {
		image, contentType, err := api.GetEmojiImage(r.GetEmojiId())
		return &pb.GetEmojiImageResponse{Image: image, ContentType: contentType, Error: convert.AppErrorToProto(err)}
	}),
}
