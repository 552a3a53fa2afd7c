package handlers

import (
	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

// messaging answers for what reaches people and plugins other than by posts.
var messaging = group{
	abi.OpenInteractiveDialog: handle(func(api plugin.API, r *pb.OpenInteractiveDialogRequest) *pb.OpenInteractiveDialogResponse {
		err := api.OpenInteractiveDialog(convert.OpenDialogRequestFromProto(r.GetDialog()))
		return &pb.OpenInteractiveDialogResponse{Error: convert.AppErrorToProto(err)}
	}),
	abi.SendMail: handle(func(api plugin.API, r *pb.SendMailRequest) *pb.SendMailResponse {
		err := api.SendMail(r.GetTo(), r.GetSubject(), r.GetHtmlBody())
		return &pb.SendMailResponse{Error: convert.AppErrorToProto(err)}
	}),
	abi.PublishWebSocketEvent: handle(func(api plugin.API, r *pb.PublishWebSocketEventRequest) *pb.PublishWebSocketEventResponse {
		api.PublishWebSocketEvent(r.GetEvent(), convert.StructFromProto(r.GetPayload()), convert.BroadcastFromProto(r.GetBroadcast()))
		return &pb.PublishWebSocketEventResponse{}
	}),
	abi.PublishPluginClusterEvent: handle(func(api plugin.API, r *pb.PublishPluginClusterEventRequest) *pb.PublishPluginClusterEventResponse {
		err := api.PublishPluginClusterEvent(convert.ClusterEventFromProto(r.GetEvent()), convert.ClusterEventOptionsFromProto(r.GetOpts()))
		return &pb.PublishPluginClusterEventResponse{Error: convert.ErrorToProto(err)}
	}),
	abi.RegisterCollectionAndTopic: handle(func(api plugin.API, r *pb.RegisterCollectionAndTopicRequest) *pb.RegisterCollectionAndTopicResponse {
		err := api.RegisterCollectionAndTopic(r.GetCollectionType(), r.GetTopicType())
		return &pb.RegisterCollectionAndTopicResponse{Error: convert.ErrorToProto(err)}
	}),
}
