package handlers

import (
	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

// posts answers for posts.
var posts = group{
	abi.CreatePost: handle(func(api plugin.API, r *pb.CreatePostRequest) *pb.CreatePostResponse {
		post, err := api.CreatePost(convert.PostFromProto(r.GetPost()))
		return &pb.CreatePostResponse{Post: convert.PostToProto(post), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetPost: handle(func(api plugin.API, r *pb.GetPostRequest) *pb.GetPostResponse {
		post, err := api.GetPost(r.GetPostId())
		return &pb.GetPostResponse{Post: convert.PostToProto(post), Error: convert.AppErrorToProto(err)}
	}),
	abi.UpdatePost: handle(func(api plugin.API, r *pb.UpdatePostRequest) *pb.UpdatePostResponse {
		post, err := api.UpdatePost(convert.PostFromProto(r.GetPost()))
		return &pb.UpdatePostResponse{Post: convert.PostToProto(post), Error: convert.AppErrorToProto(err)}
	}),
	abi.DeletePost: handle(func(api plugin.API, r *pb.DeletePostRequest) *pb.DeletePostResponse {
		return &pb.DeletePostResponse{Error: convert.AppErrorToProto(api.DeletePost(r.GetPostId()))}
	}),
}

// postLists answers for several posts at once.
var postLists = group{
	abi.GetPostThread: handle(func(api plugin.API, r *pb.GetPostThreadRequest) *pb.GetPostThreadResponse {
		list, err := api.GetPostThread(r.GetPostId())
		return &pb.GetPostThreadResponse{PostList: convert.PostListToProto(list), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetPostsSince: handle(func(api plugin.API, r *pb.GetPostsSinceRequest) *pb.GetPostsSinceResponse {
		list, err := api.GetPostsSince(r.GetChannelId(), r.GetTime())
		return &pb.GetPostsSinceResponse{PostList: convert.PostListToProto(list), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetPostsAfter: handle(func(api plugin.API, r *pb.GetPostsAfterRequest) *pb.GetPostsAfterResponse {
		list, err := api.GetPostsAfter(r.GetChannelId(), r.GetPostId(), int(r.GetPage()), int(r.GetPerPage()))
		return &pb.GetPostsAfterResponse{PostList: convert.PostListToProto(list), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetPostsBefore: handle(func(api plugin.API, r *pb.GetPostsBeforeRequest) *pb.GetPostsBeforeResponse {
		list, err := api.GetPostsBefore(r.GetChannelId(), r.GetPostId(), int(r.GetPage()), int(r.GetPerPage()))
		return &pb.GetPostsBeforeResponse{PostList: convert.PostListToProto(list), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetPostsForChannel: handle(func(api plugin.API, r *pb.GetPostsForChannelRequest) *pb.GetPostsForChannelResponse {
		list, err := api.GetPostsForChannel(r.GetChannelId(), int(r.GetPage()), int(r.GetPerPage()))
		return &pb.GetPostsForChannelResponse{PostList: convert.PostListToProto(list), Error: convert.AppErrorToProto(err)}
	}),
	abi.SearchPostsInTeamForUser: handle(func(api plugin.API, r *pb.SearchPostsInTeamForUserRequest) *pb.SearchPostsInTeamForUserResponse {
		results, err := api.SearchPostsInTeamForUser(r.GetTeamId(), r.GetUserId(), convert.SearchParameterFromProto(r.GetSearchParams()))
		return &pb.SearchPostsInTeamForUserResponse{Results: convert.PostSearchResultsToProto(results), Error: convert.AppErrorToProto(err)}
	}),
}

// ephemeralPosts answers for posts that only one user sees, until the next reload.
var ephemeralPosts = group{
	abi.SendEphemeralPost: handle(func(api plugin.API, r *pb.SendEphemeralPostRequest) *pb.SendEphemeralPostResponse {
		return &pb.SendEphemeralPostResponse{Post: convert.PostToProto(api.SendEphemeralPost(r.GetUserId(), convert.PostFromProto(r.GetPost())))}
	}),
	abi.UpdateEphemeralPost: handle(func(api plugin.API, r *pb.UpdateEphemeralPostRequest) *pb.UpdateEphemeralPostResponse {
		return &pb.UpdateEphemeralPostResponse{Post: convert.PostToProto(api.UpdateEphemeralPost(r.GetUserId(), convert.PostFromProto(r.GetPost())))}
	}),
	abi.DeleteEphemeralPost: handle(func(api plugin.API, r *pb.DeleteEphemeralPostRequest) *pb.DeleteEphemeralPostResponse {
		api.DeleteEphemeralPost(r.GetUserId(), r.GetPostId())
		return &pb.DeleteEphemeralPostResponse{}
	}),
}
