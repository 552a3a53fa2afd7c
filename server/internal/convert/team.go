package convert

import (
	"github.com/mattermost/mattermost/server/public/model"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// TeamToProto gives the message of a model.Team.
func TeamToProto(t *model.Team) *pb.Team {
	if t == nil {
		return nil
	}
	return &pb.Team{
		Id:                  t.Id,
		CreateAt:            t.CreateAt,
		UpdateAt:            t.UpdateAt,
		DeleteAt:            t.DeleteAt,
		DisplayName:         t.DisplayName,
		Name:                t.Name,
		Description:         t.Description,
		Email:               t.Email,
		Type:                teamTypeToProto(t.Type),
		CompanyName:         t.CompanyName,
		AllowedDomains:      t.AllowedDomains,
		InviteId:            t.InviteId,
		AllowOpenInvite:     t.AllowOpenInvite,
		LastTeamIconUpdate:  t.LastTeamIconUpdate,
		SchemeId:            pointer(t.SchemeId),
		GroupConstrained:    pointer(t.GroupConstrained),
		PolicyId:            pointer(t.PolicyID),
		CloudLimitsArchived: t.CloudLimitsArchived,
	}
}

// TeamFromProto is the inverse of TeamToProto.
func TeamFromProto(t *pb.Team) *model.Team {
	if t == nil {
		return nil
	}
	return &model.Team{
		Id:                  t.GetId(),
		CreateAt:            t.GetCreateAt(),
		UpdateAt:            t.GetUpdateAt(),
		DeleteAt:            t.GetDeleteAt(),
		DisplayName:         t.GetDisplayName(),
		Name:                t.GetName(),
		Description:         t.GetDescription(),
		Email:               t.GetEmail(),
		Type:                teamTypeFromProto(t.GetType()),
		CompanyName:         t.GetCompanyName(),
		AllowedDomains:      t.GetAllowedDomains(),
		InviteId:            t.GetInviteId(),
		AllowOpenInvite:     t.GetAllowOpenInvite(),
		LastTeamIconUpdate:  t.GetLastTeamIconUpdate(),
		SchemeId:            pointer(t.SchemeId),
		GroupConstrained:    pointer(t.GroupConstrained),
		PolicyID:            pointer(t.PolicyId),
		CloudLimitsArchived: t.GetCloudLimitsArchived(),
	}
}

func teamTypeToProto(t string) pb.TeamType {
	switch t {
	case model.TeamOpen:
		return pb.TeamType_TEAM_TYPE_OPEN
	case model.TeamInvite:
		return pb.TeamType_TEAM_TYPE_INVITE
	}
	return pb.TeamType_TEAM_TYPE_UNSPECIFIED
}

func teamTypeFromProto(t pb.TeamType) string {
	switch t {
	case pb.TeamType_TEAM_TYPE_OPEN:
		return model.TeamOpen
	case pb.TeamType_TEAM_TYPE_INVITE:
		return model.TeamInvite
	}
	return ""
}

// TeamMemberToProto gives the message of a model.TeamMember.
func TeamMemberToProto(m *model.TeamMember) *pb.TeamMember {
	if m == nil {
		return nil
	}
	return &pb.TeamMember{
		TeamId:      m.TeamId,
		UserId:      m.UserId,
		Roles:       m.Roles,
		DeleteAt:    m.DeleteAt,
		SchemeGuest: m.SchemeGuest,
		SchemeUser:  m.SchemeUser,
		SchemeAdmin: m.SchemeAdmin,
		CreateAt:    m.CreateAt,
	}
}

// TeamMemberFromProto is the inverse of TeamMemberToProto.
func TeamMemberFromProto(m *pb.TeamMember) *model.TeamMember {
	if m == nil {
		return nil
	}
	return &model.TeamMember{
		TeamId:      m.GetTeamId(),
		UserId:      m.GetUserId(),
		Roles:       m.GetRoles(),
		DeleteAt:    m.GetDeleteAt(),
		SchemeGuest: m.GetSchemeGuest(),
		SchemeUser:  m.GetSchemeUser(),
		SchemeAdmin: m.GetSchemeAdmin(),
		CreateAt:    m.GetCreateAt(),
	}
}

// TeamMemberWithErrorToProto gives the message of a model.TeamMemberWithError: a new member, or why it is none.
func TeamMemberWithErrorToProto(m *model.TeamMemberWithError) *pb.TeamMemberWithError {
	if m == nil {
		return nil
	}
	return &pb.TeamMemberWithError{UserId: m.UserId, Member: TeamMemberToProto(m.Member), Error: AppErrorToProto(m.Error)}
}

// TeamUnreadToProto gives the message of a model.TeamUnread.
func TeamUnreadToProto(u *model.TeamUnread) *pb.TeamUnread {
	if u == nil {
		return nil
	}
	return &pb.TeamUnread{
		TeamId:             u.TeamId,
		MsgCount:           u.MsgCount,
		MentionCount:       u.MentionCount,
		MentionCountRoot:   u.MentionCountRoot,
		MsgCountRoot:       u.MsgCountRoot,
		ThreadCount:        u.ThreadCount,
		ThreadMentionCount: u.ThreadMentionCount,
	}
}

// TeamStatsToProto gives the message of a model.TeamStats.
func TeamStatsToProto(s *model.TeamStats) *pb.TeamStats {
	if s == nil {
		return nil
	}
	return &pb.TeamStats{TeamId: s.TeamId, TotalMemberCount: s.TotalMemberCount, ActiveMemberCount: s.ActiveMemberCount}
}
