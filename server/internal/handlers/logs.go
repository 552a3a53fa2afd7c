package handlers

import (
	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

// logs answers for the server's log.
var logs = group{
	abi.LogDebug: handle(func(api plugin.API, r *pb.LogDebugRequest) *pb.LogDebugResponse {
		api.LogDebug(r.GetMsg(), pairs(r.GetKeyValuePairs())...)
		return &pb.LogDebugResponse{}
	}),
	abi.LogInfo: handle(func(api plugin.API, r *pb.LogInfoRequest) *pb.LogInfoResponse {
		api.LogInfo(r.GetMsg(), pairs(r.GetKeyValuePairs())...)
		return &pb.LogInfoResponse{}
	}),
	abi.LogWarn: handle(func(api plugin.API, r *pb.LogWarnRequest) *pb.LogWarnResponse {
		api.LogWarn(r.GetMsg(), pairs(r.GetKeyValuePairs())...)
		return &pb.LogWarnResponse{}
	}),
	abi.LogError: handle(func(api plugin.API, r *pb.LogErrorRequest) *pb.LogErrorResponse {
		api.LogError(r.GetMsg(), pairs(r.GetKeyValuePairs())...)
		return &pb.LogErrorResponse{}
	}),
}

// pairs gives keys and values in turn.
func pairs(pairs []*pb.KeyValuePair) []any {
	flat := make([]any, 0, 2*len(pairs))
	for _, pair := range pairs {
		flat = append(flat, pair.GetKey(), convert.ValueFromProto(pair.GetValue()))
	}
	return flat
}
