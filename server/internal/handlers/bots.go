package handlers

import (
	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

// bots answers for bots.
var bots = group{
	abi.CreateBot: handle(func(api plugin.API, r *pb.CreateBotRequest) *pb.CreateBotResponse {
		bot, err := api.CreateBot(convert.BotFromProto(r.GetBot()))
		return &pb.CreateBotResponse{Bot: convert.BotToProto(bot), Error: convert.AppErrorToProto(err)}
	}),
	abi.PatchBot: handle(func(api plugin.API, r *pb.PatchBotRequest) *pb.PatchBotResponse {
		bot, err := api.PatchBot(r.GetBotUserId(), convert.BotPatchFromProto(r.GetBotPatch()))
		return &pb.PatchBotResponse{Bot: convert.BotToProto(bot), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetBot: handle(func(api plugin.API, r *pb.GetBotRequest) *pb.GetBotResponse {
		bot, err := api.GetBot(r.GetBotUserId(), r.GetIncludeDeleted())
		return &pb.GetBotResponse{Bot: convert.BotToProto(bot), Error: convert.AppErrorToProto(err)}
	}),
	abi.GetBots: handle(func(api plugin.API, r *pb.GetBotsRequest) *pb.GetBotsResponse {
		bots, err := api.GetBots(convert.BotGetOptionsFromProto(r.GetOptions()))
		return &pb.GetBotsResponse{Bots: convert.List(bots, convert.BotToProto), Error: convert.AppErrorToProto(err)}
	}),
	abi.UpdateBotActive: handle(func(api plugin.API, r *pb.UpdateBotActiveRequest) *pb.UpdateBotActiveResponse {
		bot, err := api.UpdateBotActive(r.GetBotUserId(), r.GetActive())
		return &pb.UpdateBotActiveResponse{Bot: convert.BotToProto(bot), Error: convert.AppErrorToProto(err)}
	}),
	abi.PermanentDeleteBot: handle(func(api plugin.API, r *pb.PermanentDeleteBotRequest) *pb.PermanentDeleteBotResponse {
		return &pb.PermanentDeleteBotResponse{Error: convert.AppErrorToProto(api.PermanentDeleteBot(r.GetBotUserId()))}
	}),
	abi.EnsureBotUser: handle(func(api plugin.API, r *pb.EnsureBotUserRequest) *pb.EnsureBotUserResponse {
		id, err := api.EnsureBotUser(convert.BotFromProto(r.GetBot()))
		return &pb.EnsureBotUserResponse{BotUserId: id, Error: convert.ErrorToProto(err)}
	}),
}
