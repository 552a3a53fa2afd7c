package handlers

import (
	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

// userStatuses answers for whether users are there.
var userStatuses = group{
	abi.GetUserStatus: handle(func(api plugin.API, r *pb.GetUserStatusRequest) *pb.GetUserStatusResponse {
		status, err := api.GetUserStatus(r.GetUserId())
		return &pb.GetUserStatusResponse{Status: convert.StatusToProto(status), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetUserStatusesByIds: handle(func(api plugin.API, r *pb.GetUserStatusesByIdsRequest) *pb.GetUserStatusesByIdsResponse {
		statuses, err := api.GetUserStatusesByIds(r.GetUserIds())
		return &pb.GetUserStatusesByIdsResponse{Statuses: convert.List(statuses, convert.StatusToProto), Error: convert.AppErrorToProto(err)}
	}),
	abi.UpdateUserStatus: handle(func(api plugin.API, r *pb.UpdateUserStatusRequest) *pb.UpdateUserStatusResponse {
		status, err := api.UpdateUserStatus(r.GetUserId(), r.GetStatus())
		return &pb.UpdateUserStatusResponse{Status: convert.StatusToProto(status), Error: convert.AppErrorToProto(err)}
	}),
	abi.SetUserStatusTimedDND: handle(func(api plugin.API, r *pb.SetUserStatusTimedDNDRequest) *pb.SetUserStatusTimedDNDResponse {
		status, err := api.SetUserStatusTimedDND(r.GetUserId(), r.GetEndTime())
		return &pb.SetUserStatusTimedDNDResponse{Status: convert.StatusToProto(status), Error: convert.AppErrorToProto(err)}
	}),
	abi.UpdateUserCustomStatus: handle(func(api plugin.API, r *pb.UpdateUserCustomStatusRequest) *pb.UpdateUserCustomStatusResponse {
		err := api.UpdateUserCustomStatus(r.GetUserId(), convert.CustomStatusFromProto(r.GetCustomStatus()))
		return &pb.UpdateUserCustomStatusResponse{Error: convert.AppErrorToProto(err)}
	}),
	abi.RemoveUserCustomStatus: handle(func(api plugin.API, r *pb.RemoveUserCustomStatusRequest) *pb.RemoveUserCustomStatusResponse {
		err := api.RemoveUserCustomStatus(r.GetUserId())
		return &pb.RemoveUserCustomStatusResponse{Error: convert.AppErrorToProto(err)}
	}),
	abi.PublishUserTyping: handle(func(api plugin.API, r *pb.PublishUserTypingRequest) *pb.PublishUserTypingResponse {
		err := api.PublishUserTyping(r.GetUserId(), r.GetChannelId(), r.GetParentId())
		return &pb.PublishUserTypingResponse{Error: convert.AppErrorToProto(err)}
	}),
}
