package memserver

import (
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
)

// SearchPostsInTeam finds posts of a team, newest first, that match one of the parameter sets. It knows terms
// (whole words, any case; all of them, or one with OrTerms; a trailing * for prefixes), excluded terms, and channel
// and user ids; no dates, files or quoted phrases.
func (a *API) SearchPostsInTeam(teamID string, paramsList []*model.SearchParams) ([]*model.Post, *model.AppError) {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*model.Post{}, s.search(teamID, "", paramsList).ToSlice()...), nil
}

// SearchPostsInTeamForUser finds posts in the user's channels by what a person writes into the search box; it knows
// terms, "in:channel" and "from:user".
func (a *API) SearchPostsInTeamForUser(teamID, userID string, search model.SearchParameter) (*model.PostSearchResults, *model.AppError) {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	paramsList := model.ParseSearchParams(strings.TrimSpace(value0(search.Terms)), value0(search.TimeZoneOffset))
	for _, params := range paramsList {
		params.OrTerms, params.IncludeDeletedChannels = value0(search.IsOrSearch), value0(search.IncludeDeletedChannels)
		for _, names := range [][]string{params.InChannels, params.ExcludedChannels} {
			for i, name := range names {
				if channel := s.channelByName(teamID, name); channel != nil {
					names[i] = channel.Id
				}
			}
		}
		for _, names := range [][]string{params.FromUsers, params.ExcludedUsers} {
			for i, name := range names {
				for _, user := range s.users {
					if user.Username == name {
						names[i] = user.Id
					}
				}
			}
		}
	}
	list := s.search(teamID, userID, paramsList)
	perPage := 100
	if search.PerPage != nil {
		perPage = *search.PerPage
	}
	list.Order = page(list.Order, value0(search.Page), perPage)
	for id := range list.Posts {
		if !slices.Contains(list.Order, id) {
			delete(list.Posts, id)
		}
	}
	return model.MakePostSearchResults(list, nil), nil
}

// value0 is what a pointer points to, or the zero value.
func value0[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// search lists, newest first, the matching posts; in the channels of userID if there is one. The caller holds s.mu.
func (s *Server) search(teamID, userID string, paramsList []*model.SearchParams) *model.PostList {
	posts := s.findPosts(func(p *model.Post) bool {
		channel := s.channels[p.ChannelId]
		switch {
		case p.DeleteAt != 0, p.IsSystemMessage(), channel == nil,
			channel.TeamId != teamID && channel.TeamId != "",
			userID != "" && s.channelMembers[memberKey{p.ChannelId, userID}] == nil:
			return false
		}
		return slices.ContainsFunc(paramsList, func(params *model.SearchParams) bool {
			return params != nil && (channel.DeleteAt == 0 || params.IncludeDeletedChannels) && matchesSearch(p, params)
		})
	})
	list := model.NewPostList()
	slices.Reverse(posts)
	for _, post := range page(posts, 0, 100) {
		list.AddPost(s.withReplyCount(post).ForPlugin())
		list.AddOrder(post.Id)
	}
	return list
}

func matchesSearch(post *model.Post, params *model.SearchParams) bool {
	among := func(ids []string, id string) bool { return len(ids) == 0 || slices.Contains(ids, id) }
	if !among(params.InChannels, post.ChannelId) || !among(params.FromUsers, post.UserId) ||
		slices.Contains(params.ExcludedChannels, post.ChannelId) || slices.Contains(params.ExcludedUsers, post.UserId) {
		return false
	}
	text := post.Message
	if params.IsHashtag {
		text = post.Hashtags
	}
	words := searchWords(text)
	has := func(term string) bool {
		prefix, wild := strings.CutSuffix(term, "*")
		return slices.ContainsFunc(words, func(word string) bool {
			return word == term || (wild && strings.HasPrefix(word, prefix))
		})
	}
	if slices.ContainsFunc(searchWords(params.ExcludedTerms), has) {
		return false
	}
	terms := searchWords(params.Terms)
	if params.OrTerms {
		return len(terms) == 0 || slices.ContainsFunc(terms, has)
	}
	return !slices.ContainsFunc(terms, func(term string) bool { return !has(term) })
}

// searchWords splits at spaces and punctuation, but for what belongs to hashtags and wildcards.
func searchWords(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return strings.ContainsRune(" \t\n\r.,;:!?()[]{}<>\"'`", r)
	})
}
