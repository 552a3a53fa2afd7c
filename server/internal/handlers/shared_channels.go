package handlers

import (
	"reflect"

	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

// sharedChannels takes what another server has sent, whose messages cross as JSON.
var sharedChannels = group{
	abi.ReceiveSharedChannelSyncMsg: handle(func(api plugin.API, r *pb.ReceiveSharedChannelSyncMsgRequest) *pb.ReceiveSharedChannelSyncMsgResponse {
		message, err := convert.SyncMsgFromJSON(r.GetMsg())
		if err != nil {
			return &pb.ReceiveSharedChannelSyncMsgResponse{Error: badRequest("msg.sync_msg_json: " + err.Error())}
		}
		response, err := api.ReceiveSharedChannelSyncMsg(r.GetRemoteId(), message)
		if err == nil && reflect.ValueOf(response).IsZero() { // as a broken connection answers
			return nil
		}
		return &pb.ReceiveSharedChannelSyncMsgResponse{Response: convert.SyncResponseToProto(&response), Error: convert.ErrorToProto(err)}
	}),
}
