package server

import (
	"strings"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

// changedPosts gives the posts that the plugin wants a client to see in the place of those with their ids; nil changes
// none.
func changedPosts(originals []*model.Post, changed []*pb.Post) []*model.Post {
	if len(changed) == 0 {
		return nil
	}
	byID := make(map[string]*model.Post, len(originals))
	for _, post := range originals {
		if post != nil {
			byID[post.Id] = post
		}
	}
	return convert.List(changed, func(post *pb.Post) *model.Post {
		return convert.PostOnto(byID[post.GetId()], post)
	})
}

// warnKept tells the plugin's author of what the plugin cleared in reply and Mattermost keeps as it was in sent.
func warnKept[T any](p *Plugin, hook abi.Hook, sent, reply *T) {
	if !p.remote || sent == nil {
		return
	}
	if fields := unmergeable(sent, reply); len(fields) > 0 {
		p.log.Warn("the plugin cleared fields of what it was given, but in this hook Mattermost takes no empty value from a plugin: they stay as they were",
			"hook", hook.String(), "fields", strings.Join(fields, ", "))
	}
}
