package convert

import (
	"maps"
	"slices"
	"strconv"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/mattermost/mattermost/server/public/model"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// WebsocketBroadcastToProto gives the message of whom a websocket event goes to. The older fields have one connection
// and a flag that says that just this one is left out.
func WebsocketBroadcastToProto(b *model.WebsocketBroadcast) *pb.WebsocketBroadcast {
	if b == nil {
		return nil
	}
	broadcast := &pb.WebsocketBroadcast{
		OmitUsersExact:        b.OmitUsers,
		UserId:                b.UserId,
		ChannelId:             b.ChannelId,
		TeamId:                b.TeamId,
		ConnectionId:          b.ConnectionId,
		ContainsSanitizedData: b.ContainsSanitizedData,
		ContainsSensitiveData: b.ContainsSensitiveData,
		RequiredPermissions:   b.RequiredPermissions,
		ReliableClusterSend:   b.ReliableClusterSend,
		BroadcastHooks:        b.BroadcastHooks,
	}
	for _, id := range slices.Sorted(maps.Keys(b.OmitUsers)) {
		if b.OmitUsers[id] {
			broadcast.OmitUsers = append(broadcast.OmitUsers, id)
		}
	}
	switch {
	case b.OmitConnectionId == "":
	case b.ConnectionId == "":
		broadcast.ConnectionId, broadcast.OmitConnectionId = b.OmitConnectionId, true
	default:
		broadcast.OmitConnectionIdExact = &b.OmitConnectionId
	}
	for i, arguments := range b.BroadcastHookArgs {
		s, numbers := StructAndNumbers(arguments)
		if s == nil {
			s = &structpb.Struct{}
		}
		broadcast.BroadcastHookArgs = append(broadcast.BroadcastHookArgs, s)
		broadcast.BroadcastHookArgsNumbers = append(broadcast.BroadcastHookArgsNumbers, within(strconv.Itoa(i), numbers)...)
	}
	return broadcast
}

// WebsocketBroadcastFromProto gives the model of whom a websocket event goes to: everybody, where there is no message.
func WebsocketBroadcastFromProto(b *pb.WebsocketBroadcast) *model.WebsocketBroadcast {
	broadcast := &model.WebsocketBroadcast{
		OmitUsers:             omitted(b),
		UserId:                b.GetUserId(),
		ChannelId:             b.GetChannelId(),
		TeamId:                b.GetTeamId(),
		ConnectionId:          b.GetConnectionId(),
		OmitConnectionId:      b.GetOmitConnectionIdExact(),
		ContainsSanitizedData: b.GetContainsSanitizedData(),
		ContainsSensitiveData: b.GetContainsSensitiveData(),
		RequiredPermissions:   slices.Clone(b.GetRequiredPermissions()),
		ReliableClusterSend:   b.GetReliableClusterSend(),
		BroadcastHooks:        slices.Clone(b.GetBroadcastHooks()),
	}
	if b.GetOmitConnectionId() && broadcast.OmitConnectionId == "" {
		broadcast.ConnectionId, broadcast.OmitConnectionId = "", b.GetConnectionId()
	}
	for i, arguments := range b.GetBroadcastHookArgs() {
		numbers := numbersOf(strconv.Itoa(i), b.GetBroadcastHookArgsNumbers())
		broadcast.BroadcastHookArgs = append(broadcast.BroadcastHookArgs, StructFromProto(arguments, numbers...))
	}
	return broadcast
}

// omitted gives the users that do not get an event: the map, unless the list beside it names others.
func omitted(b *pb.WebsocketBroadcast) map[string]bool {
	exact := b.GetOmitUsersExact()
	var said []string
	for id, is := range exact {
		if is {
			said = append(said, id)
		}
	}
	listed := slices.Sorted(slices.Values(b.GetOmitUsers()))
	slices.Sort(said)
	if len(listed) == 0 || slices.Equal(said, listed) {
		return maps.Clone(exact)
	}
	omitted := make(map[string]bool, len(listed))
	for _, id := range listed {
		omitted[id] = true
	}
	return omitted
}
