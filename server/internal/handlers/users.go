package handlers

import (
	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

// users answers for users.
var users = group{
	abi.CreateUser: handle(func(api plugin.API, r *pb.CreateUserRequest) *pb.CreateUserResponse {
		user, err := api.CreateUser(convert.UserFromProto(r.GetUser()))
		return &pb.CreateUserResponse{User: convert.UserToProto(user), Error: convert.AppErrorToProto(err)}
	}),
	abi.DeleteUser: handle(func(api plugin.API, r *pb.DeleteUserRequest) *pb.DeleteUserResponse {
		return &pb.DeleteUserResponse{Error: convert.AppErrorToProto(api.DeleteUser(r.GetUserId()))}
	}),
	abi.GetUsers: handle(func(api plugin.API, r *pb.GetUsersRequest) *pb.GetUsersResponse {
		users, err := api.GetUsers(convert.UserGetOptionsFromProto(r))
		return &pb.GetUsersResponse{Users: convert.List(users, convert.UserToProto), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetUsersByIds: handle(func(api plugin.API, r *pb.GetUsersByIdsRequest) *pb.GetUsersByIdsResponse {
		users, err := api.GetUsersByIds(r.GetUserIds())
		return &pb.GetUsersByIdsResponse{Users: convert.List(users, convert.UserToProto), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetUser: handle(func(api plugin.API, r *pb.GetUserRequest) *pb.GetUserResponse {
		user, err := api.GetUser(r.GetUserId())
		return &pb.GetUserResponse{User: convert.UserToProto(user), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetUserByEmail: handle(func(api plugin.API, r *pb.GetUserByEmailRequest) *pb.GetUserByEmailResponse {
		user, err := api.GetUserByEmail(r.GetEmail())
		return &pb.GetUserByEmailResponse{User: convert.UserToProto(user), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetUserByUsername: handle(func(api plugin.API, r *pb.GetUserByUsernameRequest) *pb.GetUserByUsernameResponse {
		user, err := api.GetUserByUsername(r.GetName())
		return &pb.GetUserByUsernameResponse{User: convert.UserToProto(user), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetUsersByUsernames: handle(func(api plugin.API, r *pb.GetUsersByUsernamesRequest) *pb.GetUsersByUsernamesResponse {
		users, err := api.GetUsersByUsernames(r.GetUsernames())
		return &pb.GetUsersByUsernamesResponse{Users: convert.List(users, convert.UserToProto), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetUsersInTeam: handle(func(api plugin.API, r *pb.GetUsersInTeamRequest) *pb.GetUsersInTeamResponse {
		users, err := api.GetUsersInTeam(r.GetTeamId(), int(r.GetPage()), int(r.GetPerPage()))
		return &pb.GetUsersInTeamResponse{Users: convert.List(users, convert.UserToProto), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetUsersInChannel: handle(func(api plugin.API, r *pb.GetUsersInChannelRequest) *pb.GetUsersInChannelResponse {
		users, err := api.GetUsersInChannel(r.GetChannelId(), r.GetSortBy(), int(r.GetPage()), int(r.GetPerPage()))
		return &pb.GetUsersInChannelResponse{Users: convert.List(users, convert.UserToProto), Error: convert.AppErrorToProto(err)}
	}),
	abi.SearchUsers: handle(func(api plugin.API, r *pb.SearchUsersRequest) *pb.SearchUsersResponse {
		users, err := api.SearchUsers(convert.UserSearchFromProto(r))
		return &pb.SearchUsersResponse{Users: convert.List(users, convert.UserToProto), Error: convert.AppErrorToProto(err)}
	}),
	abi.UpdateUser: handle(func(api plugin.API, r *pb.UpdateUserRequest) *pb.UpdateUserResponse {
		user, err := api.UpdateUser(convert.UserFromProto(r.GetUser()))
		return &pb.UpdateUserResponse{User: convert.UserToProto(user), Error: convert.AppErrorToProto(err)}
	}),
	abi.UpdateUserActive: handle(func(api plugin.API, r *pb.UpdateUserActiveRequest) *pb.UpdateUserActiveResponse {
		err := api.UpdateUserActive(r.GetUserId(), r.GetActive())
		return &pb.UpdateUserActiveResponse{Error: convert.AppErrorToProto(err)}
	}),
	abi.UpdateUserAuth: handle(func(api plugin.API, r *pb.UpdateUserAuthRequest) *pb.UpdateUserAuthResponse {
		auth, err := api.UpdateUserAuth(r.GetUserId(), convert.UserAuthFromProto(r.GetUserAuth()))
		return &pb.UpdateUserAuthResponse{UserAuth: convert.UserAuthToProto(auth), Error: convert.AppErrorToProto(err)}
	}),
	abi.UpdateUserRoles: handle(func(api plugin.API, r *pb.UpdateUserRolesRequest) *pb.UpdateUserRolesResponse {
		user, err := api.UpdateUserRoles(r.GetUserId(), r.GetNewRoles())
		return &pb.UpdateUserRolesResponse{User: convert.UserToProto(user), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetLDAPUserAttributes: handle(func(api plugin.API, r *pb.GetLDAPUserAttributesRequest) *pb.GetLDAPUserAttributesResponse {
		attributes, err := api.GetLDAPUserAttributes(r.GetUserId(), r.GetAttributes())
		return &pb.GetLDAPUserAttributesResponse{Attributes: attributes, Error: convert.AppErrorToProto(err)}
	}),
	abi.GetProfileImage: handle(func(api plugin.API, r *pb.GetProfileImageRequest) *pb.GetProfileImageResponse {
		image, err := api.GetProfileImage(r.GetUserId())
		return &pb.GetProfileImageResponse{Image: image, Error: convert.AppErrorToProto(err)}
	}),
	abi.SetProfileImage: handle(func(api plugin.API, r *pb.SetProfileImageRequest) *pb.SetProfileImageResponse {
		err := api.SetProfileImage(r.GetUserId(), r.GetData())
		return &pb.SetProfileImageResponse{Error: convert.AppErrorToProto(err)}
	}),
}
