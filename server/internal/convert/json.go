package convert

import (
	"encoding/json"
	"fmt"

	saml2 "github.com/mattermost/gosaml2"
	"github.com/mattermost/mattermost/server/public/model"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// Models that cross as JSON, in a message around it.

// ConfigJsonToProto gives the message of the server's configuration.
func ConfigJsonToProto(c *model.Config) *pb.ConfigJson {
	if c == nil {
		return nil
	}
	return &pb.ConfigJson{ConfigJson: mustJSON(c)}
}

// SyncMsgJsonToProto gives the message of what is new in a shared channel.
func SyncMsgJsonToProto(m *model.SyncMsg) *pb.SyncMsgJson {
	message, err := SyncMsgToJSON(m)
	if err != nil {
		panic(fmt.Errorf("write a %T as JSON: %w", m, err))
	}
	return message
}

// EmailNotificationJsonToProto gives the message of a notification by e-mail.
func EmailNotificationJsonToProto(n *model.EmailNotification) *pb.EmailNotificationJson {
	if n == nil {
		return nil
	}
	return &pb.EmailNotificationJson{NotificationJson: mustJSON(n)}
}

// SamlAssertionInfoJsonToProto gives the message of what an identity provider says of a user.
func SamlAssertionInfoJsonToProto(a *saml2.AssertionInfo) *pb.SamlAssertionInfoJson {
	if a == nil {
		return nil
	}
	return &pb.SamlAssertionInfoJson{AssertionJson: mustJSON(a)}
}

// mustJSON gives the JSON of a model. Only times beyond the year 9999 have none; a hook with one fails by this panic.
func mustJSON(model any) []byte {
	encoded, err := json.Marshal(model)
	if err != nil {
		panic(fmt.Errorf("write a %T as JSON: %w", model, err))
	}
	return encoded
}
