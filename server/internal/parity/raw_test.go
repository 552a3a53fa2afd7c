package parity

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/byname"
)

// TestEveryFieldOfEveryRequestCanBeGiven calls each API method by its name, with every field of its request set: what
// the Python methods have no parameters for.
func TestEveryFieldOfEveryRequestCanBeGiven(t *testing.T) {
	d := theDriver(t)
	for _, method := range methods() {
		t.Run(method.Name, func(t *testing.T) {
			kind, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(methodOf(method).Info().Request))
			require.NoError(t, err)
			request := kind.New()
			(&byname.Filler{}).Message(request, 4)
			if fill, ok := documentsOf[method.Name]; ok {
				fill(request)
			}
			encoded, err := proto.Marshal(request.Interface())
			require.NoError(t, err)
			for _, client := range clients {
				api := newRecording()
				api.answer(method, filledResults(method, &byname.Filler{}))
				d.setAPI(api)
				var answer struct{ Response []byte }
				records := d.do(t, map[string]any{
					"do": "raw", "client": client, "api": method.Name, "request": base64.StdEncoding.EncodeToString(encoded),
				}, &answer)
				require.Len(t, records, 1)
				require.NoError(t, records[0].Err)
				require.True(t, proto.Equal(request.Interface(), records[0].Request))
				response := records[0].Response.ProtoReflect().New()
				require.NoError(t, proto.Unmarshal(answer.Response, response.Interface()))
				require.True(t, proto.Equal(records[0].Response, response.Interface()))

				c := &byname.Comparison{}
				arguments, results := api.called(method.Name)
				compareCall(c, method, request, response, arguments, results)
				require.Empty(t, c.Differences, strings.Join(c.Differences, "\n"))
			}
		})
	}
}

// documentsOf put the documents into the requests that have one.
var documentsOf = map[string]func(protoreflect.Message){
	"ReceiveSharedChannelSyncMsg": func(request protoreflect.Message) {
		document := filledDocuments("receive_shared_channel_sync_msg")["sync_msg_json"]
		request.Interface().(*pb.ReceiveSharedChannelSyncMsgRequest).Msg.SyncMsgJson = []byte(document)
	},
	"SaveConfig": func(request protoreflect.Message) {
		request.Interface().(*pb.SaveConfigRequest).ConfigJson = []byte(filledDocuments("save_config")["config_json"])
	},
}
