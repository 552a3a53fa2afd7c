package convert

import (
	"github.com/mattermost/mattermost/server/public/model"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// PreferenceToProto gives the message of a model.Preference; nil for the empty one, which is what a broken connection
// to Mattermost makes of it.
func PreferenceToProto(p *model.Preference) *pb.Preference {
	if p == nil || *p == (model.Preference{}) {
		return nil
	}
	return &pb.Preference{UserId: p.UserId, Category: p.Category, Name: p.Name, Value: p.Value}
}
