"""A first plugin: lifecycle, a slash command, a filter for posts, and a counter that lasts."""

import re

from mattermost_plugin import Command, HookName, Plugin, hook, run_plugin

BLOCKED_WORDS = ("badword",)
TYPOS = {"teh": "the", "adn": "and"}

COUNTER = "greetings"


class HelloPlugin(Plugin):
    @hook(HookName.OnActivate)
    def on_activate(self):
        self.api.register_command(
            Command(
                trigger="hello",
                auto_complete=True,
                auto_complete_desc="Say hello",
                auto_complete_hint="[name]",
            )
        )
        self.logger.info("hello from Python, on Mattermost %s", self.api.get_server_version())

    @hook(HookName.OnDeactivate)
    def on_deactivate(self):
        self.logger.info("goodbye")

    @hook(HookName.MessageWillBePosted)
    def check_message(self, context, post):
        """Rejects posts with words that are not wanted, and corrects what fingers get wrong."""
        for word in BLOCKED_WORDS:
            if word in post.message.lower():
                self.logger.warning("rejected a post with the word %r", word)
                return None, f"please say it without {word!r}"
        post.message = re.sub(r"\w+", lambda match: TYPOS.get(match[0], match[0]), post.message)
        return post, ""

    @hook(HookName.ExecuteCommand)
    def say_hello(self, context, args):
        _, _, name = args.command.partition(" ")
        if not name.strip():
            user = self.api.get_user(args.user_id)
            name = user.first_name or user.username
        count = self.count_greeting()
        return {
            "response_type": "ephemeral",
            "text": f"Hello, {name.strip()}! :wave: That was greeting number {count}.",
        }

    def count_greeting(self):
        """Counts in the key-value store, so that nothing is lost in a restart or by two greetings at once."""
        while True:
            before = self.api.kv_get(COUNTER)
            count = int(before or 0) + 1
            if self.api.kv_compare_and_set(COUNTER, before, str(count).encode()):
                return count


if __name__ == "__main__":
    run_plugin(HelloPlugin)
