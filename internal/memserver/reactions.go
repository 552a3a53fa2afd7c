package memserver

import (
	"net/http"
	"slices"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

// AddReaction adds a user's emoji to a post; adding it again changes nothing.
func (a *API) AddReaction(reaction *model.Reaction) (*model.Reaction, *model.AppError) {
	reaction = orZero(reaction)
	const where = "SaveReactionForPost"
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	post, err := s.post("GetSinglePost", reaction.PostId)
	if err != nil {
		return nil, err
	}
	if !s.knowsEmoji(reaction.EmojiName) {
		return nil, fail("GetEmojiByName", "app.emoji.get_by_name.no_result", http.StatusNotFound)
	}
	if channel := s.channels[post.ChannelId]; channel != nil && channel.DeleteAt != 0 {
		return nil, fail(where, "api.reaction.save.archived_channel.app_error", http.StatusForbidden)
	}
	if s.tooManyReactions(reaction) {
		return nil, fail(where, "app.reaction.save.save.too_many_reactions", http.StatusBadRequest)
	}
	reaction = shallow(reaction)
	reaction.ChannelId, reaction.CreateAt = post.ChannelId, s.millis()
	reaction.PreSave()
	reaction.UpdateAt = reaction.CreateAt
	if err := reaction.IsValid(); err != nil {
		return nil, explain(err)
	}
	if !slices.ContainsFunc(s.reactions, func(r *model.Reaction) bool { return sameReaction(r, reaction) }) {
		s.reactions = append(s.reactions, reaction)
		s.reacted(post)
	}
	notify(s, "ReactionHasBeenAdded", func(c *plugin.Context, h interface {
		ReactionHasBeenAdded(*plugin.Context, *model.Reaction)
	}) {
		h.ReactionHasBeenAdded(c, shallow(reaction))
	})
	return shallow(reaction), nil
}

func sameReaction(a, b *model.Reaction) bool {
	return a.PostId == b.PostId && a.UserId == b.UserId && a.EmojiName == b.EmojiName
}

// tooManyReactions tells whether one more emoji would be more kinds than a post may have. The caller holds s.mu.
func (s *Server) tooManyReactions(added *model.Reaction) bool {
	kinds := map[string]bool{}
	for _, reaction := range s.reactions {
		if reaction.PostId == added.PostId {
			kinds[reaction.EmojiName] = true
		}
	}
	return !kinds[added.EmojiName] && len(kinds) >= *s.config.ServiceSettings.UniqueEmojiReactionLimitPerPost
}

// reacted notes on a post that its reactions changed. The caller holds s.mu.
func (s *Server) reacted(post *model.Post) {
	post = post.Clone()
	post.UpdateAt = s.millis()
	post.HasReactions = slices.ContainsFunc(s.reactions, func(r *model.Reaction) bool { return r.PostId == post.Id })
	s.posts[post.Id] = post
}

// RemoveReaction takes a user's emoji off a post; that there is none is no error.
func (a *API) RemoveReaction(reaction *model.Reaction) *model.AppError {
	reaction = orZero(reaction)
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	post, err := s.post("GetSinglePost", reaction.PostId)
	if err != nil {
		return err
	}
	if channel := s.channels[post.ChannelId]; channel != nil && channel.DeleteAt != 0 {
		return fail("DeleteReactionForPost", "api.reaction.delete.archived_channel.app_error", http.StatusForbidden)
	}
	s.reactions = slices.DeleteFunc(s.reactions, func(r *model.Reaction) bool { return sameReaction(r, reaction) })
	s.reacted(post)
	removed := shallow(reaction)
	notify(s, "ReactionHasBeenRemoved", func(c *plugin.Context, h interface {
		ReactionHasBeenRemoved(*plugin.Context, *model.Reaction)
	}) {
		h.ReactionHasBeenRemoved(c, shallow(removed))
	})
	return nil
}

// GetReactions lists a post's reactions, oldest first.
func (a *API) GetReactions(postID string) ([]*model.Reaction, *model.AppError) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	found := []*model.Reaction{}
	for _, reaction := range a.s.reactions {
		if reaction.PostId == postID {
			found = append(found, shallow(reaction))
		}
	}
	return found, nil
}
