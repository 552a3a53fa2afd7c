package convert

import (
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// FileInfoToProto gives the message of a model.FileInfo.
func FileInfoToProto(f *model.FileInfo) *pb.FileInfo {
	if f == nil {
		return nil
	}
	info := &pb.FileInfo{
		Id:              f.Id,
		CreatorId:       f.CreatorId,
		PostId:          f.PostId,
		ChannelId:       f.ChannelId,
		CreateAt:        f.CreateAt,
		UpdateAt:        f.UpdateAt,
		DeleteAt:        f.DeleteAt,
		Name:            f.Name,
		Extension:       f.Extension,
		Size:            f.Size,
		MimeType:        f.MimeType,
		Width:           int32(f.Width),
		Height:          int32(f.Height),
		HasPreviewImage: f.HasPreviewImage,
		RemoteId:        Pointer(f.RemoteId),
		Archived:        f.Archived,
	}
	if f.MiniPreview != nil {
		info.MiniPreview = append([]byte{}, *f.MiniPreview...) // an empty preview is not a missing one
	}
	return info
}

// FileInfoFromProto is the inverse of FileInfoToProto.
func FileInfoFromProto(f *pb.FileInfo) *model.FileInfo {
	if f == nil {
		return nil
	}
	info := &model.FileInfo{
		Id:              f.GetId(),
		CreatorId:       f.GetCreatorId(),
		PostId:          f.GetPostId(),
		ChannelId:       f.GetChannelId(),
		CreateAt:        f.GetCreateAt(),
		UpdateAt:        f.GetUpdateAt(),
		DeleteAt:        f.GetDeleteAt(),
		Name:            f.GetName(),
		Extension:       f.GetExtension(),
		Size:            f.GetSize(),
		MimeType:        f.GetMimeType(),
		Width:           int(f.GetWidth()),
		Height:          int(f.GetHeight()),
		HasPreviewImage: f.GetHasPreviewImage(),
		RemoteId:        Pointer(f.RemoteId),
		Archived:        f.GetArchived(),
	}
	if f.MiniPreview != nil {
		info.MiniPreview = new(slices.Clone(f.MiniPreview))
	}
	return info
}

// GetFileInfosOptionsFromProto gives the model of which files are wanted: those of one user, one channel, or all. A
// sort_order of "desc" puts the newest first.
func GetFileInfosOptionsFromProto(o *pb.GetFileInfosOptions) *model.GetFileInfosOptions {
	options := &model.GetFileInfosOptions{
		IncludeDeleted: o.GetIncludeDeleted(),
		SortBy:         o.GetSortBy(),
		SortDescending: strings.EqualFold(o.GetSortOrder(), "desc"),
	}
	if o.GetUserId() != "" {
		options.UserIds = []string{o.GetUserId()}
	}
	if o.GetChannelId() != "" {
		options.ChannelIds = []string{o.GetChannelId()}
	}
	return options
}
