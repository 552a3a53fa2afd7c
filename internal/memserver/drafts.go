package memserver

import (
	"cmp"
	"maps"
	"net/http"
	"slices"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

// draftKey is the message box of a user: of a channel, or of a thread.
type draftKey struct{ user, channel, root string }

// copyDraft copies everything but the lock.
func copyDraft(from, to *model.Draft) {
	to.CreateAt, to.UpdateAt, to.DeleteAt = from.CreateAt, from.UpdateAt, from.DeleteAt
	to.UserId, to.ChannelId, to.RootId, to.Message, to.Type = from.UserId, from.ChannelId, from.RootId, from.Message, from.Type
	to.SetProps(maps.Clone(from.GetProps()))
	to.FileIds, to.Priority = slices.Clone(from.FileIds), maps.Clone(from.Priority)
}

func cloneDraft(draft *model.Draft) *model.Draft {
	c := &model.Draft{}
	copyDraft(draft, c)
	return c
}

func cloneScheduled(post *model.ScheduledPost) *model.ScheduledPost {
	c := &model.ScheduledPost{
		Id: post.Id, ScheduledAt: post.ScheduledAt, ProcessedAt: post.ProcessedAt, ErrorCode: post.ErrorCode,
		RepeatType: post.RepeatType, RepeatTimezone: post.RepeatTimezone,
	}
	copyDraft(&post.Draft, &c.Draft)
	return c
}

// SaveDraft keeps what a user wrote and did not send yet. DraftWillBeUpserted may change or refuse it.
func (s *Server) SaveDraft(draft *model.Draft) (*model.Draft, *model.AppError) {
	const where = "UpsertDraft"
	type hooks interface {
		DraftWillBeUpserted(*plugin.Context, *model.Draft) (*model.Draft, string)
	}
	if err := s.checkMember(where, draft.UserId, draft.ChannelId); err != nil {
		return nil, err
	}
	draft = cloneDraft(draft)
	plugins, err := guarded[hooks](s, where, draft.ChannelId, "DraftWillBeUpserted")
	if err != nil {
		return nil, err
	}
	for _, p := range plugins {
		replacement, reason := p.hooks.DraftWillBeUpserted(hookContext(), cloneDraft(draft))
		if reason != "" {
			return nil, refused(where, "app.draft.upsert.rejected_by_plugin", reason)
		}
		if replacement != nil {
			draft = cloneDraft(replacement)
		}
	}
	draft.PreSave()
	draft.UpdateAt = s.millis()
	if err := draft.IsValid(model.PostMessageMaxRunesV2); err != nil {
		return nil, explain(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drafts[draftKey{draft.UserId, draft.ChannelId, draft.RootId}] = draft
	return cloneDraft(draft), nil
}

// checkMember refuses what only members of a channel may do.
func (s *Server) checkMember(where, userID, channelID string) *model.AppError {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.channel(where, channelID); err != nil {
		return err
	}
	_, err := s.channelMember(where, channelID, userID)
	return err
}

// Drafts returns what a user wrote and did not send yet, newest first.
func (s *Server) Drafts(userID string) []*model.Draft {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []*model.Draft
	for key, draft := range s.drafts {
		if key.user == userID {
			found = append(found, cloneDraft(draft))
		}
	}
	slices.SortFunc(found, func(a, b *model.Draft) int {
		return cmp.Or(-cmp.Compare(a.UpdateAt, b.UpdateAt), cmp.Compare(a.ChannelId, b.ChannelId), cmp.Compare(a.RootId, b.RootId))
	})
	return found
}

// SchedulePost keeps a post for later; see [Server.SendScheduledPosts]. ScheduledPostWillBeCreated may change or refuse
// it.
func (s *Server) SchedulePost(post *model.ScheduledPost) (*model.ScheduledPost, *model.AppError) {
	const where = "SaveScheduledPost"
	type hooks interface {
		ScheduledPostWillBeCreated(*plugin.Context, *model.ScheduledPost) (*model.ScheduledPost, string)
	}
	if err := s.checkMember(where, post.UserId, post.ChannelId); err != nil {
		return nil, err
	}
	post = cloneScheduled(post)
	plugins, err := guarded[hooks](s, where, post.ChannelId, "ScheduledPostWillBeCreated")
	if err != nil {
		return nil, err
	}
	for _, p := range plugins {
		replacement, reason := p.hooks.ScheduledPostWillBeCreated(hookContext(), cloneScheduled(post))
		if reason != "" {
			return nil, refused(where, "app.scheduled_post.save.rejected_by_plugin", reason)
		}
		if replacement != nil {
			post = cloneScheduled(replacement)
		}
	}
	post.Id = model.NewId()
	post.CreateAt, post.UpdateAt, post.ProcessedAt = s.millis(), s.millis(), 0
	switch {
	case post.Message == "" && len(post.FileIds) == 0:
		return nil, fail("ScheduledPost.IsValid", "model.scheduled_post.is_valid.empty_post.app_error", http.StatusBadRequest)
	case post.ScheduledAt < s.millis():
		return nil, fail("ScheduledPost.IsValid", "model.scheduled_post.is_valid.scheduled_at.app_error", http.StatusBadRequest)
	}
	if err := post.Draft.IsValid(model.PostMessageMaxRunesV2); err != nil {
		return nil, explain(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scheduled = append(s.scheduled, post)
	return cloneScheduled(post), nil
}

// SendScheduledPosts posts what is due and returns the posts, in the order in which they were due. What is refused now
// is dropped, and logged.
func (s *Server) SendScheduledPosts() []*model.Post {
	s.mu.Lock()
	now := s.millis()
	var due []*model.ScheduledPost
	s.scheduled = slices.DeleteFunc(s.scheduled, func(post *model.ScheduledPost) bool {
		if post.ScheduledAt > now {
			return false
		}
		due = append(due, post)
		return true
	})
	s.mu.Unlock()
	slices.SortStableFunc(due, func(a, b *model.ScheduledPost) int { return cmp.Compare(a.ScheduledAt, b.ScheduledAt) })
	var sent []*model.Post
	for _, scheduled := range due {
		post := &model.Post{
			UserId: scheduled.UserId, ChannelId: scheduled.ChannelId, RootId: scheduled.RootId, Message: scheduled.Message,
			Type: scheduled.Type, FileIds: scheduled.FileIds,
		}
		post.SetProps(maps.Clone(scheduled.GetProps()))
		saved, err := s.CreatePost(post)
		if err != nil {
			s.log.Error("could not send a scheduled post", "user_id", post.UserId, "channel_id", post.ChannelId, "error", err)
			continue
		}
		sent = append(sent, saved)
	}
	return sent
}
