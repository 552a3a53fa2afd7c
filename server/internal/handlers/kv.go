package handlers

import (
	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

// keyValues answers for the plugin's key-value store.
var keyValues = group{
	abi.KVSet: handle(func(api plugin.API, r *pb.KVSetRequest) *pb.KVSetResponse {
		return &pb.KVSetResponse{Error: convert.AppErrorToProto(api.KVSet(r.GetKey(), r.GetValue()))}
	}),
	abi.KVCompareAndSet: handle(func(api plugin.API, r *pb.KVCompareAndSetRequest) *pb.KVCompareAndSetResponse {
		ok, err := api.KVCompareAndSet(r.GetKey(), convert.NilIfEmpty(r.GetOldValue()), r.GetNewValue())
		return &pb.KVCompareAndSetResponse{Success: ok, Error: convert.AppErrorToProto(err)}
	}),
	abi.KVCompareAndDelete: handle(func(api plugin.API, r *pb.KVCompareAndDeleteRequest) *pb.KVCompareAndDeleteResponse {
		ok, err := api.KVCompareAndDelete(r.GetKey(), convert.NilIfEmpty(r.GetOldValue()))
		return &pb.KVCompareAndDeleteResponse{Success: ok, Error: convert.AppErrorToProto(err)}
	}),
	abi.KVSetWithOptions: handle(func(api plugin.API, r *pb.KVSetWithOptionsRequest) *pb.KVSetWithOptionsResponse {
		ok, err := api.KVSetWithOptions(r.GetKey(), r.GetValue(), convert.KVSetOptionsFromProto(r.GetOptions()))
		return &pb.KVSetWithOptionsResponse{Success: ok, Error: convert.AppErrorToProto(err)}
	}),
	abi.KVSetWithExpiry: handle(func(api plugin.API, r *pb.KVSetWithExpiryRequest) *pb.KVSetWithExpiryResponse {
		err := api.KVSetWithExpiry(r.GetKey(), r.GetValue(), r.GetExpireInSeconds())
		return &pb.KVSetWithExpiryResponse{Error: convert.AppErrorToProto(err)}
	}),
	abi.KVGet: handle(func(api plugin.API, r *pb.KVGetRequest) *pb.KVGetResponse {
		value, err := api.KVGet(r.GetKey())
		return &pb.KVGetResponse{Value: value, Error: convert.AppErrorToProto(err)}
	}),
	abi.KVDelete: handle(func(api plugin.API, r *pb.KVDeleteRequest) *pb.KVDeleteResponse {
		return &pb.KVDeleteResponse{Error: convert.AppErrorToProto(api.KVDelete(r.GetKey()))}
	}),
	abi.KVDeleteAll: handle(func(api plugin.API, _ *pb.KVDeleteAllRequest) *pb.KVDeleteAllResponse {
		return &pb.KVDeleteAllResponse{Error: convert.AppErrorToProto(api.KVDeleteAll())}
	}),
	abi.KVList: handle(func(api plugin.API, r *pb.KVListRequest) *pb.KVListResponse {
		keys, err := api.KVList(int(r.GetPage()), int(r.GetPerPage()))
		return &pb.KVListResponse{Keys: keys, Error: convert.AppErrorToProto(err)}
	}),
}
