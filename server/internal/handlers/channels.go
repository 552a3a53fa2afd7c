package handlers

import (
	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

// channels answers for channels.
var channels = group{
	abi.CreateChannel: handle(func(api plugin.API, r *pb.CreateChannelRequest) *pb.CreateChannelResponse {
		channel, err := api.CreateChannel(convert.ChannelFromProto(r.GetChannel()))
		return &pb.CreateChannelResponse{Channel: convert.ChannelToProto(channel), Error: convert.AppErrorToProto(err)}
	}),
	abi.DeleteChannel: handle(func(api plugin.API, r *pb.DeleteChannelRequest) *pb.DeleteChannelResponse {
		return &pb.DeleteChannelResponse{Error: convert.AppErrorToProto(api.DeleteChannel(r.GetChannelId()))}
	}),
	abi.GetPublicChannelsForTeam: handle(func(api plugin.API, r *pb.GetPublicChannelsForTeamRequest) *pb.GetPublicChannelsForTeamResponse {
		channels, err := api.GetPublicChannelsForTeam(r.GetTeamId(), int(r.GetPage()), int(r.GetPerPage()))
		return &pb.GetPublicChannelsForTeamResponse{Channels: convert.List(channels, convert.ChannelToProto), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetChannel: handle(func(api plugin.API, r *pb.GetChannelRequest) *pb.GetChannelResponse {
		channel, err := api.GetChannel(r.GetChannelId())
		return &pb.GetChannelResponse{Channel: convert.ChannelToProto(channel), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetChannelByName: handle(func(api plugin.API, r *pb.GetChannelByNameRequest) *pb.GetChannelByNameResponse {
		channel, err := api.GetChannelByName(r.GetTeamId(), r.GetName(), r.GetIncludeDeleted())
		return &pb.GetChannelByNameResponse{Channel: convert.ChannelToProto(channel), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetChannelByNameForTeamName: handle(func(api plugin.API, r *pb.GetChannelByNameForTeamNameRequest) *pb.GetChannelByNameForTeamNameResponse {
		channel, err := api.GetChannelByNameForTeamName(r.GetTeamName(), r.GetChannelName(), r.GetIncludeDeleted())
		return &pb.GetChannelByNameForTeamNameResponse{Channel: convert.ChannelToProto(channel), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetChannelsForTeamForUser: handle(func(api plugin.API, r *pb.GetChannelsForTeamForUserRequest) *pb.GetChannelsForTeamForUserResponse {
		channels, err := api.GetChannelsForTeamForUser(r.GetTeamId(), r.GetUserId(), r.GetIncludeDeleted())
		return &pb.GetChannelsForTeamForUserResponse{Channels: convert.List(channels, convert.ChannelToProto), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetChannelStats: handle(func(api plugin.API, r *pb.GetChannelStatsRequest) *pb.GetChannelStatsResponse {
		stats, err := api.GetChannelStats(r.GetChannelId())
		return &pb.GetChannelStatsResponse{ChannelStats: convert.ChannelStatsToProto(stats), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetDirectChannel: handle(func(api plugin.API, r *pb.GetDirectChannelRequest) *pb.GetDirectChannelResponse {
		channel, err := api.GetDirectChannel(r.GetUserId_1(), r.GetUserId_2())
		return &pb.GetDirectChannelResponse{Channel: convert.ChannelToProto(channel), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetGroupChannel: handle(func(api plugin.API, r *pb.GetGroupChannelRequest) *pb.GetGroupChannelResponse {
		channel, err := api.GetGroupChannel(r.GetUserIds())
		return &pb.GetGroupChannelResponse{Channel: convert.ChannelToProto(channel), Error: convert.AppErrorToProto(err)}
	}),
	abi.UpdateChannel: handle(func(api plugin.API, r *pb.UpdateChannelRequest) *pb.UpdateChannelResponse {
		channel, err := api.UpdateChannel(convert.ChannelFromProto(r.GetChannel()))
		return &pb.UpdateChannelResponse{Channel: convert.ChannelToProto(channel), Error: convert.AppErrorToProto(err)}
	}),
	abi.SearchChannels: handle(func(api plugin.API, r *pb.SearchChannelsRequest) *pb.SearchChannelsResponse {
		channels, err := api.SearchChannels(r.GetTeamId(), r.GetTerm())
		return &pb.SearchChannelsResponse{Channels: convert.List(channels, convert.ChannelToProto), Error: convert.AppErrorToProto(err)}
	}),
}

// channelMembers answers for who is in a channel.
var channelMembers = group{
	abi.AddChannelMember: handle(func(api plugin.API, r *pb.AddChannelMemberRequest) *pb.AddChannelMemberResponse {
		member, err := api.AddChannelMember(r.GetChannelId(), r.GetUserId())
		return &pb.AddChannelMemberResponse{ChannelMember: convert.ChannelMemberToProto(member), Error: convert.AppErrorToProto(err)}
	}),
	abi.AddUserToChannel: handle(func(api plugin.API, r *pb.AddUserToChannelRequest) *pb.AddUserToChannelResponse {
		member, err := api.AddUserToChannel(r.GetChannelId(), r.GetUserId(), r.GetAsUserId())
		return &pb.AddUserToChannelResponse{ChannelMember: convert.ChannelMemberToProto(member), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetChannelMember: handle(func(api plugin.API, r *pb.GetChannelMemberRequest) *pb.GetChannelMemberResponse {
		member, err := api.GetChannelMember(r.GetChannelId(), r.GetUserId())
		return &pb.GetChannelMemberResponse{ChannelMember: convert.ChannelMemberToProto(member), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetChannelMembers: handle(func(api plugin.API, r *pb.GetChannelMembersRequest) *pb.GetChannelMembersResponse {
		members, err := api.GetChannelMembers(r.GetChannelId(), int(r.GetPage()), int(r.GetPerPage()))
		return &pb.GetChannelMembersResponse{ChannelMembers: convert.Values(members, convert.ChannelMemberToProto), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetChannelMembersByIds: handle(func(api plugin.API, r *pb.GetChannelMembersByIdsRequest) *pb.GetChannelMembersByIdsResponse {
		members, err := api.GetChannelMembersByIds(r.GetChannelId(), r.GetUserIds())
		return &pb.GetChannelMembersByIdsResponse{ChannelMembers: convert.Values(members, convert.ChannelMemberToProto), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetChannelMembersForUser: handle(func(api plugin.API, r *pb.GetChannelMembersForUserRequest) *pb.GetChannelMembersForUserResponse {
		members, err := api.GetChannelMembersForUser(r.GetTeamId(), r.GetUserId(), int(r.GetPage()), int(r.GetPerPage()))
		return &pb.GetChannelMembersForUserResponse{ChannelMembers: convert.List(members, convert.ChannelMemberToProto), Error: convert.AppErrorToProto(err)}
	}),
	abi.UpdateChannelMemberRoles: handle(func(api plugin.API, r *pb.UpdateChannelMemberRolesRequest) *pb.UpdateChannelMemberRolesResponse {
		member, err := api.UpdateChannelMemberRoles(r.GetChannelId(), r.GetUserId(), r.GetNewRoles())
		return &pb.UpdateChannelMemberRolesResponse{ChannelMember: convert.ChannelMemberToProto(member), Error: convert.AppErrorToProto(err)}
	}),
	abi.UpdateChannelMemberNotifications: handle(func(api plugin.API, r *pb.UpdateChannelMemberNotificationsRequest) *pb.UpdateChannelMemberNotificationsResponse {
		member, err := api.UpdateChannelMemberNotifications(r.GetChannelId(), r.GetUserId(), r.GetNotifications())
		return &pb.UpdateChannelMemberNotificationsResponse{ChannelMember: convert.ChannelMemberToProto(member), Error: convert.AppErrorToProto(err)}
	}),
	abi.PatchChannelMembersNotifications: handle(func(api plugin.API, r *pb.PatchChannelMembersNotificationsRequest) *pb.PatchChannelMembersNotificationsResponse {
		err := api.PatchChannelMembersNotifications(convert.List(r.GetMembers(), convert.ChannelMemberIdentifierFromProto), r.GetNotifyProps())
		return &pb.PatchChannelMembersNotificationsResponse{Error: convert.AppErrorToProto(err)}
	}),
	abi.DeleteChannelMember: handle(func(api plugin.API, r *pb.DeleteChannelMemberRequest) *pb.DeleteChannelMemberResponse {
		err := api.DeleteChannelMember(r.GetChannelId(), r.GetUserId())
		return &pb.DeleteChannelMemberResponse{Error: convert.AppErrorToProto(err)}
	}),
}
