package convert

import (
	"github.com/mattermost/mattermost/server/public/model"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// ChannelToProto gives the message of a model.Channel.
func ChannelToProto(c *model.Channel) *pb.Channel {
	if c == nil {
		return nil
	}
	return &pb.Channel{
		Id:                  c.Id,
		CreateAt:            c.CreateAt,
		UpdateAt:            c.UpdateAt,
		DeleteAt:            c.DeleteAt,
		TeamId:              c.TeamId,
		Type:                channelTypeToProto(c.Type),
		DisplayName:         c.DisplayName,
		Name:                c.Name,
		Header:              c.Header,
		Purpose:             c.Purpose,
		LastPostAt:          c.LastPostAt,
		TotalMsgCount:       c.TotalMsgCount,
		ExtraUpdateAt:       c.ExtraUpdateAt,
		CreatorId:           c.CreatorId,
		SchemeId:            pointer(c.SchemeId),
		Props:               StructToProto(c.Props),
		GroupConstrained:    pointer(c.GroupConstrained),
		AutoTranslation:     c.AutoTranslation,
		Shared:              pointer(c.Shared),
		TotalMsgCountRoot:   c.TotalMsgCountRoot,
		PolicyId:            pointer(c.PolicyID),
		LastRootPostAt:      c.LastRootPostAt,
		BannerInfo:          bannerInfoToProto(c.BannerInfo),
		PolicyEnforced:      c.PolicyEnforced,
		PolicyIsActive:      c.PolicyIsActive,
		DefaultCategoryName: c.DefaultCategoryName,
	}
}

// ChannelFromProto is the inverse of ChannelToProto.
func ChannelFromProto(c *pb.Channel) *model.Channel {
	if c == nil {
		return nil
	}
	return &model.Channel{
		Id:                  c.GetId(),
		CreateAt:            c.GetCreateAt(),
		UpdateAt:            c.GetUpdateAt(),
		DeleteAt:            c.GetDeleteAt(),
		TeamId:              c.GetTeamId(),
		Type:                channelTypeFromProto(c.GetType()),
		DisplayName:         c.GetDisplayName(),
		Name:                c.GetName(),
		Header:              c.GetHeader(),
		Purpose:             c.GetPurpose(),
		LastPostAt:          c.GetLastPostAt(),
		TotalMsgCount:       c.GetTotalMsgCount(),
		ExtraUpdateAt:       c.GetExtraUpdateAt(),
		CreatorId:           c.GetCreatorId(),
		SchemeId:            pointer(c.SchemeId),
		Props:               StructFromProto(c.GetProps()),
		GroupConstrained:    pointer(c.GroupConstrained),
		AutoTranslation:     c.GetAutoTranslation(),
		Shared:              pointer(c.Shared),
		TotalMsgCountRoot:   c.GetTotalMsgCountRoot(),
		PolicyID:            pointer(c.PolicyId),
		LastRootPostAt:      c.GetLastRootPostAt(),
		BannerInfo:          bannerInfoFromProto(c.GetBannerInfo()),
		PolicyEnforced:      c.GetPolicyEnforced(),
		PolicyIsActive:      c.GetPolicyIsActive(),
		DefaultCategoryName: c.GetDefaultCategoryName(),
	}
}

func bannerInfoToProto(b *model.ChannelBannerInfo) *pb.ChannelBannerInfo {
	if b == nil {
		return nil
	}
	return &pb.ChannelBannerInfo{
		Enabled: pointer(b.Enabled), Text: pointer(b.Text), BackgroundColor: pointer(b.BackgroundColor),
	}
}

func bannerInfoFromProto(b *pb.ChannelBannerInfo) *model.ChannelBannerInfo {
	if b == nil {
		return nil
	}
	return &model.ChannelBannerInfo{
		Enabled: pointer(b.Enabled), Text: pointer(b.Text), BackgroundColor: pointer(b.BackgroundColor),
	}
}

func channelTypeToProto(t model.ChannelType) pb.ChannelType {
	switch t {
	case model.ChannelTypeOpen:
		return pb.ChannelType_CHANNEL_TYPE_OPEN
	case model.ChannelTypePrivate:
		return pb.ChannelType_CHANNEL_TYPE_PRIVATE
	case model.ChannelTypeDirect:
		return pb.ChannelType_CHANNEL_TYPE_DIRECT
	case model.ChannelTypeGroup:
		return pb.ChannelType_CHANNEL_TYPE_GROUP
	}
	return pb.ChannelType_CHANNEL_TYPE_UNSPECIFIED
}

func channelTypeFromProto(t pb.ChannelType) model.ChannelType {
	switch t {
	case pb.ChannelType_CHANNEL_TYPE_OPEN:
		return model.ChannelTypeOpen
	case pb.ChannelType_CHANNEL_TYPE_PRIVATE:
		return model.ChannelTypePrivate
	case pb.ChannelType_CHANNEL_TYPE_DIRECT:
		return model.ChannelTypeDirect
	case pb.ChannelType_CHANNEL_TYPE_GROUP:
		return model.ChannelTypeGroup
	}
	return ""
}

// ChannelMemberToProto gives the message of a model.ChannelMember.
func ChannelMemberToProto(m *model.ChannelMember) *pb.ChannelMember {
	if m == nil {
		return nil
	}
	return &pb.ChannelMember{
		ChannelId:          m.ChannelId,
		UserId:             m.UserId,
		Roles:              m.Roles,
		LastViewedAt:       m.LastViewedAt,
		MsgCount:           m.MsgCount,
		MentionCount:       m.MentionCount,
		MentionCountRoot:   m.MentionCountRoot,
		MsgCountRoot:       m.MsgCountRoot,
		NotifyProps:        stringMap[map[string]string](m.NotifyProps),
		LastUpdateAt:       m.LastUpdateAt,
		SchemeGuest:        m.SchemeGuest,
		SchemeUser:         m.SchemeUser,
		SchemeAdmin:        m.SchemeAdmin,
		UrgentMentionCount: m.UrgentMentionCount,
	}
}

// ChannelMemberIdentifierFromProto gives the model that names a member of a channel.
func ChannelMemberIdentifierFromProto(m *pb.ChannelMemberIdentifier) *model.ChannelMemberIdentifier {
	if m == nil {
		return nil
	}
	return &model.ChannelMemberIdentifier{ChannelId: m.GetChannelId(), UserId: m.GetUserId()}
}

// ChannelStatsToProto gives the message of a model.ChannelStats.
func ChannelStatsToProto(s *model.ChannelStats) *pb.ChannelStats {
	if s == nil {
		return nil
	}
	return &pb.ChannelStats{
		ChannelId:       s.ChannelId,
		MemberCount:     s.MemberCount,
		GuestCount:      s.GuestCount,
		PinnedpostCount: s.PinnedPostCount,
		FilesCount:      s.FilesCount,
	}
}
