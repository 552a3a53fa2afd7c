"""Registers applications that log in through Mattermost, by /oauth."""

import json
from dataclasses import replace

from mattermost_plugin import Command, HookName, NotFoundError, Plugin, hook, run_plugin
from mattermost_plugin._internal.wrappers import OAuthApp


class OAuth(Plugin):
    @hook(HookName.OnActivate)
    def activate(self):
        self.api.register_command(Command(trigger="oauth"))

    @hook(HookName.ExecuteCommand)
    def execute(self, context, args):
        _, action, *words = args.command.split()
        return json.dumps(getattr(self, "do_" + action)(args.user_id, *words))

    def do_register(self, user_id):
        app = self.api.create_o_auth_app(
            OAuthApp(
                creator_id=user_id,
                name="Calendar",
                description="Shows who is away",
                homepage="https://calendar.example.com",
                callback_urls="https://calendar.example.com/callback",
                is_trusted=True,
            )
        )
        return {"id": app.id, "secret": app.client_secret, "callback": app.callback_urls}

    def do_register_more(self, user_id):
        """An application with two callback URLs, one a line."""
        urls = "https://one.example.com/callback\nhttps://two.example.com/callback"
        app = self.api.create_o_auth_app(
            OAuthApp(creator_id=user_id, name="Twice", homepage="https://example.com", callback_urls=urls)
        )
        return app.id

    def do_rename(self, user_id, app_id):
        app = self.api.get_o_auth_app(app_id)
        return self.api.update_o_auth_app(replace(app, name="Planner")).name

    def do_remove(self, user_id, app_id):
        self.api.delete_o_auth_app(app_id)
        try:
            self.api.get_o_auth_app(app_id)
        except NotFoundError as error:
            return error.error_id


if __name__ == "__main__":
    run_plugin(OAuth)
