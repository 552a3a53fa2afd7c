package convert

import (
	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// ContextToProto gives the message of the plugin.Context that a hook is called with.
func ContextToProto(c *plugin.Context) *pb.PluginContext {
	if c == nil {
		return nil
	}
	return &pb.PluginContext{
		SessionId:      c.SessionId,
		RequestId:      c.RequestId,
		IpAddress:      c.IPAddress,
		AcceptLanguage: c.AcceptLanguage,
		UserAgent:      c.UserAgent,
		ConnectionId:   c.ConnectionId,
	}
}

// ContextFromProto is the inverse of ContextToProto.
func ContextFromProto(c *pb.PluginContext) *plugin.Context {
	if c == nil {
		return nil
	}
	return &plugin.Context{
		SessionId:      c.GetSessionId(),
		RequestId:      c.GetRequestId(),
		IPAddress:      c.GetIpAddress(),
		AcceptLanguage: c.GetAcceptLanguage(),
		UserAgent:      c.GetUserAgent(),
		ConnectionId:   c.GetConnectionId(),
	}
}

// PermissionFromProto gives Mattermost's permission of an id such as "create_post"; one that this build does not know
// has just its id, by which the server decides.
func PermissionFromProto(id string) *model.Permission {
	for _, permission := range model.AllPermissions {
		if permission.Id == id {
			return permission
		}
	}
	return &model.Permission{Id: id}
}
