package handlers

import (
	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

// files answers for files.
var files = group{
	abi.CopyFileInfos: handle(func(api plugin.API, r *pb.CopyFileInfosRequest) *pb.CopyFileInfosResponse {
		ids, err := api.CopyFileInfos(r.GetUserId(), r.GetFileIds())
		return &pb.CopyFileInfosResponse{FileIds: ids, Error: convert.AppErrorToProto(err)}
	}),
	abi.GetFileInfo: handle(func(api plugin.API, r *pb.GetFileInfoRequest) *pb.GetFileInfoResponse {
		info, err := api.GetFileInfo(r.GetFileId())
		return &pb.GetFileInfoResponse{FileInfo: convert.FileInfoToProto(info), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetFileInfos: handle(func(api plugin.API, r *pb.GetFileInfosRequest) *pb.GetFileInfosResponse {
		infos, err := api.GetFileInfos(int(r.GetPage()), int(r.GetPerPage()), convert.GetFileInfosOptionsFromProto(r.GetOptions()))
		return &pb.GetFileInfosResponse{FileInfos: convert.List(infos, convert.FileInfoToProto), Error: convert.AppErrorToProto(err)}
	}),
	abi.SetFileSearchableContent: handle(func(api plugin.API, r *pb.SetFileSearchableContentRequest) *pb.SetFileSearchableContentResponse {
		err := api.SetFileSearchableContent(r.GetFileId(), r.GetContent())
		return &pb.SetFileSearchableContentResponse{Error: convert.AppErrorToProto(err)}
	}),
	abi.GetFile: handle(func(api plugin.API, r *pb.GetFileRequest) *pb.GetFileResponse {
		data, err := api.GetFile(r.GetFileId())
		return &pb.GetFileResponse{Data: data, Error: convert.AppErrorToProto(err)}
	}),
	abi.GetFileLink: handle(func(api plugin.API, r *pb.GetFileLinkRequest) *pb.GetFileLinkResponse {
		link, err := api.GetFileLink(r.GetFileId())
		return &pb.GetFileLinkResponse{Link: link, Error: convert.AppErrorToProto(err)}
	}),
	abi.ReadFile: handle(func(api plugin.API, r *pb.ReadFileRequest) *pb.ReadFileResponse {
		data, err := api.ReadFile(r.GetPath())
		return &pb.ReadFileResponse{Data: data, Error: convert.AppErrorToProto(err)}
	}),
	abi.UploadFile: handle(func(api plugin.API, r *pb.UploadFileRequest) *pb.UploadFileResponse {
		info, err := api.UploadFile(r.GetData(), r.GetChannelId(), r.GetFilename())
		return &pb.UploadFileResponse{FileInfo: convert.FileInfoToProto(info), Error: convert.AppErrorToProto(err)}
	}),
}
