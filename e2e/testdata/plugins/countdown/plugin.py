"""Posts from its own message hooks: each post makes the server call the hook that is still waiting for it."""

from mattermost_plugin import HookName, Plugin, hook, run_plugin
from mattermost_plugin._internal.wrappers import Post


class Countdown(Plugin):
    @hook(HookName.MessageWillBePosted)
    def before(self, context, post):
        """"before N" posts "before N-1" first, and says which post that was."""
        word, _, number = post.message.partition(" ")
        if word == "before" and int(number) > 0:
            inner = self.post_lower(post, word, number)
            post.message += f" <- {inner.message}"
        return post, ""

    @hook(HookName.MessageHasBeenPosted)
    def after(self, context, post):
        """"after N" is followed by "after N-1", down to 0."""
        word, _, number = post.message.partition(" ")
        if word == "after" and int(number) > 0:
            self.post_lower(post, word, number)

    def post_lower(self, post, word, number):
        return self.api.create_post(
            Post(id="", channel_id=post.channel_id, user_id=post.user_id, message=f"{word} {int(number) - 1}")
        )


if __name__ == "__main__":
    run_plugin(Countdown)
