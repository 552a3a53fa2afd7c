"""A command and nothing else: the server must not call it for messages."""

from mattermost_plugin import Command, HookName, Plugin, hook, run_plugin
from mattermost_plugin.grpc import api_remaining_pb2


class CommandOnly(Plugin):
    @hook(HookName.OnActivate)
    def activate(self):
        self.api.register_command(Command(trigger="alive", auto_complete=True, auto_complete_desc="Says that it lives"))

    @hook(HookName.ExecuteCommand)
    def execute(self, context, args):
        return api_remaining_pb2.CommandResponse(response_type="ephemeral", text=f"alive: {args.command}")


if __name__ == "__main__":
    run_plugin(CommandOnly)
