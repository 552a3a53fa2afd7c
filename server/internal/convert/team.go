package convert

import (
	"github.com/mattermost/mattermost/server/public/model"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

func teamTypeToProto(t string) pb.TeamType {
	switch t {
	case model.TeamOpen:
		return pb.TeamType_TEAM_TYPE_OPEN
	case model.TeamInvite:
		return pb.TeamType_TEAM_TYPE_INVITE
	}
	return pb.TeamType_TEAM_TYPE_UNSPECIFIED
}

func teamTypeFromProto(t pb.TeamType) string {
	switch t {
	case pb.TeamType_TEAM_TYPE_OPEN:
		return model.TeamOpen
	case pb.TeamType_TEAM_TYPE_INVITE:
		return model.TeamInvite
	}
	return ""
}
