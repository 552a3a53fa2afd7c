package server

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

func TestAFileIsLetThroughChangedOrRejected(t *testing.T) {
	info := &model.FileInfo{Name: "a.txt", Path: "here/a.txt", Content: "its text"}
	for name, test := range map[string]struct {
		response *pb.FileWillBeUploadedResponse
		err      error
		info     *model.FileInfo
		reason   string
		content  string
	}{
		"nothing is said": {info: info},
		"another content": {response: &pb.FileWillBeUploadedResponse{ModifiedContent: []byte("new")}, info: info, content: "new"},
		"another info": {
			response: &pb.FileWillBeUploadedResponse{ModifiedFileInfo: &pb.FileInfo{Name: "b.txt"}},
			info:     &model.FileInfo{Name: "b.txt", Path: "here/a.txt", Content: "its text"},
		},
		"rejected": {
			response: &pb.FileWillBeUploadedResponse{RejectionReason: "no", ModifiedContent: []byte("new"), ModifiedFileInfo: &pb.FileInfo{}},
			reason:   "no",
		},
		"the plugin fails": {err: raise("ValueError", "boom"), info: info},
		"it dies":          {err: killed(), info: info},
	} {
		t.Run(name, func(t *testing.T) {
			p, log := fake(t, &fakeEngine{script: script{"FileWillBeUploaded": func(_ *fakeInstance, request proto.Message) (proto.Message, error) {
				r := request.(*pb.FileWillBeUploadedRequest)
				require.Equal(t, "s", r.PluginContext.SessionId)
				require.Equal(t, "a.txt", r.FileInfo.Name)
				require.NotZero(t, r.FileStream)
				require.NotZero(t, r.OutputStream)
				if test.response == nil {
					return nil, test.err
				}
				return test.response, test.err
			}}})
			var output bytes.Buffer
			got, reason := p.FileWillBeUploaded(&plugin.Context{SessionId: "s"}, info, strings.NewReader("old"), &output)
			require.Equal(t, test.reason, reason)
			require.Equal(t, test.info, got)
			require.Equal(t, test.content, output.String())
			require.Equal(t, test.err != nil, strings.Contains(log.String(), "hook FileWillBeUploaded failed"))
		})
	}
}

// full is a place that takes no more than half of what is written.
type full struct{ bytes.Buffer }

func (f *full) Write(p []byte) (int, error) {
	n, _ := f.Buffer.Write(p[:len(p)/2])
	return n, errors.New("no space left")
}

func TestADamagedFileIsRejected(t *testing.T) {
	p, log := fake(t, &fakeEngine{script: script{"FileWillBeUploaded": func(*fakeInstance, proto.Message) (proto.Message, error) {
		return &pb.FileWillBeUploadedResponse{ModifiedContent: []byte("new")}, nil
	}}})
	info, reason := p.FileWillBeUploaded(nil, &model.FileInfo{}, strings.NewReader("old"), &full{})
	require.Nil(t, info)
	require.Equal(t, "The plugin Test failed while it changed the file.", reason)
	require.Contains(t, log.String(), "no space left")
}

func TestAFileOfAPluginWithoutTheHookIsLetThrough(t *testing.T) {
	p, log := fake(t, &fakeEngine{script: script{}})
	info := &model.FileInfo{Name: "a"}
	got, reason := p.FileWillBeUploaded(nil, info, strings.NewReader("old"), &bytes.Buffer{})
	require.Same(t, info, got)
	require.Empty(t, reason)
	require.Empty(t, log.String())
}
