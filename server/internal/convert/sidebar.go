package convert

import (
	"slices"

	"github.com/mattermost/mattermost/server/public/model"
)

// sidebarSortings are the orders of a category's channels, at the number that the contract has for each.
var sidebarSortings = []model.SidebarCategorySorting{
	model.SidebarCategorySortDefault,
	model.SidebarCategorySortManual,
	model.SidebarCategorySortRecent,
	model.SidebarCategorySortAlphabetical,
}

// The order of a category's channels is a number; a word that the contract has none for is in its companion.
func sidebarCategoryWithChannelsSortingToProto(sorting model.SidebarCategorySorting) int32 {
	return int32(max(slices.Index(sidebarSortings, sorting), 0))
}

func sidebarCategoryWithChannelsSortingFromProto(number int32) model.SidebarCategorySorting {
	if number < 0 || int(number) >= len(sidebarSortings) {
		return ""
	}
	return sidebarSortings[number]
}
