package handlers

import (
	"encoding/json"
	"net/http"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

// configuration answers for the settings of the plugin and of the server, which cross as JSON.
var configuration = group{
	abi.LoadPluginConfiguration: handle(func(api plugin.API, _ *pb.LoadPluginConfigurationRequest) *pb.LoadPluginConfigurationResponse {
		var config json.RawMessage
		if err := api.LoadPluginConfiguration(&config); err != nil {
			return &pb.LoadPluginConfigurationResponse{Error: convert.ErrorToProto(err)}
		}
		if config == nil {
			return nil
		}
		return &pb.LoadPluginConfigurationResponse{ConfigJson: config}
	}),
	abi.GetConfig: handle(func(api plugin.API, _ *pb.GetConfigRequest) *pb.GetConfigResponse {
		config, err := configToJSON(api.GetConfig())
		if config == nil && err == nil {
			return nil
		}
		return &pb.GetConfigResponse{ConfigJson: config, Error: convert.ErrorToProto(err)}
	}),
	abi.GetUnsanitizedConfig: handle(func(api plugin.API, _ *pb.GetUnsanitizedConfigRequest) *pb.GetUnsanitizedConfigResponse {
		config, err := configToJSON(api.GetUnsanitizedConfig())
		if config == nil && err == nil {
			return nil
		}
		return &pb.GetUnsanitizedConfigResponse{ConfigJson: config, Error: convert.ErrorToProto(err)}
	}),
	abi.SaveConfig: handle(func(api plugin.API, r *pb.SaveConfigRequest) *pb.SaveConfigResponse {
		var config model.Config
		if err := json.Unmarshal(r.GetConfigJson(), &config); err != nil {
			return &pb.SaveConfigResponse{Error: badRequest("config_json: " + err.Error())}
		}
		return &pb.SaveConfigResponse{Error: convert.AppErrorToProto(api.SaveConfig(&config))}
	}),
	abi.GetPluginConfig: handle(func(api plugin.API, _ *pb.GetPluginConfigRequest) *pb.GetPluginConfigResponse {
		config, numbers := convert.StructAndNumbers(api.GetPluginConfig())
		if config == nil { // an empty map arrives as none over net/rpc
			config = &structpb.Struct{}
		}
		return &pb.GetPluginConfigResponse{Config: config, ConfigNumbers: numbers}
	}),
}

// configToJSON gives the JSON of a configuration; nil where there is none.
func configToJSON(config *model.Config) ([]byte, error) {
	if config == nil {
		return nil, nil
	}
	return json.Marshal(config)
}

// badRequest is the error of a request that is not what its method needs.
func badRequest(why string) *pb.AppError {
	return &pb.AppError{Id: convert.PlainErrorID, Message: why, StatusCode: http.StatusBadRequest}
}
