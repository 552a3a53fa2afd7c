package handlers

import (
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin/plugintest"
	"github.com/mattermost/mattermost/server/public/shared/mlog"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

const great = 1<<53 + 1 // no double holds it

// greatStruct is a Struct with great at "n", and what lists it.
func greatStruct() (*structpb.Struct, []*pb.ExactNumber) {
	return convert.StructAndNumbers(map[string]any{"n": int64(great)})
}

func TestAnEmptyValueIsNotAMissingOne(t *testing.T) {
	api := &plugintest.API{}
	defer api.AssertExpectations(t)
	c, _ := caller(api)
	none, empty := []byte(nil), []byte{}

	api.On("KVSet", "k", empty).Return(nil).Once()
	_, err := call[*pb.KVSetResponse](t, c, abi.KVSet, &pb.KVSetRequest{Key: "k", ValueExact: empty})
	require.NoError(t, err)
	api.On("KVSet", "k", none).Return(nil).Once()
	_, err = call[*pb.KVSetResponse](t, c, abi.KVSet, &pb.KVSetRequest{Key: "k"})
	require.NoError(t, err)

	api.On("KVCompareAndSet", "k", empty, none).Return(true, nil).Once()
	_, err = call[*pb.KVCompareAndSetResponse](t, c, abi.KVCompareAndSet, &pb.KVCompareAndSetRequest{Key: "k", OldValueExact: empty})
	require.NoError(t, err)
	api.On("KVCompareAndDelete", "k", empty).Return(true, nil).Once()
	_, err = call[*pb.KVCompareAndDeleteResponse](t, c, abi.KVCompareAndDelete, &pb.KVCompareAndDeleteRequest{Key: "k", OldValueExact: empty})
	require.NoError(t, err)
	api.On("KVSetWithExpiry", "k", empty, int64(7)).Return(nil).Once()
	_, err = call[*pb.KVSetWithExpiryResponse](t, c, abi.KVSetWithExpiry, &pb.KVSetWithExpiryRequest{Key: "k", ValueExact: empty, ExpireInSeconds: 7})
	require.NoError(t, err)
	api.On("KVSetWithOptions", "k", empty, model.PluginKVSetOptions{Atomic: true, OldValue: empty}).Return(true, nil).Once()
	_, err = call[*pb.KVSetWithOptionsResponse](t, c, abi.KVSetWithOptions, &pb.KVSetWithOptionsRequest{
		Key: "k", ValueExact: empty, Options: &pb.PluginKVSetOptions{Atomic: true, OldValueExact: empty},
	})
	require.NoError(t, err)

	for _, value := range [][]byte{none, empty, []byte("v")} {
		api.On("KVGet", "k").Return(value, nil).Once()
		got, err := call[*pb.KVGetResponse](t, c, abi.KVGet, &pb.KVGetRequest{Key: "k"})
		require.NoError(t, err)
		require.Equal(t, value, convert.GivenBytes(got.Value, got.ValueExact))
	}
}

func TestGreatIntegersReachMattermostAndComeBack(t *testing.T) {
	api := &plugintest.API{}
	defer api.AssertExpectations(t)
	c, _ := caller(api)
	s, numbers := greatStruct()
	whole := map[string]any{"n": int64(great)}

	api.On("SavePluginConfig", whole).Return(nil).Once()
	_, err := call[*pb.SavePluginConfigResponse](t, c, abi.SavePluginConfig, &pb.SavePluginConfigRequest{Config: s, ConfigNumbers: numbers})
	require.NoError(t, err)

	api.On("GetPluginConfig").Return(whole).Once()
	config, err := call[*pb.GetPluginConfigResponse](t, c, abi.GetPluginConfig, &pb.GetPluginConfigRequest{})
	require.NoError(t, err)
	require.Equal(t, whole, convert.StructFromProto(config.Config, config.ConfigNumbers...))

	api.On("PublishWebSocketEvent", "e", whole, &model.WebsocketBroadcast{
		BroadcastHooks: []string{"h"}, BroadcastHookArgs: []map[string]any{{}, whole},
	}).Return().Once()
	_, err = call[*pb.PublishWebSocketEventResponse](t, c, abi.PublishWebSocketEvent, &pb.PublishWebSocketEventRequest{
		Event: "e", Payload: s, PayloadNumbers: numbers,
		Broadcast: &pb.WebsocketBroadcast{
			BroadcastHooks: []string{"h"}, BroadcastHookArgs: []*structpb.Struct{{}, s},
			BroadcastHookArgsNumbers: []*pb.ExactNumber{{Path: []string{"1", "n"}, Number: numbers[0].Number}},
		},
	})
	require.NoError(t, err)

	api.On("LogInfo", "hello", "n", int64(great)).Return().Once()
	value, valueNumbers := convert.ValueAndNumbers(int64(great))
	_, err = call[*pb.LogInfoResponse](t, c, abi.LogInfo, &pb.LogInfoRequest{
		Msg: "hello", KeyValuePairs: []*pb.KeyValuePair{{Key: "n", Value: value, ValueNumbers: valueNumbers}},
	})
	require.NoError(t, err)
}

func TestALevelOfThePluginsOwnReachesTheAuditLog(t *testing.T) {
	api := &plugintest.API{}
	defer api.AssertExpectations(t)
	c, _ := caller(api)
	level := mlog.Level{ID: 1000, Name: "mine", Stacktrace: true, Color: 31}
	name, exact := convert.LevelToProto(level)
	api.On("LogAuditRecWithLevel", mock.Anything, level).Return().Once()
	_, err := call[*pb.LogAuditRecWithLevelResponse](t, c, abi.LogAuditRecWithLevel, &pb.LogAuditRecWithLevelRequest{Level: name, LevelExact: exact})
	require.NoError(t, err)
}

func TestASyncMessageCrossesWithWhatJSONLeavesOut(t *testing.T) {
	message := &model.SyncMsg{ChannelId: "c", Users: map[string]*model.User{"u": {Id: "u"}}, Posts: []*model.Post{{
		Id: "p", Metadata: &model.PostMetadata{Files: []*model.FileInfo{{Id: "f", Path: "20261125/f.png"}}},
	}}}
	crossing, err := convert.SyncMsgToJSON(message)
	require.NoError(t, err)
	require.NotContains(t, string(crossing.SyncMsgJson), "f.png")

	api := &plugintest.API{}
	defer api.AssertExpectations(t)
	c, _ := caller(api)
	receive := func(path string) {
		api.On("ReceiveSharedChannelSyncMsg", "remote", mock.MatchedBy(func(m *model.SyncMsg) bool {
			return m.ChannelId == "c" && m.Posts[0].Metadata.Files[0].Path == path
		})).Return(model.SyncResponse{UsersLastUpdateAt: 7}, nil).Once()
		_, err := call[*pb.ReceiveSharedChannelSyncMsgResponse](t, c, abi.ReceiveSharedChannelSyncMsg, &pb.ReceiveSharedChannelSyncMsgRequest{RemoteId: "remote", Msg: crossing})
		require.NoError(t, err)
	}
	receive("20261125/f.png")
	crossing.SyncMsgJson = append(crossing.SyncMsgJson, ' ') // somebody wrote it anew
	receive("")
}
