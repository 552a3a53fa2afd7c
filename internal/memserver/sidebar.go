package memserver

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"

	"github.com/mattermost/mattermost/server/public/model"
)

// sidebarKey is a user's sidebar in a team.
type sidebarKey struct{ user, team string }

const errSidebar = "app.channel.sidebar_categories.app_error"

// sidebar lists a user's categories in a team, in order. The first time it makes those that everybody has. Only the
// categories' own channels are in them; see fillSidebar. The caller holds s.mu.
func (s *Server) sidebar(key sidebarKey) []*model.SidebarCategoryWithChannels {
	if categories, ok := s.sidebars[key]; ok {
		return categories
	}
	var categories []*model.SidebarCategoryWithChannels
	for i, c := range []struct {
		kind    model.SidebarCategoryType
		name    string
		sorting model.SidebarCategorySorting
	}{
		{model.SidebarCategoryFavorites, "Favorites", model.SidebarCategorySortDefault},
		{model.SidebarCategoryChannels, "Channels", model.SidebarCategorySortDefault},
		{model.SidebarCategoryDirectMessages, "Direct Messages", model.SidebarCategorySortRecent},
	} {
		categories = append(categories, &model.SidebarCategoryWithChannels{SidebarCategory: model.SidebarCategory{
			Id: fmt.Sprintf("%s_%s_%s", c.kind, key.user, key.team), UserId: key.user, TeamId: key.team, Type: c.kind,
			DisplayName: c.name, Sorting: c.sorting, SortOrder: int64(i * model.MinimalSidebarSortDistance),
		}})
	}
	s.sidebars[key] = categories
	return categories
}

// GetChannelSidebarCategories lists the categories of a user's channels in a team: those everybody has, and custom
// ones. Channels in no other category are in "channels", direct and group channels in "direct_messages".
func (a *API) GetChannelSidebarCategories(userID, teamID string) (*model.OrderedSidebarCategories, *model.AppError) {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	list := &model.OrderedSidebarCategories{}
	for _, category := range s.fillSidebar(sidebarKey{userID, teamID}) {
		list.Categories = append(list.Categories, category)
		list.Order = append(list.Order, category.Id)
	}
	return list, nil
}

// fillSidebar copies the categories, with the channels that are in them by themselves. The caller holds s.mu.
func (s *Server) fillSidebar(key sidebarKey) []*model.SidebarCategoryWithChannels {
	categories := clones(s.sidebar(key), copyCategory)
	placed := map[string]bool{}
	for _, category := range categories {
		for _, id := range category.Channels {
			placed[id] = true
		}
	}
	var channels []*model.Channel
	for at := range s.channelMembers {
		channel := s.channels[at.group]
		if at.user == key.user && !placed[at.group] && channel.DeleteAt == 0 && (channel.TeamId == key.team || channel.TeamId == "") {
			channels = append(channels, channel)
		}
	}
	slices.SortFunc(channels, func(a, b *model.Channel) int {
		return cmp.Or(cmp.Compare(a.DisplayName, b.DisplayName), cmp.Compare(a.Id, b.Id))
	})
	for _, channel := range channels {
		kind := model.SidebarCategoryChannels
		if channel.IsGroupOrDirect() {
			kind = model.SidebarCategoryDirectMessages
		}
		for _, category := range categories {
			if category.Type == kind {
				category.Channels = append(category.Channels, channel.Id)
			}
		}
	}
	return categories
}

func copyCategory(category *model.SidebarCategoryWithChannels) *model.SidebarCategoryWithChannels {
	category = shallow(category)
	category.Channels = append([]string{}, category.Channels...)
	return category
}

// CreateChannelSidebarCategory adds a custom category, which comes first, but after the favourites.
func (a *API) CreateChannelSidebarCategory(userID, teamID string, category *model.SidebarCategoryWithChannels) (*model.SidebarCategoryWithChannels, *model.AppError) {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	key := sidebarKey{userID, teamID}
	if _, known := s.sidebars[key]; !known && !s.inTeam(teamID, userID) {
		return nil, fail("CreateSidebarCategory", errSidebar, http.StatusNotFound)
	}
	categories := s.sidebar(key)
	at := 0
	if categories[0].Type == model.SidebarCategoryFavorites {
		at = 1
	}
	added := copyCategory(category)
	added.Id, added.UserId, added.TeamId, added.Type = model.NewId(), userID, teamID, model.SidebarCategoryCustom
	categories = s.without(categories, added.Channels)
	s.setSidebar(key, slices.Insert(categories, at, added))
	s.publishLocked(Event{string(model.WebsocketEventSidebarCategoryCreated), map[string]any{"category_id": added.Id},
		&model.WebsocketBroadcast{UserId: userID, TeamId: teamID}})
	return copyCategory(added), nil
}

// without copies categories and takes channels out of them.
func (s *Server) without(categories []*model.SidebarCategoryWithChannels, channelIDs []string) []*model.SidebarCategoryWithChannels {
	categories = clones(categories, copyCategory)
	for _, category := range categories {
		category.Channels = slices.DeleteFunc(category.Channels, func(id string) bool { return slices.Contains(channelIDs, id) })
	}
	return categories
}

// setSidebar needs s.mu.
func (s *Server) setSidebar(key sidebarKey, categories []*model.SidebarCategoryWithChannels) {
	for i, category := range categories {
		category.SortOrder = int64(i * model.MinimalSidebarSortDistance)
	}
	s.sidebars[key] = categories
}

// UpdateChannelSidebarCategories changes categories, all or none: what they are called, if custom, how they are sorted,
// and which channels are in them. Which direct messages there are is not up to a category.
func (a *API) UpdateChannelSidebarCategories(userID, teamID string, changes []*model.SidebarCategoryWithChannels) ([]*model.SidebarCategoryWithChannels, *model.AppError) {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	key := sidebarKey{userID, teamID}
	categories := clones(s.sidebar(key), copyCategory)
	updated := []*model.SidebarCategoryWithChannels{}
	for _, change := range changes {
		i := slices.IndexFunc(categories, func(c *model.SidebarCategoryWithChannels) bool { return change != nil && c.Id == change.Id })
		if i < 0 {
			return nil, fail("UpdateSidebarCategories", errSidebar, http.StatusInternalServerError)
		}
		if old := categories[i]; old.Type != model.SidebarCategoryDirectMessages {
			categories = s.without(categories, change.Channels)
		}
		category := categories[i]
		category.Sorting, category.Collapsed = change.Sorting, change.Collapsed
		if category.Type == model.SidebarCategoryCustom {
			category.DisplayName = change.DisplayName
		}
		if category.Type != model.SidebarCategoryDirectMessages {
			category.Channels, category.Muted = slices.Clone(change.Channels), change.Muted
		}
		updated = append(updated, copyCategory(category))
	}
	s.setSidebar(key, categories)
	return updated, nil
}
