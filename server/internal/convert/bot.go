package convert

import (
	"github.com/mattermost/mattermost/server/public/model"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

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
