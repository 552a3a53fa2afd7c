package convert

import (
	"bytes"
	"encoding/json"

	"github.com/mattermost/mattermost/server/public/model"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// SyncMsgToJSON gives what another server says in shared channels, as JSON and as a message with what JSON leaves out.
func SyncMsgToJSON(m *model.SyncMsg) (*pb.SyncMsgJson, error) {
	if m == nil {
		return nil, nil
	}
	encoded, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	return &pb.SyncMsgJson{SyncMsgJson: encoded, SyncMsgJsonExact: SyncMsgToProto(m)}, nil
}

// SyncMsgFromJSON is the inverse of SyncMsgToJSON. JSON that is not that of the message beside it is newer.
func SyncMsgFromJSON(m *pb.SyncMsgJson) (*model.SyncMsg, error) {
	if m == nil {
		return nil, nil
	}
	if exact := SyncMsgFromProto(m.GetSyncMsgJsonExact()); exact != nil {
		encoded, err := json.Marshal(exact)
		if err == nil && (len(m.GetSyncMsgJson()) == 0 || bytes.Equal(encoded, m.GetSyncMsgJson())) {
			return exact, nil
		}
	}
	var message *model.SyncMsg
	if err := json.Unmarshal(m.GetSyncMsgJson(), &message); err != nil {
		return nil, err
	}
	return message, nil
}
