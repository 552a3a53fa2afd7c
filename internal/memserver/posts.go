package memserver

import (
	"net/http"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

// CreatePost posts as the user post.UserId, as a person in the app would: it needs the permission to post in the
// channel, and the plugins' hooks run. The error of a rejection has the plugin's reason in its message.
func (s *Server) CreatePost(post *model.Post) (*model.Post, *model.AppError) {
	const where = "CreatePostAsUser"
	s.mu.Lock()
	allowed := s.mayInChannel(post.UserId, post.ChannelId, model.PermissionCreatePost)
	channel := s.channels[post.ChannelId]
	s.mu.Unlock()
	switch {
	case !allowed:
		return nil, fail("Permissions", "api.context.permissions.app_error", http.StatusForbidden)
	case channel == nil:
		return nil, fail(where, "api.context.invalid_param.app_error", http.StatusBadRequest)
	case strings.HasPrefix(post.Type, model.PostSystemMessagePrefix):
		return nil, fail(where, "api.context.invalid_param.app_error", http.StatusBadRequest)
	case channel.DeleteAt != 0:
		return nil, fail("createPost", "api.post.create_post.can_not_post_to_deleted.error", http.StatusBadRequest)
	}
	post, err := s.createPost(post.Clone())
	if err == nil {
		s.mu.Lock()
		s.markRead(post.ChannelId, post.UserId) // who writes has read
		s.mu.Unlock()
	}
	return post, err
}

// CreatePost posts on behalf of the plugin; the hooks of all plugins run, its own included.
func (a *API) CreatePost(post *model.Post) (*model.Post, *model.AppError) {
	post = orZero(post)
	post = post.Clone()
	post.AddProp(model.PostPropsFromPlugin, "true")
	return a.s.createPost(post)
}

// createPost owns post: it runs the hooks, stores, and answers with a copy.
func (s *Server) createPost(post *model.Post) (*model.Post, *model.AppError) {
	s.mu.Lock()
	err := s.preparePost(post)
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if post, err = s.postWillBePosted(post); err != nil {
		return nil, err
	}
	s.mu.Lock()
	saved, err := s.savePost(post)
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	notify(s, "MessageHasBeenPosted", func(c *plugin.Context, h interface {
		MessageHasBeenPosted(*plugin.Context, *model.Post)
	}) {
		h.MessageHasBeenPosted(c, saved.ForPlugin())
	})
	return saved.ForPlugin(), nil
}

// preparePost checks what a post refers to and fills in what the server knows of it. The caller holds s.mu.
func (s *Server) preparePost(post *model.Post) *model.AppError {
	if _, err := s.channel("CreatePostMissingChannel", post.ChannelId); err != nil {
		return err
	}
	user, err := s.user("CreatePost", post.UserId)
	if err != nil {
		return err
	}
	if post.RootId != "" {
		root := s.posts[post.RootId]
		switch {
		case root == nil || root.DeleteAt != 0 || root.RootId != "":
			return fail("createPost", errInvalidRootPost, http.StatusBadRequest)
		case root.ChannelId != post.ChannelId:
			return fail("createPost", "api.post.create_post.channel_root_id.app_error", http.StatusInternalServerError)
		}
	}
	post.SanitizeProps()
	if user.IsBot {
		post.AddProp(model.PostPropsFromBot, "true")
	}
	s.describePost(post)
	return nil
}

// describePost sets what follows from the message: hashtags and the public channels it mentions. The caller holds s.mu.
func (s *Server) describePost(post *model.Post) {
	post.Hashtags, _ = model.ParseHashtags(post.Message)
	mentions := map[string]any{}
	if channel := s.channels[post.ChannelId]; channel != nil {
		for _, name := range post.ChannelMentions() {
			mentioned := s.channelByName(channel.TeamId, name)
			if mentioned != nil && mentioned.Type == model.ChannelTypeOpen && mentioned.DeleteAt == 0 && channel.TeamId != "" {
				mentions[name] = map[string]any{
					"display_name": mentioned.DisplayName, "team_name": s.teams[channel.TeamId].Name,
				}
			}
		}
	}
	if len(mentions) > 0 {
		post.AddProp(model.PostPropsChannelMentions, mentions)
	} else if post.GetProps() != nil {
		post.DelProp(model.PostPropsChannelMentions)
	}
}

// postWillBePosted asks every plugin in turn; each gets what the one before made of the post.
func (s *Server) postWillBePosted(post *model.Post) (*model.Post, *model.AppError) {
	type hooks interface {
		MessageWillBePosted(*plugin.Context, *model.Post) (*model.Post, string)
	}
	plugins, err := guarded[hooks](s, "createPost", post.ChannelId, "MessageWillBePosted")
	if err != nil {
		return nil, err
	}
	for _, p := range plugins {
		replacement, reason := p.hooks.MessageWillBePosted(hookContext(), post.ForPlugin())
		if reason == plugin.DismissPostError {
			return nil, fail("createPost", plugin.DismissPostError, http.StatusBadRequest)
		}
		if reason != "" {
			return nil, rejected("createPost", reason)
		}
		if replacement != nil {
			replacement.Metadata = post.Metadata
			post = replacement
		}
	}
	return post, nil
}

func rejected(where, reason string) *model.AppError {
	return fail(where, "Post rejected by plugin. "+reason, http.StatusBadRequest)
}

// savePost stores a new post. The caller holds s.mu.
func (s *Server) savePost(post *model.Post) (*model.Post, *model.AppError) {
	if post.Id != "" && !post.IsRemote() {
		return nil, fail("CreatePost", "app.post.save.existing.app_error", http.StatusBadRequest)
	}
	if post.CreateAt == 0 {
		post.CreateAt = s.millis()
	}
	post = post.Clone()
	post.PreSave()
	if err := post.IsValid(model.PostMessageMaxRunesV2); err != nil {
		return nil, explain(err)
	}
	s.attachFiles(post, nil)
	s.posts[post.Id] = post
	s.postOrder = append(s.postOrder, post.Id)
	if channel := s.channels[post.ChannelId]; channel != nil {
		channel.LastPostAt = max(channel.LastPostAt, post.CreateAt)
		channel.TotalMsgCount++
		if post.RootId == "" {
			channel.LastRootPostAt = max(channel.LastRootPostAt, post.CreateAt)
			channel.TotalMsgCountRoot++
		}
	}
	if root := s.posts[post.RootId]; root != nil {
		root.UpdateAt = post.CreateAt
	}
	s.countMentions(post)
	return s.withReplyCount(post), nil
}

// withReplyCount copies a post and counts the replies in its thread. The caller holds s.mu.
func (s *Server) withReplyCount(post *model.Post) *model.Post {
	post = post.Clone()
	post.ReplyCount = 0
	root := post.RootId
	if root == "" {
		root = post.Id
	}
	for _, other := range s.posts {
		if other.RootId == root && other.DeleteAt == 0 {
			post.ReplyCount++
		}
	}
	return post
}

// GetPost finds a post that is not deleted.
func (a *API) GetPost(postID string) (*model.Post, *model.AppError) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	post, err := a.s.post("GetSinglePost", postID)
	if err != nil {
		return nil, err
	}
	return a.s.withReplyCount(post).ForPlugin(), nil
}

// post finds a post that is not deleted. The caller holds s.mu.
func (s *Server) post(where, id string) (*model.Post, *model.AppError) {
	if post := s.posts[id]; post != nil && post.DeleteAt == 0 {
		return post, nil
	}
	return nil, fail(where, errMissingPost, http.StatusNotFound)
}
