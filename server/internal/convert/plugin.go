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
	}
}

// ManifestToProto gives the message of a model.Manifest: what it says of the plugin, without its parts and settings.
func ManifestToProto(m *model.Manifest) *pb.Manifest {
	if m == nil {
		return nil
	}
	return &pb.Manifest{
		Id:               m.Id,
		Name:             m.Name,
		Description:      m.Description,
		HomepageUrl:      m.HomepageURL,
		SupportUrl:       m.SupportURL,
		ReleaseNotesUrl:  m.ReleaseNotesURL,
		IconPath:         m.IconPath,
		Version:          m.Version,
		MinServerVersion: m.MinServerVersion,
	}
}

// PluginKVSetOptionsFromProto gives the model of how a value is stored.
func PluginKVSetOptionsFromProto(o *pb.PluginKVSetOptions) model.PluginKVSetOptions {
	return model.PluginKVSetOptions{
		Atomic:          o.GetAtomic(),
		OldValue:        NilIfEmpty(o.GetOldValue()),
		ExpireInSeconds: o.GetExpireInSeconds(),
	}
}

// NilIfEmpty gives nil for an empty slice. In Mattermost's key-value store a nil old value says that there is none yet
// and a nil new value that the key is to go, and the contract's field cannot tell nil from empty.
func NilIfEmpty(value []byte) []byte {
	if len(value) == 0 {
		return nil
	}
	return value
}

// WebsocketBroadcastFromProto gives the model of whom a websocket event goes to: everybody, where there is no message. The
// contract has one connection and a flag that says that just this one is left out.
func WebsocketBroadcastFromProto(b *pb.WebsocketBroadcast) *model.WebsocketBroadcast {
	broadcast := &model.WebsocketBroadcast{
		UserId:              b.GetUserId(),
		ChannelId:           b.GetChannelId(),
		TeamId:              b.GetTeamId(),
		ConnectionId:        b.GetConnectionId(),
		ReliableClusterSend: b.GetReliableClusterSend(),
	}
	if b.GetOmitConnectionId() {
		broadcast.ConnectionId, broadcast.OmitConnectionId = "", b.GetConnectionId()
	}
	if len(b.GetOmitUsers()) > 0 {
		broadcast.OmitUsers = make(map[string]bool, len(b.GetOmitUsers()))
		for _, id := range b.GetOmitUsers() {
			broadcast.OmitUsers[id] = true
		}
	}
	return broadcast
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
