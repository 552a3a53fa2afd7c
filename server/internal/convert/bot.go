package convert

import (
	"github.com/mattermost/mattermost/server/public/model"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// BotToProto gives the message of a model.Bot.
func BotToProto(b *model.Bot) *pb.Bot {
	if b == nil {
		return nil
	}
	return &pb.Bot{
		UserId:         b.UserId,
		Username:       b.Username,
		DisplayName:    b.DisplayName,
		Description:    b.Description,
		OwnerId:        b.OwnerId,
		CreateAt:       b.CreateAt,
		UpdateAt:       b.UpdateAt,
		DeleteAt:       b.DeleteAt,
		LastIconUpdate: b.LastIconUpdate,
	}
}

// BotFromProto is the inverse of BotToProto.
func BotFromProto(b *pb.Bot) *model.Bot {
	if b == nil {
		return nil
	}
	return &model.Bot{
		UserId:         b.GetUserId(),
		Username:       b.GetUsername(),
		DisplayName:    b.GetDisplayName(),
		Description:    b.GetDescription(),
		OwnerId:        b.GetOwnerId(),
		CreateAt:       b.GetCreateAt(),
		UpdateAt:       b.GetUpdateAt(),
		DeleteAt:       b.GetDeleteAt(),
		LastIconUpdate: b.GetLastIconUpdate(),
	}
}

// BotPatchFromProto gives the model of a change to a bot; what is unset stays.
func BotPatchFromProto(p *pb.BotPatch) *model.BotPatch {
	if p == nil {
		return nil
	}
	return &model.BotPatch{
		Username: pointer(p.Username), DisplayName: pointer(p.DisplayName), Description: pointer(p.Description),
	}
}

// BotGetOptionsFromProto gives the model of which bots are wanted.
func BotGetOptionsFromProto(o *pb.BotGetOptions) *model.BotGetOptions {
	return &model.BotGetOptions{
		OwnerId:        o.GetOwnerId(),
		IncludeDeleted: o.GetIncludeDeleted(),
		OnlyOrphaned:   o.GetOnlyOrphaned(),
		Page:           int(o.GetPage()),
		PerPage:        int(o.GetPerPage()),
	}
}
