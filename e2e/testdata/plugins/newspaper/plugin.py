"""Appears once in each interval, whichever of a cluster's servers prints it."""

from mattermost_plugin import Command, HookName, Plugin, hook, run_plugin
from mattermost_plugin._internal.wrappers import Post

INTERVAL = 1  # seconds


class Newspaper(Plugin):
    """``/newspaper`` subscribes a channel; each edition is posted there, with how often it came and is wanted."""

    @hook(HookName.OnActivate)
    def activate(self):
        self.subscribers = {}
        self.edition = 0
        self.api.register_command(Command(trigger="newspaper"))
        self.schedule_cluster("edition", INTERVAL, self.print_edition)

    @hook(HookName.ExecuteCommand)
    def execute(self, context, args):
        self.subscribers[args.channel_id] = args.user_id
        return "subscribed"

    def print_edition(self):
        self.edition += 1
        for channel_id, user_id in self.subscribers.items():
            message = f"Edition {self.edition}"
            self.api.create_post(Post(id="", channel_id=channel_id, user_id=user_id, message=message))


if __name__ == "__main__":
    run_plugin(Newspaper)
