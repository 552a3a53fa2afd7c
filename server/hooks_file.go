package server

import (
	"io"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

// FileWillBeUploaded gives the plugin an uploaded file before it is stored: nil and "" lets it through as it is, a FileInfo
// and what is written to output take its place, a reason rejects it.
func (p *Plugin) FileWillBeUploaded(c *plugin.Context, info *model.FileInfo, file io.Reader, output io.Writer) (*model.FileInfo, string) {
	response, err := call[pb.FileWillBeUploadedResponse](p, abi.HookFileWillBeUploaded, func() proto.Message {
		content, err := io.ReadAll(file)
		if err != nil {
			panic(err)
		}
		return &pb.FileWillBeUploadedRequest{
			PluginContext: convert.ContextToProto(c), FileInfo: convert.FileInfoToProto(info), FileContent: content,
		}
	})
	switch {
	case err != nil:
		return nil, ""
	case response.RejectionReason != "":
		return nil, response.RejectionReason
	}
	if len(response.ModifiedContent) > 0 {
		if _, err := output.Write(response.ModifiedContent); err != nil {
			p.log.Error("write the file's new content", "error", err)
			return nil, ""
		}
	}
	if response.ModifiedFileInfo == nil {
		return nil, ""
	}
	modified := convert.FileInfoFromProto(response.ModifiedFileInfo)
	warnKept(p, abi.HookFileWillBeUploaded, info, modified)
	return modified, ""
}
