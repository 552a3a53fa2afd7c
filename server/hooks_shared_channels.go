package server

import (
	"errors"

	"github.com/mattermost/mattermost/server/public/model"
	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

// OnSharedChannelsPing asks the plugin whether it, and the service behind it, are well. A plugin that does not care is; one
// that fails is not.
func (p *Plugin) OnSharedChannelsPing(rc *model.RemoteCluster) bool {
	response, err := call[pb.OnSharedChannelsPingResponse](p, abi.HookOnSharedChannelsPing, func() proto.Message {
		return &pb.OnSharedChannelsPingRequest{RemoteCluster: convert.RemoteClusterToProto(rc)}
	})
	return errors.Is(err, ErrNotDefined) || response.Healthy
}
