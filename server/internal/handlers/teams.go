package handlers

import (
	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

// teams answers for teams.
var teams = group{
	abi.CreateTeam: handle(func(api plugin.API, r *pb.CreateTeamRequest) *pb.CreateTeamResponse {
		team, err := api.CreateTeam(convert.TeamFromProto(r.GetTeam()))
		return &pb.CreateTeamResponse{Team: convert.TeamToProto(team), Error: convert.AppErrorToProto(err)}
	}),
	abi.DeleteTeam: handle(func(api plugin.API, r *pb.DeleteTeamRequest) *pb.DeleteTeamResponse {
		return &pb.DeleteTeamResponse{Error: convert.AppErrorToProto(api.DeleteTeam(r.GetTeamId()))}
	}),
	abi.GetTeams: handle(func(api plugin.API, _ *pb.GetTeamsRequest) *pb.GetTeamsResponse {
		teams, err := api.GetTeams()
		return &pb.GetTeamsResponse{Teams: convert.List(teams, convert.TeamToProto), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetTeam: handle(func(api plugin.API, r *pb.GetTeamRequest) *pb.GetTeamResponse {
		team, err := api.GetTeam(r.GetTeamId())
		return &pb.GetTeamResponse{Team: convert.TeamToProto(team), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetTeamByName: handle(func(api plugin.API, r *pb.GetTeamByNameRequest) *pb.GetTeamByNameResponse {
		team, err := api.GetTeamByName(r.GetName())
		return &pb.GetTeamByNameResponse{Team: convert.TeamToProto(team), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetTeamsForUser: handle(func(api plugin.API, r *pb.GetTeamsForUserRequest) *pb.GetTeamsForUserResponse {
		teams, err := api.GetTeamsForUser(r.GetUserId())
		return &pb.GetTeamsForUserResponse{Teams: convert.List(teams, convert.TeamToProto), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetTeamsUnreadForUser: handle(func(api plugin.API, r *pb.GetTeamsUnreadForUserRequest) *pb.GetTeamsUnreadForUserResponse {
		unreads, err := api.GetTeamsUnreadForUser(r.GetUserId())
		return &pb.GetTeamsUnreadForUserResponse{TeamUnreads: convert.List(unreads, convert.TeamUnreadToProto), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetTeamStats: handle(func(api plugin.API, r *pb.GetTeamStatsRequest) *pb.GetTeamStatsResponse {
		stats, err := api.GetTeamStats(r.GetTeamId())
		return &pb.GetTeamStatsResponse{TeamStats: convert.TeamStatsToProto(stats), Error: convert.AppErrorToProto(err)}
	}),
	abi.UpdateTeam: handle(func(api plugin.API, r *pb.UpdateTeamRequest) *pb.UpdateTeamResponse {
		team, err := api.UpdateTeam(convert.TeamFromProto(r.GetTeam()))
		return &pb.UpdateTeamResponse{Team: convert.TeamToProto(team), Error: convert.AppErrorToProto(err)}
	}),
	abi.SearchTeams: handle(func(api plugin.API, r *pb.SearchTeamsRequest) *pb.SearchTeamsResponse {
		teams, err := api.SearchTeams(r.GetTerm())
		return &pb.SearchTeamsResponse{Teams: convert.List(teams, convert.TeamToProto), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetTeamIcon: handle(func(api plugin.API, r *pb.GetTeamIconRequest) *pb.GetTeamIconResponse {
		icon, err := api.GetTeamIcon(r.GetTeamId())
		return &pb.GetTeamIconResponse{Icon: icon, Error: convert.AppErrorToProto(err)}
	}),
	abi.SetTeamIcon: handle(func(api plugin.API, r *pb.SetTeamIconRequest) *pb.SetTeamIconResponse {
		return &pb.SetTeamIconResponse{Error: convert.AppErrorToProto(api.SetTeamIcon(r.GetTeamId(), r.GetData()))}
	}),
	abi.RemoveTeamIcon: handle(func(api plugin.API, r *pb.RemoveTeamIconRequest) *pb.RemoveTeamIconResponse {
		return &pb.RemoveTeamIconResponse{Error: convert.AppErrorToProto(api.RemoveTeamIcon(r.GetTeamId()))}
	}),
}

// teamMembers answers for who is in a team.
var teamMembers = group{
	abi.CreateTeamMember: handle(func(api plugin.API, r *pb.CreateTeamMemberRequest) *pb.CreateTeamMemberResponse {
		member, err := api.CreateTeamMember(r.GetTeamId(), r.GetUserId())
		return &pb.CreateTeamMemberResponse{TeamMember: convert.TeamMemberToProto(member), Error: convert.AppErrorToProto(err)}
	}),
	abi.CreateTeamMembers: handle(func(api plugin.API, r *pb.CreateTeamMembersRequest) *pb.CreateTeamMembersResponse {
		members, err := api.CreateTeamMembers(r.GetTeamId(), r.GetUserIds(), r.GetRequestorId())
		return &pb.CreateTeamMembersResponse{TeamMembers: convert.List(members, convert.TeamMemberToProto), Error: convert.AppErrorToProto(err)}
	}),
	abi.CreateTeamMembersGracefully: handle(func(api plugin.API, r *pb.CreateTeamMembersGracefullyRequest) *pb.CreateTeamMembersGracefullyResponse {
		members, err := api.CreateTeamMembersGracefully(r.GetTeamId(), r.GetUserIds(), r.GetRequestorId())
		return &pb.CreateTeamMembersGracefullyResponse{TeamMembers: convert.List(members, convert.TeamMemberWithErrorToProto), Error: convert.AppErrorToProto(err)}
	}),
	abi.DeleteTeamMember: handle(func(api plugin.API, r *pb.DeleteTeamMemberRequest) *pb.DeleteTeamMemberResponse {
		err := api.DeleteTeamMember(r.GetTeamId(), r.GetUserId(), r.GetRequestorId())
		return &pb.DeleteTeamMemberResponse{Error: convert.AppErrorToProto(err)}
	}),
	abi.GetTeamMembers: handle(func(api plugin.API, r *pb.GetTeamMembersRequest) *pb.GetTeamMembersResponse {
		members, err := api.GetTeamMembers(r.GetTeamId(), int(r.GetPage()), int(r.GetPerPage()))
		return &pb.GetTeamMembersResponse{TeamMembers: convert.List(members, convert.TeamMemberToProto), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetTeamMember: handle(func(api plugin.API, r *pb.GetTeamMemberRequest) *pb.GetTeamMemberResponse {
		member, err := api.GetTeamMember(r.GetTeamId(), r.GetUserId())
		return &pb.GetTeamMemberResponse{TeamMember: convert.TeamMemberToProto(member), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetTeamMembersForUser: handle(func(api plugin.API, r *pb.GetTeamMembersForUserRequest) *pb.GetTeamMembersForUserResponse {
		members, err := api.GetTeamMembersForUser(r.GetUserId(), int(r.GetPage()), int(r.GetPerPage()))
		return &pb.GetTeamMembersForUserResponse{TeamMembers: convert.List(members, convert.TeamMemberToProto), Error: convert.AppErrorToProto(err)}
	}),
	abi.UpdateTeamMemberRoles: handle(func(api plugin.API, r *pb.UpdateTeamMemberRolesRequest) *pb.UpdateTeamMemberRolesResponse {
		member, err := api.UpdateTeamMemberRoles(r.GetTeamId(), r.GetUserId(), r.GetNewRoles())
		return &pb.UpdateTeamMemberRolesResponse{TeamMember: convert.TeamMemberToProto(member), Error: convert.AppErrorToProto(err)}
	}),
}
