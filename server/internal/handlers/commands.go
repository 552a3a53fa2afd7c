package handlers

import (
	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

// commands answers for slash commands.
var commands = group{
	abi.RegisterCommand: handle(func(api plugin.API, r *pb.RegisterCommandRequest) *pb.RegisterCommandResponse {
		err := api.RegisterCommand(convert.CommandFromProto(r.GetCommand()))
		return &pb.RegisterCommandResponse{Error: convert.ErrorToProto(err)}
	}),
	abi.UnregisterCommand: handle(func(api plugin.API, r *pb.UnregisterCommandRequest) *pb.UnregisterCommandResponse {
		err := api.UnregisterCommand(r.GetTeamId(), r.GetTrigger())
		return &pb.UnregisterCommandResponse{Error: convert.ErrorToProto(err)}
	}),
	abi.ExecuteSlashCommand: handle(func(api plugin.API, r *pb.ExecuteSlashCommandRequest) *pb.ExecuteSlashCommandResponse {
		response, err := api.ExecuteSlashCommand(convert.CommandArgsFromProto(r.GetCommandArgs()))
		return &pb.ExecuteSlashCommandResponse{Response: convert.CommandResponseToProto(response), Error: convert.ErrorToProto(err)}
	}),
	abi.CreateCommand: handle(func(api plugin.API, r *pb.CreateCommandRequest) *pb.CreateCommandResponse {
		command, err := api.CreateCommand(convert.CommandFromProto(r.GetCmd()))
		return &pb.CreateCommandResponse{Command: convert.CommandToProto(command), Error: convert.ErrorToProto(err)}
	}),
	abi.ListCommands: handle(func(api plugin.API, r *pb.ListCommandsRequest) *pb.ListCommandsResponse {
		commands, err := api.ListCommands(r.GetTeamId())
		return &pb.ListCommandsResponse{Commands: convert.List(commands, convert.CommandToProto), Error: convert.ErrorToProto(err)}
	}),
	abi.ListCustomCommands: handle(func(api plugin.API, r *pb.ListCustomCommandsRequest) *pb.ListCustomCommandsResponse {
		commands, err := api.ListCustomCommands(r.GetTeamId())
		return &pb.ListCustomCommandsResponse{Commands: convert.List(commands, convert.CommandToProto), Error: convert.ErrorToProto(err)}
	}),
	abi.ListPluginCommands: handle(func(api plugin.API, r *pb.ListPluginCommandsRequest) *pb.ListPluginCommandsResponse {
		commands, err := api.ListPluginCommands(r.GetTeamId())
		return &pb.ListPluginCommandsResponse{Commands: convert.List(commands, convert.CommandToProto), Error: convert.ErrorToProto(err)}
	}),
	abi.ListBuiltInCommands: handle(func(api plugin.API, _ *pb.ListBuiltInCommandsRequest) *pb.ListBuiltInCommandsResponse {
		commands, err := api.ListBuiltInCommands()
		return &pb.ListBuiltInCommandsResponse{Commands: convert.List(commands, convert.CommandToProto), Error: convert.ErrorToProto(err)}
	}),
	abi.GetCommand: handle(func(api plugin.API, r *pb.GetCommandRequest) *pb.GetCommandResponse {
		command, err := api.GetCommand(r.GetCommandId())
		return &pb.GetCommandResponse{Command: convert.CommandToProto(command), Error: convert.ErrorToProto(err)}
	}),
	abi.UpdateCommand: handle(func(api plugin.API, r *pb.UpdateCommandRequest) *pb.UpdateCommandResponse {
		command, err := api.UpdateCommand(r.GetCommandId(), convert.CommandFromProto(r.GetUpdatedCmd()))
		return &pb.UpdateCommandResponse{Command: convert.CommandToProto(command), Error: convert.ErrorToProto(err)}
	}),
	abi.DeleteCommand: handle(func(api plugin.API, r *pb.DeleteCommandRequest) *pb.DeleteCommandResponse {
		return &pb.DeleteCommandResponse{Error: convert.ErrorToProto(api.DeleteCommand(r.GetCommandId()))}
	}),
}
