package convert

import (
	"github.com/mattermost/mattermost/server/public/model"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// SessionToProto gives the message of a model.Session.
func SessionToProto(s *model.Session) *pb.Session {
	if s == nil {
		return nil
	}
	return &pb.Session{
		Id:             s.Id,
		Token:          s.Token,
		CreateAt:       s.CreateAt,
		ExpiresAt:      s.ExpiresAt,
		LastActivityAt: s.LastActivityAt,
		UserId:         s.UserId,
		DeviceId:       s.DeviceId,
		Roles:          s.Roles,
		IsOauth:        s.IsOAuth,
		ExpiredNotify:  s.ExpiredNotify,
		Props:          stringMap[map[string]string](s.Props),
		TeamMembers:    List(s.TeamMembers, TeamMemberToProto),
		Local:          s.Local,
	}
}

// SessionFromProto is the inverse of SessionToProto.
func SessionFromProto(s *pb.Session) *model.Session {
	if s == nil {
		return nil
	}
	return &model.Session{
		Id:             s.GetId(),
		Token:          s.GetToken(),
		CreateAt:       s.GetCreateAt(),
		ExpiresAt:      s.GetExpiresAt(),
		LastActivityAt: s.GetLastActivityAt(),
		UserId:         s.GetUserId(),
		DeviceId:       s.GetDeviceId(),
		Roles:          s.GetRoles(),
		IsOAuth:        s.GetIsOauth(),
		ExpiredNotify:  s.GetExpiredNotify(),
		Props:          stringMap[model.StringMap](s.GetProps()),
		TeamMembers:    List(s.GetTeamMembers(), TeamMemberFromProto),
		Local:          s.GetLocal(),
	}
}

// UserAccessTokenToProto gives the message of a model.UserAccessToken.
func UserAccessTokenToProto(t *model.UserAccessToken) *pb.UserAccessToken {
	if t == nil {
		return nil
	}
	return &pb.UserAccessToken{Id: t.Id, Token: t.Token, UserId: t.UserId, Description: t.Description, IsActive: t.IsActive}
}

// UserAccessTokenFromProto is the inverse of UserAccessTokenToProto.
func UserAccessTokenFromProto(t *pb.UserAccessToken) *model.UserAccessToken {
	if t == nil {
		return nil
	}
	return &model.UserAccessToken{
		Id: t.GetId(), Token: t.GetToken(), UserId: t.GetUserId(), Description: t.GetDescription(), IsActive: t.GetIsActive(),
	}
}
