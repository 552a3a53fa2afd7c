package convert

import (
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// UserToProto gives the message of a model.User, password hash and other secrets included: whether a plugin gets them
// is for the API method to say that returned the user.
func UserToProto(u *model.User) *pb.User {
	if u == nil {
		return nil
	}
	return &pb.User{
		Id:                     u.Id,
		CreateAt:               u.CreateAt,
		UpdateAt:               u.UpdateAt,
		DeleteAt:               u.DeleteAt,
		Username:               u.Username,
		Password:               u.Password,
		AuthData:               pointer(u.AuthData),
		AuthService:            u.AuthService,
		Email:                  u.Email,
		EmailVerified:          u.EmailVerified,
		Nickname:               u.Nickname,
		FirstName:              u.FirstName,
		LastName:               u.LastName,
		Position:               u.Position,
		Roles:                  u.Roles,
		AllowMarketing:         u.AllowMarketing,
		Props:                  stringMap[map[string]string](u.Props),
		NotifyProps:            stringMap[map[string]string](u.NotifyProps),
		LastPasswordUpdate:     u.LastPasswordUpdate,
		LastPictureUpdate:      u.LastPictureUpdate,
		FailedAttempts:         int32(u.FailedAttempts),
		Locale:                 u.Locale,
		Timezone:               stringMap[map[string]string](u.Timezone),
		MfaActive:              u.MfaActive,
		MfaSecret:              u.MfaSecret,
		RemoteId:               pointer(u.RemoteId),
		LastActivityAt:         u.LastActivityAt,
		IsBot:                  u.IsBot,
		BotDescription:         u.BotDescription,
		BotLastIconUpdate:      u.BotLastIconUpdate,
		TermsOfServiceId:       u.TermsOfServiceId,
		TermsOfServiceCreateAt: u.TermsOfServiceCreateAt,
		DisableWelcomeEmail:    u.DisableWelcomeEmail,
		LastLogin:              u.LastLogin,
	}
}

// UserFromProto is the inverse of UserToProto.
func UserFromProto(u *pb.User) *model.User {
	if u == nil {
		return nil
	}
	return &model.User{
		Id:                     u.GetId(),
		CreateAt:               u.GetCreateAt(),
		UpdateAt:               u.GetUpdateAt(),
		DeleteAt:               u.GetDeleteAt(),
		Username:               u.GetUsername(),
		Password:               u.GetPassword(),
		AuthData:               pointer(u.AuthData),
		AuthService:            u.GetAuthService(),
		Email:                  u.GetEmail(),
		EmailVerified:          u.GetEmailVerified(),
		Nickname:               u.GetNickname(),
		FirstName:              u.GetFirstName(),
		LastName:               u.GetLastName(),
		Position:               u.GetPosition(),
		Roles:                  u.GetRoles(),
		AllowMarketing:         u.GetAllowMarketing(),
		Props:                  stringMap[model.StringMap](u.GetProps()),
		NotifyProps:            stringMap[model.StringMap](u.GetNotifyProps()),
		LastPasswordUpdate:     u.GetLastPasswordUpdate(),
		LastPictureUpdate:      u.GetLastPictureUpdate(),
		FailedAttempts:         int(u.GetFailedAttempts()),
		Locale:                 u.GetLocale(),
		Timezone:               stringMap[model.StringMap](u.GetTimezone()),
		MfaActive:              u.GetMfaActive(),
		MfaSecret:              u.GetMfaSecret(),
		RemoteId:               pointer(u.RemoteId),
		LastActivityAt:         u.GetLastActivityAt(),
		IsBot:                  u.GetIsBot(),
		BotDescription:         u.GetBotDescription(),
		BotLastIconUpdate:      u.GetBotLastIconUpdate(),
		TermsOfServiceId:       u.GetTermsOfServiceId(),
		TermsOfServiceCreateAt: u.GetTermsOfServiceCreateAt(),
		DisableWelcomeEmail:    u.GetDisableWelcomeEmail(),
		LastLogin:              u.GetLastLogin(),
	}
}

// StatusToProto gives the message of a model.Status.
func StatusToProto(s *model.Status) *pb.Status {
	if s == nil {
		return nil
	}
	return &pb.Status{
		UserId:         s.UserId,
		Status:         s.Status,
		Manual:         s.Manual,
		LastActivityAt: s.LastActivityAt,
		DndEndTime:     s.DNDEndTime,
	}
}

// CustomStatusFromProto gives the model of a custom status; its expiry travels as milliseconds since 1970, 0 for none.
func CustomStatusFromProto(s *pb.CustomStatus) *model.CustomStatus {
	if s == nil {
		return nil
	}
	status := &model.CustomStatus{Emoji: s.GetEmoji(), Text: s.GetText(), Duration: s.GetDuration()}
	if s.GetExpiresAt() != 0 {
		status.ExpiresAt = time.UnixMilli(s.GetExpiresAt()).UTC()
	}
	return status
}

// UserAuthToProto gives the message of a model.UserAuth.
func UserAuthToProto(a *model.UserAuth) *pb.UserAuth {
	if a == nil {
		return nil
	}
	return &pb.UserAuth{AuthData: pointer(a.AuthData), AuthService: a.AuthService}
}

// UserAuthFromProto is the inverse of UserAuthToProto.
func UserAuthFromProto(a *pb.UserAuth) *model.UserAuth {
	if a == nil {
		return nil
	}
	return &model.UserAuth{AuthData: pointer(a.AuthData), AuthService: a.GetAuthService()}
}

// UserGetOptionsFromProto gives the model of which users are wanted.
func UserGetOptionsFromProto(r *pb.GetUsersRequest) *model.UserGetOptions {
	return &model.UserGetOptions{
		InTeamId:         r.GetInTeamId(),
		NotInTeamId:      r.GetNotInTeamId(),
		InChannelId:      r.GetInChannelId(),
		NotInChannelId:   r.GetNotInChannelId(),
		InGroupId:        r.GetInGroupId(),
		NotInGroupId:     r.GetNotInGroupId(),
		GroupConstrained: r.GetGroupConstrained(),
		WithoutTeam:      r.GetWithoutTeam(),
		Inactive:         r.GetInactive(),
		Active:           r.GetActive(),
		Role:             r.GetRole(),
		Roles:            r.GetRoles(),
		ChannelRoles:     r.GetChannelRoles(),
		TeamRoles:        r.GetTeamRoles(),
		Sort:             r.GetSort(),
		ViewRestrictions: ViewUsersRestrictionsFromProto(r.GetViewRestrictions()),
		Page:             int(r.GetPage()),
		PerPage:          int(r.GetPerPage()),
		UpdatedAfter:     r.GetUpdatedAfter(),
	}
}

// UserSearchFromProto gives the model of which users are searched for.
func UserSearchFromProto(r *pb.SearchUsersRequest) *model.UserSearch {
	return &model.UserSearch{
		Term:             r.GetTerm(),
		TeamId:           r.GetTeamId(),
		NotInTeamId:      r.GetNotInTeamId(),
		InChannelId:      r.GetInChannelId(),
		NotInChannelId:   r.GetNotInChannelId(),
		InGroupId:        r.GetInGroupId(),
		GroupConstrained: r.GetGroupConstrained(),
		AllowInactive:    r.GetAllowInactive(),
		WithoutTeam:      r.GetWithoutTeam(),
		Limit:            int(r.GetLimit()),
		Role:             r.GetRole(),
		Roles:            r.GetRoles(),
		ChannelRoles:     r.GetChannelRoles(),
		TeamRoles:        r.GetTeamRoles(),
		NotInGroupId:     r.GetNotInGroupId(),
	}
}

// ViewUsersRestrictionsFromProto gives the model of which teams' and channels' users may be seen; nil for all.
func ViewUsersRestrictionsFromProto(r *pb.ViewUsersRestrictions) *model.ViewUsersRestrictions {
	if r == nil {
		return nil
	}
	return &model.ViewUsersRestrictions{Teams: r.GetTeams(), Channels: r.GetChannels()}
}
