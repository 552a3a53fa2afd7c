package server

import (
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

// MessageWillBePosted gives a new post to the plugin before it is stored: nil and "" lets it through as it is, a post
// replaces it, a reason rejects it.
func (p *Plugin) MessageWillBePosted(c *plugin.Context, post *model.Post) (*model.Post, string) {
	response, err := call[pb.MessageWillBePostedResponse](p, abi.HookMessageWillBePosted, func() proto.Message {
		return &pb.MessageWillBePostedRequest{PluginContext: convert.ContextToProto(c), Post: convert.PostToProto(post)}
	})
	switch {
	case err != nil:
		return nil, ""
	case response.RejectionReason != "":
		return nil, response.RejectionReason
	case response.ModifiedPost == nil:
		return nil, ""
	}
	modified := convert.PostOnto(post, response.ModifiedPost)
	if p.remote && post != nil {
		if fields := unmergeable(post, modified); len(fields) > 0 {
			p.log.Warn("the plugin cleared fields of a post, but in this hook Mattermost takes no empty value from a plugin: they stay as they were",
				"hook", abi.HookMessageWillBePosted.String(), "fields", strings.Join(fields, ", "))
		}
	}
	return modified, ""
}

// MessageWillBeUpdated gives an edited post to the plugin before it is stored, with the post as it was: the post that
// is returned is stored, nil and a reason reject the edit.
func (p *Plugin) MessageWillBeUpdated(c *plugin.Context, newPost, oldPost *model.Post) (*model.Post, string) {
	response, err := call[pb.MessageWillBeUpdatedResponse](p, abi.HookMessageWillBeUpdated, func() proto.Message {
		return &pb.MessageWillBeUpdatedRequest{
			PluginContext: convert.ContextToProto(c),
			NewPost:       convert.PostToProto(newPost),
			OldPost:       convert.PostToProto(oldPost),
		}
	})
	switch {
	case err != nil:
		return newPost, ""
	case response.RejectionReason != "":
		return nil, response.RejectionReason
	case response.ModifiedPost == nil:
		return newPost, ""
	}
	return convert.PostOnto(newPost, response.ModifiedPost), ""
}

// MessageHasBeenPosted tells the plugin of a new post.
func (p *Plugin) MessageHasBeenPosted(c *plugin.Context, post *model.Post) {
	_, _ = call[pb.MessageHasBeenPostedResponse](p, abi.HookMessageHasBeenPosted, func() proto.Message {
		return &pb.MessageHasBeenPostedRequest{PluginContext: convert.ContextToProto(c), Post: convert.PostToProto(post)}
	})
}

// MessageHasBeenUpdated tells the plugin of an edited post, and what it was before.
func (p *Plugin) MessageHasBeenUpdated(c *plugin.Context, newPost, oldPost *model.Post) {
	_, _ = call[pb.MessageHasBeenUpdatedResponse](p, abi.HookMessageHasBeenUpdated, func() proto.Message {
		return &pb.MessageHasBeenUpdatedRequest{
			PluginContext: convert.ContextToProto(c),
			NewPost:       convert.PostToProto(newPost),
			OldPost:       convert.PostToProto(oldPost),
		}
	})
}

// MessageHasBeenDeleted tells the plugin of a post that is gone.
func (p *Plugin) MessageHasBeenDeleted(c *plugin.Context, post *model.Post) {
	_, _ = call[pb.MessageHasBeenDeletedResponse](p, abi.HookMessageHasBeenDeleted, func() proto.Message {
		return &pb.MessageHasBeenDeletedRequest{PluginContext: convert.ContextToProto(c), Post: convert.PostToProto(post)}
	})
}

// MessagesWillBeConsumed gives the plugin posts that a client asked for, to change what that client sees of them. The
// posts that are returned take the place of those with their ids; nil changes none.
func (p *Plugin) MessagesWillBeConsumed(posts []*model.Post) []*model.Post {
	response, err := call[pb.MessagesWillBeConsumedResponse](p, abi.HookMessagesWillBeConsumed, func() proto.Message {
		return &pb.MessagesWillBeConsumedRequest{Posts: convert.List(posts, convert.PostToProto)}
	})
	if err != nil || len(response.Posts) == 0 {
		return nil
	}
	originals := make(map[string]*model.Post, len(posts))
	for _, post := range posts {
		if post != nil {
			originals[post.Id] = post
		}
	}
	return convert.List(response.Posts, func(post *pb.Post) *model.Post {
		return convert.PostOnto(originals[post.GetId()], post)
	})
}
