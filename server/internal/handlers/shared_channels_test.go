package handlers

import (
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin/plugintest"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

func TestASyncMessageCrossesAsJSON(t *testing.T) {
	api := &plugintest.API{}
	defer api.AssertExpectations(t)
	c, _ := caller(api)
	api.On("ReceiveSharedChannelSyncMsg", "remote", mock.MatchedBy(func(m *model.SyncMsg) bool { return m.ChannelId == "channel" })).
		Return(model.SyncResponse{UsersLastUpdateAt: 7}, nil).Once()
	got, err := call[*pb.ReceiveSharedChannelSyncMsgResponse](t, c, abi.ReceiveSharedChannelSyncMsg, &pb.ReceiveSharedChannelSyncMsgRequest{
		RemoteId: "remote", Msg: &pb.SyncMsgJson{SyncMsgJson: []byte(`{"channel_id": "channel"}`)},
	})
	require.NoError(t, err)
	require.Nil(t, got.Error)
	require.EqualValues(t, 7, got.Response.UsersLastUpdateAt)

	got, err = call[*pb.ReceiveSharedChannelSyncMsgResponse](t, c, abi.ReceiveSharedChannelSyncMsg, &pb.ReceiveSharedChannelSyncMsgRequest{
		Msg: &pb.SyncMsgJson{SyncMsgJson: []byte("{")},
	})
	require.NoError(t, err)
	require.Contains(t, got.Error.Message, "msg.sync_msg_json")
}
