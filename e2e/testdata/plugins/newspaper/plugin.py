"""Appears once in each interval, however many servers and people ask for it, in commands and by posting."""

import json

from mattermost_plugin import Command, HookName, Plugin, hook, run_plugin
from mattermost_plugin._internal.wrappers import Post
from schedule import Schedule

INTERVAL = 1  # seconds


class Newspaper(Plugin):
    @hook(HookName.OnActivate)
    def activate(self):
        self.schedule = Schedule(self.api, "edition", INTERVAL)
        self.api.register_command(Command(trigger="newspaper"))

    @hook(HookName.ExecuteCommand)
    def execute(self, context, args):
        interval, printed = self.print_if_due(args.channel_id, args.user_id)
        return json.dumps({"interval": interval, "printed": printed})

    @hook(HookName.MessageHasBeenPosted)
    def posted(self, context, post):
        if not post.message.startswith("Edition"):
            self.print_if_due(post.channel_id, post.user_id)

    def print_if_due(self, channel_id, user_id):
        interval = self.schedule.current()
        due = self.schedule.claim(interval)
        if due:
            self.api.create_post(Post(id="", channel_id=channel_id, user_id=user_id, message=f"Edition {interval}"))
        return interval, due


if __name__ == "__main__":
    run_plugin(Newspaper)
