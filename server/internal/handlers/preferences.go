package handlers

import (
	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

// preferences answers for users' preferences.
var preferences = group{
	abi.GetPreferenceForUser: handle(func(api plugin.API, r *pb.GetPreferenceForUserRequest) *pb.GetPreferenceForUserResponse {
		preference, err := api.GetPreferenceForUser(r.GetUserId(), r.GetCategory(), r.GetName())
		return &pb.GetPreferenceForUserResponse{Preference: convert.PreferenceToProto(&preference), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetPreferencesForUser: handle(func(api plugin.API, r *pb.GetPreferencesForUserRequest) *pb.GetPreferencesForUserResponse {
		preferences, err := api.GetPreferencesForUser(r.GetUserId())
		return &pb.GetPreferencesForUserResponse{Preferences: convert.Values(preferences, convert.PreferenceToProto), Error: convert.AppErrorToProto(err)}
	}),
	abi.UpdatePreferencesForUser: handle(func(api plugin.API, r *pb.UpdatePreferencesForUserRequest) *pb.UpdatePreferencesForUserResponse {
		err := api.UpdatePreferencesForUser(r.GetUserId(), convert.PreferencesFromProto(r.GetPreferences()))
		return &pb.UpdatePreferencesForUserResponse{Error: convert.AppErrorToProto(err)}
	}),
	abi.DeletePreferencesForUser: handle(func(api plugin.API, r *pb.DeletePreferencesForUserRequest) *pb.DeletePreferencesForUserResponse {
		err := api.DeletePreferencesForUser(r.GetUserId(), convert.PreferencesFromProto(r.GetPreferences()))
		return &pb.DeletePreferencesForUserResponse{Error: convert.AppErrorToProto(err)}
	}),
}
