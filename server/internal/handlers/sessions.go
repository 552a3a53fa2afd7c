package handlers

import (
	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

// sessions answers for sessions and access tokens.
var sessions = group{
	abi.GetSession: handle(func(api plugin.API, r *pb.GetSessionRequest) *pb.GetSessionResponse {
		session, err := api.GetSession(r.GetSessionId())
		return &pb.GetSessionResponse{Session: convert.SessionToProto(session), Error: convert.AppErrorToProto(err)}
	}),
	abi.CreateSession: handle(func(api plugin.API, r *pb.CreateSessionRequest) *pb.CreateSessionResponse {
		session, err := api.CreateSession(convert.SessionFromProto(r.GetSession()))
		return &pb.CreateSessionResponse{Session: convert.SessionToProto(session), Error: convert.AppErrorToProto(err)}
	}),
	abi.ExtendSessionExpiry: handle(func(api plugin.API, r *pb.ExtendSessionExpiryRequest) *pb.ExtendSessionExpiryResponse {
		err := api.ExtendSessionExpiry(r.GetSessionId(), r.GetNewExpiry())
		return &pb.ExtendSessionExpiryResponse{Error: convert.AppErrorToProto(err)}
	}),
	abi.RevokeSession: handle(func(api plugin.API, r *pb.RevokeSessionRequest) *pb.RevokeSessionResponse {
		return &pb.RevokeSessionResponse{Error: convert.AppErrorToProto(api.RevokeSession(r.GetSessionId()))}
	}),
	abi.CreateUserAccessToken: handle(func(api plugin.API, r *pb.CreateUserAccessTokenRequest) *pb.CreateUserAccessTokenResponse {
		token, err := api.CreateUserAccessToken(convert.UserAccessTokenFromProto(r.GetToken()))
		return &pb.CreateUserAccessTokenResponse{Token: convert.UserAccessTokenToProto(token), Error: convert.AppErrorToProto(err)}
	}),
	abi.RevokeUserAccessToken: handle(func(api plugin.API, r *pb.RevokeUserAccessTokenRequest) *pb.RevokeUserAccessTokenResponse {
		err := api.RevokeUserAccessToken(r.GetTokenId())
		return &pb.RevokeUserAccessTokenResponse{Error: convert.AppErrorToProto(err)}
	}),
}
