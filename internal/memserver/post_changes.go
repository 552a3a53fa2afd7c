package memserver

import (
	"maps"
	"net/http"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

// UpdatePost edits a post as the app does: message, pin, reactions, properties and files; the plugins' hooks run.
func (s *Server) UpdatePost(post *model.Post) (*model.Post, *model.AppError) {
	return s.updatePost(post.Clone())
}

// UpdatePost is [Server.UpdatePost].
func (a *API) UpdatePost(post *model.Post) (*model.Post, *model.AppError) {
	post = orZero(post)
	return a.s.UpdatePost(post)
}

func (s *Server) updatePost(received *model.Post) (*model.Post, *model.AppError) {
	s.mu.Lock()
	oldPost, newPost, err := s.preparePostUpdate(received)
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if newPost, err = s.postWillBeUpdated(newPost, oldPost); err != nil {
		return nil, err
	}
	newPost.Metadata = oldPost.Metadata
	if received.Metadata != nil {
		newPost.Metadata = received.Metadata
	}
	s.mu.Lock()
	saved, err := s.replacePost(newPost)
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	notify(s, "MessageHasBeenUpdated", func(c *plugin.Context, h interface {
		MessageHasBeenUpdated(*plugin.Context, *model.Post, *model.Post)
	}) {
		h.MessageHasBeenUpdated(c, saved.ForPlugin(), oldPost.ForPlugin())
	})
	return saved.ForPlugin(), nil
}

// preparePostUpdate returns copies of the post as it is and as it is to be. The caller holds s.mu.
func (s *Server) preparePostUpdate(received *model.Post) (oldPost, newPost *model.Post, err *model.AppError) {
	const where = "UpdatePost"
	post, err := s.post(where, received.Id)
	if err != nil {
		return nil, nil, err
	}
	if post.IsSystemMessage() {
		return nil, nil, fail(where, "api.post.update_post.system_message.app_error", http.StatusBadRequest)
	}
	channel, err := s.channel("GetChannel", post.ChannelId)
	if err != nil {
		return nil, nil, err
	}
	if channel.DeleteAt != 0 {
		return nil, nil, fail(where, "api.post.update_post.can_not_update_post_in_deleted.error", http.StatusBadRequest)
	}
	oldPost, newPost = s.withReplyCount(post), s.withReplyCount(post)
	received.SanitizeProps()
	newPost.Message = received.Message
	newPost.IsPinned, newPost.HasReactions = received.IsPinned, received.HasReactions
	newPost.SetProps(maps.Clone(received.GetProps()))
	newPost.FileIds = received.FileIds
	if newPost.Message != oldPost.Message || !newPost.FileIds.Equals(oldPost.FileIds) || !oldPost.AttachmentsEqual(newPost) {
		newPost.EditAt = s.millis()
	}
	s.describePost(newPost)
	return oldPost, newPost, nil
}

// postWillBeUpdated asks every plugin in turn; no post, whatever the reason, is a rejection. A guard of the channel
// rejects with a reason.
func (s *Server) postWillBeUpdated(newPost, oldPost *model.Post) (*model.Post, *model.AppError) {
	type hooks interface {
		MessageWillBeUpdated(c *plugin.Context, newPost, oldPost *model.Post) (*model.Post, string)
	}
	plugins, err := guarded[hooks](s, "UpdatePost", oldPost.ChannelId, "MessageWillBeUpdated")
	if err != nil {
		return nil, err
	}
	for _, p := range plugins {
		replacement, reason := p.hooks.MessageWillBeUpdated(hookContext(), newPost.ForPlugin(), oldPost.ForPlugin())
		switch {
		case replacement == nil && !p.guard, reason != "" && p.guard:
			return nil, rejected("UpdatePost", reason)
		case replacement != nil:
			newPost = replacement
		}
	}
	return newPost, nil
}

// replacePost stores an edited post. The caller holds s.mu.
func (s *Server) replacePost(post *model.Post) (*model.Post, *model.AppError) {
	post = post.Clone()
	post.UpdateAt = s.millis()
	post.PreCommit()
	if err := post.IsValid(model.PostMessageMaxRunesV2); err != nil {
		return nil, explain(err)
	}
	if old := s.posts[post.Id]; old != nil {
		s.attachFiles(post, old.FileIds)
	}
	s.posts[post.Id] = post
	if channel := s.channels[post.ChannelId]; channel != nil {
		channel.LastPostAt = max(channel.LastPostAt, post.UpdateAt)
	}
	if root := s.posts[post.RootId]; root != nil {
		root.UpdateAt = max(root.UpdateAt, post.UpdateAt)
	}
	return s.withReplyCount(post), nil
}

// DeletePost deletes a post and the replies to it. A missing post is a 400, as on a server.
func (a *API) DeletePost(postID string) *model.AppError {
	const where = "DeletePost"
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	post, err := s.post(where, postID)
	if err != nil {
		err.StatusCode = http.StatusBadRequest
		return err
	}
	if channel := s.channels[post.ChannelId]; channel != nil && channel.DeleteAt != 0 {
		return fail(where, "api.post.delete_post.can_not_delete_post_in_deleted.error", http.StatusBadRequest)
	}
	deleted := s.withReplyCount(post)
	now := s.millis()
	for id, other := range s.posts {
		if other.DeleteAt == 0 && (id == postID || other.RootId == postID) {
			other = other.Clone()
			other.DeleteAt, other.UpdateAt = now, now
			other.AddProp(model.PostPropsDeleteBy, a.manifest.Id)
			s.posts[id] = other
			s.deleteFiles(other.FileIds)
		}
	}
	if root := s.posts[post.RootId]; root != nil {
		root.UpdateAt = now
	}
	notify(s, "MessageHasBeenDeleted", func(c *plugin.Context, h interface {
		MessageHasBeenDeleted(*plugin.Context, *model.Post)
	}) {
		h.MessageHasBeenDeleted(c, deleted.ForPlugin())
	})
	return nil
}
