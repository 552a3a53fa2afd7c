"""The API methods for slash commands."""

from __future__ import annotations

from mattermost_plugin._internal.calls import APICalls
from mattermost_plugin._internal.lazy import LazyModule
from mattermost_plugin._internal.wire import as_message
from mattermost_plugin._internal.wrappers.commands import Command, CommandResponse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mattermost_plugin._internal.wrappers.commands import CommandArgs
    from mattermost_plugin.grpc import api_remaining_pb2 as _pb
else:
    _pb = LazyModule("mattermost_plugin.grpc.api_remaining_pb2")


class CommandsMixin(APICalls):
    """Slash commands."""

    def register_command(self, command: Command) -> None:
        """Adds a slash command, which the ExecuteCommand hook answers (RegisterCommand, server 5.2)."""
        request = _pb.RegisterCommandRequest(command=as_message(command))
        self._invoke("RegisterCommand", request, _pb.RegisterCommandResponse)

    def unregister_command(self, team_id: str, trigger: str) -> None:
        """Removes a slash command of the plugin (UnregisterCommand, server 5.2)."""
        request = _pb.UnregisterCommandRequest(team_id=team_id, trigger=trigger)
        self._invoke("UnregisterCommand", request, _pb.UnregisterCommandResponse)

    def execute_slash_command(self, args: CommandArgs) -> CommandResponse:
        """Runs a slash command as if a user had typed it (ExecuteSlashCommand, server 5.26)."""
        request = _pb.ExecuteSlashCommandRequest(command_args=as_message(args))
        response = self._invoke("ExecuteSlashCommand", request, _pb.ExecuteSlashCommandResponse)
        return CommandResponse.from_proto(response.response)

    def create_command(self, command: Command) -> Command:
        """Creates a custom slash command (CreateCommand, server 5.28)."""
        request = _pb.CreateCommandRequest(cmd=as_message(command))
        return Command.from_proto(self._invoke("CreateCommand", request, _pb.CreateCommandResponse).command)

    def get_command(self, command_id: str) -> Command:
        """The custom slash command with that id (GetCommand, server 5.28)."""
        request = _pb.GetCommandRequest(command_id=command_id)
        return Command.from_proto(self._invoke("GetCommand", request, _pb.GetCommandResponse).command)

    def update_command(self, command_id: str, command: Command) -> Command:
        """Changes a custom slash command to what is given (UpdateCommand, server 5.28)."""
        request = _pb.UpdateCommandRequest(command_id=command_id, updated_cmd=as_message(command))
        return Command.from_proto(self._invoke("UpdateCommand", request, _pb.UpdateCommandResponse).command)

    def delete_command(self, command_id: str) -> None:
        """Deletes a custom slash command (DeleteCommand, server 5.28)."""
        self._invoke("DeleteCommand", _pb.DeleteCommandRequest(command_id=command_id), _pb.DeleteCommandResponse)

    def list_commands(self, team_id: str) -> list[Command]:
        """All slash commands of a team (ListCommands, server 5.28)."""
        response = self._invoke("ListCommands", _pb.ListCommandsRequest(team_id=team_id), _pb.ListCommandsResponse)
        return [Command.from_proto(item) for item in response.commands]

    def list_custom_commands(self, team_id: str) -> list[Command]:
        """The custom slash commands of a team (ListCustomCommands, server 5.28)."""
        request = _pb.ListCustomCommandsRequest(team_id=team_id)
        response = self._invoke("ListCustomCommands", request, _pb.ListCustomCommandsResponse)
        return [Command.from_proto(item) for item in response.commands]

    def list_plugin_commands(self, team_id: str) -> list[Command]:
        """The slash commands of plugins in a team (ListPluginCommands, server 5.28)."""
        request = _pb.ListPluginCommandsRequest(team_id=team_id)
        response = self._invoke("ListPluginCommands", request, _pb.ListPluginCommandsResponse)
        return [Command.from_proto(item) for item in response.commands]

    def list_built_in_commands(self) -> list[Command]:
        """The server's own slash commands (ListBuiltInCommands, server 5.28)."""
        request = _pb.ListBuiltInCommandsRequest()
        response = self._invoke("ListBuiltInCommands", request, _pb.ListBuiltInCommandsResponse)
        return [Command.from_proto(item) for item in response.commands]
