package handlers

import (
	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

// permissions answers for what users and roles may do.
var permissions = group{
	abi.HasPermissionTo: handle(func(api plugin.API, r *pb.HasPermissionToRequest) *pb.HasPermissionToResponse {
		return &pb.HasPermissionToResponse{HasPermission: api.HasPermissionTo(r.GetUserId(), convert.PermissionFromProto(r.GetPermissionId()))}
	}),
	abi.HasPermissionToTeam: handle(func(api plugin.API, r *pb.HasPermissionToTeamRequest) *pb.HasPermissionToTeamResponse {
		return &pb.HasPermissionToTeamResponse{HasPermission: api.HasPermissionToTeam(r.GetUserId(), r.GetTeamId(), convert.PermissionFromProto(r.GetPermissionId()))}
	}),
	abi.HasPermissionToChannel: handle(func(api plugin.API, r *pb.HasPermissionToChannelRequest) *pb.HasPermissionToChannelResponse {
		return &pb.HasPermissionToChannelResponse{HasPermission: api.HasPermissionToChannel(r.GetUserId(), r.GetChannelId(), convert.PermissionFromProto(r.GetPermissionId()))}
	}),
	abi.RolesGrantPermission: handle(func(api plugin.API, r *pb.RolesGrantPermissionRequest) *pb.RolesGrantPermissionResponse {
		return &pb.RolesGrantPermissionResponse{HasPermission: api.RolesGrantPermission(r.GetRoleNames(), r.GetPermissionId())}
	}),
}
