"""Employs a bot and lets it speak, by /bots."""

import json

from mattermost_plugin import Command, HookName, NotFoundError, Plugin, hook, run_plugin
from mattermost_plugin._internal.wrappers import Bot, BotGetOptions, BotPatch, Post, UserAccessToken


class Bots(Plugin):
    @hook(HookName.OnActivate)
    def activate(self):
        """A plugin that speaks as a bot makes sure of it at each start."""
        self.butler = self.api.ensure_bot_user(Bot(username="butler", display_name="Butler", description="Serves tea"))
        self.api.register_command(Command(trigger="bots"))

    @hook(HookName.ExecuteCommand)
    def execute(self, context, args):
        _, action, *words = args.command.split()
        return json.dumps(getattr(self, "do_" + action)(args, *words))

    def do_butler(self, args):
        return self.butler

    def do_tea(self, args):
        """The butler comes into the channel and into a direct one."""
        for channel in (args.channel_id, self.api.get_direct_channel(self.butler, args.user_id).id):
            self.api.create_post(Post(id="", channel_id=channel, user_id=self.butler, message="Tea is served"))

    def do_hire(self, args, name):
        return self.api.create_bot(Bot(username=name, display_name="New", owner_id=args.user_id)).user_id

    def do_rename(self, args, bot_id):
        return self.api.patch_bot(bot_id, BotPatch(display_name="Chef")).description

    def do_list(self, args):
        """The names of the bots of the person who asks."""
        return [bot.username for bot in self.api.get_bots(BotGetOptions(owner_id=args.user_id, include_deleted=True))]

    def do_activate(self, args, bot_id, active):
        return self.api.update_bot_active(bot_id, active == "yes").delete_at

    def do_token(self, args, bot_id):
        token = self.api.create_user_access_token(UserAccessToken(id="", user_id=bot_id, description="for the kitchen"))
        return {"id": token.id, "token": token.token}

    def do_revoke(self, args, token_id):
        self.api.revoke_user_access_token(token_id)

    def do_dismiss(self, args, bot_id):
        self.api.permanent_delete_bot(bot_id)
        try:
            self.api.get_bot(bot_id, include_deleted=True)
        except NotFoundError as error:
            return error.status_code


if __name__ == "__main__":
    run_plugin(Bots)
