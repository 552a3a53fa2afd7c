package server

import (
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

// FileWillBeUploaded gives a file to the plugin before it is stored. What is written to output replaces its content; the
// info that is returned replaces the file's, and a reason rejects it. A plugin that fails lets the file through as it is,
// unless the policy says otherwise, or it has written to output: then what there is would be a damaged file, and is rejected.
func (p *Plugin) FileWillBeUploaded(c *plugin.Context, info *model.FileInfo, file io.Reader, output io.Writer) (*model.FileInfo, string) {
	content := &newContent{output: output}
	response := &pb.FileWillBeUploadedResponse{}
	err := func() (err error) {
		defer recovered(&err)
		err = p.fireStreaming(abi.HookFileWillBeUploaded, response, func(streams *hookStreams) (proto.Message, error) {
			return openFile(streams, c, info, file, content)
		})
		if err != nil || response.RejectionReason != "" || len(response.ModifiedContent) == 0 {
			return err
		}
		_, err = content.Write(response.ModifiedContent)
		return err
	}()
	if err != nil && !errors.Is(err, ErrNotDefined) {
		p.logFailure("hook "+abi.HookFileWillBeUploaded.String()+" failed", err)
	}
	switch {
	case err != nil && content.begun.Load():
		return nil, fmt.Sprintf("The plugin %s failed while it changed the file.", p.bundle.Name())
	case err != nil:
		if reason := p.rejection(err); reason != "" {
			return nil, reason
		}
		return info, ""
	case response.RejectionReason != "":
		return nil, response.RejectionReason
	case response.ModifiedFileInfo == nil:
		return info, ""
	}
	modified := fileInfoOnto(info, response.ModifiedFileInfo)
	warnKept(p, abi.HookFileWillBeUploaded, info, modified)
	return modified, ""
}

// openFile makes the hook's request.
func openFile(streams *hookStreams, c *plugin.Context, info *model.FileInfo, file io.Reader, content *newContent) (*pb.FileWillBeUploadedRequest, error) {
	request := &pb.FileWillBeUploadedRequest{PluginContext: convert.ContextToProto(c), FileInfo: convert.FileInfoToProto(info)}
	var err error
	if request.FileStream, err = streams.add(&hookStream{reader: file}); err != nil {
		return nil, err
	}
	request.OutputStream, err = streams.add(&hookStream{writer: content})
	return request, err
}

// newContent is the new content of a file.
type newContent struct {
	output io.Writer
	begun  atomic.Bool
}

// Write adds to it.
func (c *newContent) Write(chunk []byte) (int, error) {
	if len(chunk) > 0 {
		c.begun.Store(true)
	}
	return c.output.Write(chunk)
}

// fileInfoOnto is a file's info as the plugin wants it. Where the file lies and which text it holds, which a handler that
// makes a new info does not know, stays as it was.
func fileInfoOnto(original *model.FileInfo, changed *pb.FileInfo) *model.FileInfo {
	info := convert.FileInfoFromProto(changed)
	if original == nil {
		return info
	}
	for _, field := range []struct{ new, old *string }{
		{&info.Path, &original.Path}, {&info.ThumbnailPath, &original.ThumbnailPath},
		{&info.PreviewPath, &original.PreviewPath}, {&info.Content, &original.Content},
	} {
		if *field.new == "" {
			*field.new = *field.old
		}
	}
	return info
}
