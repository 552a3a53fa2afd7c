package convert

import (
	"github.com/mattermost/mattermost/server/public/model"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

func channelTypeToProto(t model.ChannelType) pb.ChannelType {
	switch t {
	case model.ChannelTypeOpen:
		return pb.ChannelType_CHANNEL_TYPE_OPEN
	case model.ChannelTypePrivate:
		return pb.ChannelType_CHANNEL_TYPE_PRIVATE
	case model.ChannelTypeDirect:
		return pb.ChannelType_CHANNEL_TYPE_DIRECT
	case model.ChannelTypeGroup:
		return pb.ChannelType_CHANNEL_TYPE_GROUP
	}
	return pb.ChannelType_CHANNEL_TYPE_UNSPECIFIED
}

func channelTypeFromProto(t pb.ChannelType) model.ChannelType {
	switch t {
	case pb.ChannelType_CHANNEL_TYPE_OPEN:
		return model.ChannelTypeOpen
	case pb.ChannelType_CHANNEL_TYPE_PRIVATE:
		return model.ChannelTypePrivate
	case pb.ChannelType_CHANNEL_TYPE_DIRECT:
		return model.ChannelTypeDirect
	case pb.ChannelType_CHANNEL_TYPE_GROUP:
		return model.ChannelTypeGroup
	}
	return ""
}

// ChannelOnto gives the model of a channel that a plugin was given as original and handed back as changed; props that the
// plugin left alone are as in original, see PostOnto.
func ChannelOnto(original *model.Channel, changed *pb.Channel) *model.Channel {
	channel := ChannelFromProto(changed)
	if channel != nil && original != nil {
		channel.Props = structOnto(original.Props, changed.GetProps(), changed.GetPropsNumbers())
	}
	return channel
}
