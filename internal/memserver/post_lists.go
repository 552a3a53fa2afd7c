package memserver

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/mattermost/mattermost/server/public/model"
)

// Posts returns copies of the posts of a channel that are not deleted, oldest first; every channel's with an empty id.
func (s *Server) Posts(channelID string) []*model.Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	posts := s.findPosts(func(p *model.Post) bool {
		return (channelID == "" || p.ChannelId == channelID) && p.DeleteAt == 0
	})
	return clones(posts, s.withReplyCount)
}

// findPosts lists posts by time of creation, oldest first. The caller holds s.mu.
func (s *Server) findPosts(matches func(*model.Post) bool) []*model.Post {
	var found []*model.Post
	for _, id := range s.postOrder {
		if post := s.posts[id]; matches(post) {
			found = append(found, post)
		}
	}
	slices.SortStableFunc(found, func(a, b *model.Post) int { return cmp.Compare(a.CreateAt, b.CreateAt) })
	return found
}

// postList lists posts in their order, and adds to its map the other posts of their threads. The caller holds s.mu.
func (s *Server) postList(posts []*model.Post) *model.PostList {
	list := model.NewPostList()
	threads := map[string]bool{}
	for _, post := range posts {
		list.AddPost(s.withReplyCount(post).ForPlugin())
		list.AddOrder(post.Id)
		threads[cmp.Or(post.RootId, post.Id)] = true
	}
	for _, post := range s.posts {
		if threads[cmp.Or(post.RootId, post.Id)] && post.DeleteAt == 0 && list.Posts[post.Id] == nil {
			list.AddPost(s.withReplyCount(post).ForPlugin())
		}
	}
	return list
}

// GetPostThread lists the post and the others of its thread, which need not begin with it.
func (a *API) GetPostThread(postID string) (*model.PostList, *model.AppError) {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	post, err := s.post("GetPostThread", postID)
	if err != nil {
		if postID == "" {
			err.StatusCode = http.StatusBadRequest
		}
		return nil, err
	}
	root := cmp.Or(post.RootId, post.Id)
	others := s.findPosts(func(p *model.Post) bool {
		return p.Id != postID && cmp.Or(p.RootId, p.Id) == root && p.DeleteAt == 0
	})
	list := s.postList(append([]*model.Post{post}, others...))
	list.HasNext = new(false)
	return list, nil
}

// GetPostsForChannel lists a page of a channel's posts, newest first.
func (a *API) GetPostsForChannel(channelID string, number, perPage int) (*model.PostList, *model.AppError) {
	if perPage > 1000 {
		return nil, fail("GetPostsPage", "app.post.get_posts.app_error", http.StatusBadRequest)
	}
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	posts := s.findPosts(func(p *model.Post) bool { return p.ChannelId == channelID && p.DeleteAt == 0 })
	slices.Reverse(posts)
	return s.postList(page(posts, number, perPage)), nil
}

// GetPostsSince lists the posts, newest first, that were made, changed or deleted after a time in milliseconds.
func (a *API) GetPostsSince(channelID string, time int64) (*model.PostList, *model.AppError) {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	posts := s.findPosts(func(p *model.Post) bool { return p.ChannelId == channelID && p.UpdateAt > time })
	slices.Reverse(posts)
	return s.postList(posts), nil
}

// GetPostsBefore lists a page of the posts before one, newest first.
func (a *API) GetPostsBefore(channelID, postID string, number, perPage int) (*model.PostList, *model.AppError) {
	return a.postsAround("GetPostsBeforePost", channelID, postID, number, perPage, true)
}

// GetPostsAfter lists a page of the posts after one, newest first; page 0 is next to it.
func (a *API) GetPostsAfter(channelID, postID string, number, perPage int) (*model.PostList, *model.AppError) {
	return a.postsAround("GetPostsAfterPost", channelID, postID, number, perPage, false)
}

func (a *API) postsAround(where, channelID, postID string, number, perPage int, before bool) (*model.PostList, *model.AppError) {
	if number < 0 || perPage < 0 {
		return nil, fail(where, "app.post.get_posts_around.get.app_error", http.StatusBadRequest)
	}
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	posts := s.findPosts(func(p *model.Post) bool { return p.ChannelId == channelID && (p.DeleteAt == 0 || p.Id == postID) })
	at := slices.IndexFunc(posts, func(p *model.Post) bool { return p.Id == postID })
	switch {
	case at < 0:
		posts = nil
	case before:
		posts = posts[:at]
		slices.Reverse(posts)
		posts = page(posts, number, perPage)
	default:
		posts = slices.Clone(page(posts[at+1:], number, perPage))
		slices.Reverse(posts)
	}
	return s.postList(posts), nil
}
