package convert

import (
	"slices"

	"github.com/mattermost/mattermost/server/public/model"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// SidebarCategoryWithChannelsToProto gives the message of a model.SidebarCategoryWithChannels, whose category is
// embedded.
func SidebarCategoryWithChannelsToProto(c *model.SidebarCategoryWithChannels) *pb.SidebarCategoryWithChannels {
	if c == nil {
		return nil
	}
	return &pb.SidebarCategoryWithChannels{
		Id:          c.Id,
		UserId:      c.UserId,
		TeamId:      c.TeamId,
		DisplayName: c.DisplayName,
		Type:        string(c.Type),
		Sorting:     int32(max(slices.Index(sidebarSortings, c.Sorting), 0)),
		Muted:       c.Muted,
		Collapsed:   c.Collapsed,
		ChannelIds:  slices.Clone(c.Channels),
	}
}

// SidebarCategoryWithChannelsFromProto is the inverse of SidebarCategoryWithChannelsToProto.
func SidebarCategoryWithChannelsFromProto(c *pb.SidebarCategoryWithChannels) *model.SidebarCategoryWithChannels {
	if c == nil {
		return nil
	}
	category := &model.SidebarCategoryWithChannels{
		SidebarCategory: model.SidebarCategory{
			Id:          c.GetId(),
			UserId:      c.GetUserId(),
			TeamId:      c.GetTeamId(),
			DisplayName: c.GetDisplayName(),
			Type:        model.SidebarCategoryType(c.GetType()),
			Muted:       c.GetMuted(),
			Collapsed:   c.GetCollapsed(),
		},
		Channels: slices.Clone(c.GetChannelIds()),
	}
	if i := int(c.GetSorting()); i >= 0 && i < len(sidebarSortings) {
		category.Sorting = sidebarSortings[i]
	}
	return category
}

// sidebarSortings are the orders of a category's channels, at the number that the contract has for each.
var sidebarSortings = []model.SidebarCategorySorting{
	model.SidebarCategorySortDefault,
	model.SidebarCategorySortManual,
	model.SidebarCategorySortRecent,
	model.SidebarCategorySortAlphabetical,
}
