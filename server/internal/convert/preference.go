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

// PreferencesFromProto is the inverse of PreferenceToProto, for many.
func PreferencesFromProto(preferences []*pb.Preference) []model.Preference {
	out := make([]model.Preference, 0, len(preferences))
	for _, p := range preferences {
		out = append(out, model.Preference{UserId: p.GetUserId(), Category: p.GetCategory(), Name: p.GetName(), Value: p.GetValue()})
	}
	return out
}
