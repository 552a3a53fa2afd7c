package handlers

import (
	"bytes"

	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

// plugins answers for the plugins of the server.
var plugins = group{
	abi.GetPluginID: handle(func(api plugin.API, _ *pb.GetPluginIDRequest) *pb.GetPluginIDResponse {
		return &pb.GetPluginIDResponse{PluginId: api.GetPluginID()}
	}),
	abi.GetBundlePath: handle(func(api plugin.API, _ *pb.GetBundlePathRequest) *pb.GetBundlePathResponse {
		path, err := api.GetBundlePath()
		return &pb.GetBundlePathResponse{Path: path, Error: convert.ErrorToProto(err)}
	}),
	abi.GetPlugins: handle(func(api plugin.API, _ *pb.GetPluginsRequest) *pb.GetPluginsResponse {
		manifests, err := api.GetPlugins()
		return &pb.GetPluginsResponse{Manifests: convert.List(manifests, convert.ManifestToProto), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetPluginStatus: handle(func(api plugin.API, r *pb.GetPluginStatusRequest) *pb.GetPluginStatusResponse {
		status, err := api.GetPluginStatus(r.GetId())
		return &pb.GetPluginStatusResponse{Status: convert.PluginStatusToProto(status), Error: convert.AppErrorToProto(err)}
	}),
	abi.EnablePlugin: handle(func(api plugin.API, r *pb.EnablePluginRequest) *pb.EnablePluginResponse {
		return &pb.EnablePluginResponse{Error: convert.AppErrorToProto(api.EnablePlugin(r.GetId()))}
	}),
	abi.DisablePlugin: handle(func(api plugin.API, r *pb.DisablePluginRequest) *pb.DisablePluginResponse {
		return &pb.DisablePluginResponse{Error: convert.AppErrorToProto(api.DisablePlugin(r.GetId()))}
	}),
	abi.RemovePlugin: handle(func(api plugin.API, r *pb.RemovePluginRequest) *pb.RemovePluginResponse {
		return &pb.RemovePluginResponse{Error: convert.AppErrorToProto(api.RemovePlugin(r.GetId()))}
	}),
	abi.InstallPlugin: handle(func(api plugin.API, r *pb.InstallPluginRequest) *pb.InstallPluginResponse {
		manifest, err := api.InstallPlugin(bytes.NewReader(r.GetFileData()), r.GetReplace())
		return &pb.InstallPluginResponse{Manifest: convert.ManifestToProto(manifest), Error: convert.AppErrorToProto(err)}
	}),
}
