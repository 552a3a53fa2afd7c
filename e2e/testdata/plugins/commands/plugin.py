"""Slash commands: /order with autocompletion, and one that gives and manages other commands."""

import json
from dataclasses import replace

from mattermost_plugin import Command, HookName, Plugin, hook, run_plugin
from mattermost_plugin._internal.wrappers import CommandArgs
from mattermost_plugin.grpc import api_remaining_pb2 as pb

EVERYBODY = "system_user"  # the role that is offered the completion
SIZES = ("small", "large")


class Commands(Plugin):
    @hook(HookName.OnActivate)
    def activate(self):
        self.api.register_command(order_command())
        self.api.register_command(Command(trigger="commands"))
        self.api.register_command(Command(trigger="short-lived", auto_complete=True))

    @hook(HookName.ExecuteCommand)
    def execute(self, context, args):
        name, _, rest = args.command.partition(" ")
        if name == "/order":
            return self.order(context, args, rest)
        action, *words = rest.split()
        return json.dumps(getattr(self, "do_" + action)(args, *words))

    def order(self, context, args, what):
        """Answers into the channel, with everything that an answer may have."""
        response = pb.CommandResponse(
            response_type="in_channel",
            text=f"One {what}, please",
            username="Waiter",
            goto_location="https://example.com/menu",
        )
        response.props.fields["order"].list_value.values.add(string_value=what)
        response.message_attachments.add(title="The bill", text="3.50")
        return response

    def do_context(self, args):
        """What the server tells a command about who gave it, where."""
        return {
            "user": args.user_id,
            "channel": args.channel_id,
            "team": args.team_id,
            "site": args.site_url,
            "trigger": bool(args.trigger_id),
        }

    def do_mentions(self, args, *words):
        return {"users": dict(args.user_mentions), "channels": dict(args.channel_mentions)}

    def do_give(self, args, *words):
        """Gives a command in the name of the person."""
        response = self.api.execute_slash_command(
            CommandArgs(
                user_id=args.user_id, channel_id=args.channel_id, team_id=args.team_id, command="/" + " ".join(words)
            )
        )
        return response.text

    def do_forget(self, args):
        self.api.unregister_command("", "short-lived")

    def do_add(self, args, trigger, url):
        """A custom command of the team, which the server answers by asking the URL."""
        command = self.api.create_command(
            Command(team_id=args.team_id, trigger=trigger, method="G", url=url, display_name="Custom")
        )
        return command.id

    def do_change(self, args, command_id, trigger):
        command = self.api.get_command(command_id)
        self.api.update_command(command_id, replace(command, trigger=trigger, description="Changed"))

    def do_remove(self, args, command_id):
        self.api.delete_command(command_id)

    def do_list(self, args):
        return {
            "plugin": [command.trigger for command in self.api.list_plugin_commands(args.team_id)],
            "custom": [command.trigger for command in self.api.list_custom_commands(args.team_id)],
            "builtin": [command.trigger for command in self.api.list_built_in_commands()],
            "all": [command.trigger for command in self.api.list_commands(args.team_id)],
        }


def order_command():
    """/order coffee small|large, /order tea NAME: the web app helps with each word."""
    order = pb.AutocompleteData(trigger="order", hint="[drink]", help_text="Orders a drink", role_id=EVERYBODY)
    coffee = order.sub_commands.add(trigger="coffee", help_text="Freshly brewed", role_id=EVERYBODY)
    size = coffee.arguments.add(help_text="How much", type="StaticList", required=True)
    for name in SIZES:
        size.static_list.possible_arguments.add(item=name, hint="size", help_text=f"A {name} one")
    tea = order.sub_commands.add(trigger="tea", help_text="With lemon", role_id=EVERYBODY)
    tea.arguments.add(help_text="Which tea", type="TextInput", required=True).text.hint = "[name]"
    return pb.Command(
        trigger="order",
        auto_complete=True,
        auto_complete_desc="Orders a drink",
        auto_complete_hint="[drink]",
        display_name="Order",
        autocomplete_data=order,
    )


if __name__ == "__main__":
    run_plugin(Commands)
