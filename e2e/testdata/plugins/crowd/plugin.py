"""Corrects what many write at once. Now and then a post makes it write a note, which goes through the same hook."""

import os

from mattermost_plugin import HookName, Plugin, hook, run_plugin
from mattermost_plugin._internal.wrappers import Bot, Post


class Crowd(Plugin):
    bot = ""  # posts come before OnActivate has ended where that takes long after a failure

    @hook(HookName.OnActivate)
    def activate(self):
        self.bot = self.api.ensure_bot_user(Bot(username="crowd", display_name="Crowd"))

    @hook(HookName.MessageWillBePosted)
    def correct(self, context, post):
        if "goodbye" in post.message:
            os._exit(0)
        if self.bot and post.user_id != self.bot and post.message.startswith("teh word 5 "):
            note = Post(id="", channel_id=post.channel_id, user_id=self.bot, message="teh note: " + post.message)
            self.api.create_post(note)
        post.message = post.message.replace("teh", "the")
        return post, ""


if __name__ == "__main__":
    run_plugin(Crowd)
