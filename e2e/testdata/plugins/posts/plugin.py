"""Writes posts with everything that a post can have, by /posts."""

import json
import time
from dataclasses import replace

from mattermost_plugin import Command, HookName, Plugin, hook, run_plugin
from mattermost_plugin._internal.wrappers import Post, Reaction

FORECAST = {
    "nested": {"list": [1, 2.5, "three", None, True, [4, {"five": 5}]], "empty": {}},
    "count": 7,
    "nothing": None,
    "large": 2**53 + 1,  # not a double
}


class Posts(Plugin):
    @hook(HookName.OnActivate)
    def activate(self):
        self.api.register_command(Command(trigger="posts"))

    @hook(HookName.ExecuteCommand)
    def execute(self, context, args):
        _, action, *words = args.command.split()
        return json.dumps(getattr(self, "do_" + action)(args, *words))

    def draft(self, args, message, **more):
        return Post(id="", channel_id=args.channel_id, user_id=args.user_id, message=message, **more)

    def do_props(self, args):
        post = self.api.create_post(self.draft(args, "The forecast", props={"forecast": FORECAST}))
        return {"id": post.id, "equal": post.props["forecast"] == FORECAST}

    def do_read(self, args, post_id):
        return self.api.get_post(post_id).props

    def do_attachment(self, args):
        attachment = {
            "fallback": "Build 42 failed",
            "color": "#d24b4e",
            "pretext": "CI says:",
            "author_name": "Builder",
            "title": "Build 42",
            "title_link": "https://ci.example.com/42",
            "text": "2 of 300 tests **failed**",
            "fields": [
                {"title": "Branch", "value": "main", "short": True},
                {"title": "Tests", "value": "300", "short": True},
            ],
            "actions": [
                {
                    "id": "rerun",
                    "name": "Run again",
                    "type": "button",
                    "style": "primary",
                    "integration": {"url": "/plugins/org.mmpy.posts/rerun", "context": {"build": 42}},
                }
            ],
        }
        return self.api.create_post(self.draft(args, "", props={"attachments": [attachment]})).id

    def do_thread(self, args):
        """A post with two answers, one of them pinned; the result is how the server orders them."""
        now = int(time.time() * 1000)
        root = self.api.create_post(self.draft(args, "Who brings cake?", create_at=now))
        first = self.api.create_post(self.draft(args, "Not me", root_id=root.id, create_at=now + 1))
        second = self.api.create_post(
            self.draft(args, "I do", root_id=root.id, create_at=now + 2, is_pinned=True)
        )
        thread = self.api.get_post_thread(root.id)
        return {
            "ids": [root.id, first.id, second.id],
            "thread": sorted(thread.posts[post_id].message for post_id in thread.order),
            "channel": self.texts(self.api.get_posts_for_channel(args.channel_id, per_page=3)),
            "after": self.texts(self.api.get_posts_after(args.channel_id, first.id)),
            "before": self.texts(self.api.get_posts_before(args.channel_id, second.id, per_page=2)),
            "since": sorted(self.texts(self.api.get_posts_since(args.channel_id, root.create_at - 1))),
        }

    def texts(self, posts):
        return [posts.posts[post_id].message for post_id in posts.order]

    def do_edit(self, args, post_id):
        post = self.api.get_post(post_id)
        return self.api.update_post(replace(post, message=post.message.upper())).edit_at

    def do_delete(self, args, post_id):
        self.api.delete_post(post_id)

    def do_find(self, args, word):
        """What a search of the whole team and one in the name of the person find."""
        return [
            self.texts(self.api.search_posts_in_team(args.team_id, word)),
            self.texts(self.api.search_posts_in_team_for_user(args.team_id, args.user_id, word)),
        ]

    def do_whisper(self, args):
        """A message that one person sees, and that changes and goes away again."""
        post = self.api.send_ephemeral_post(args.user_id, self.draft(args, "psst", props={"tone": ["low", 1]}))
        self.api.update_ephemeral_post(args.user_id, replace(post, message="psst!"))
        self.api.delete_ephemeral_post(args.user_id, post.id)
        return post.id

    def do_react(self, args, post_id):
        for emoji in ("tada", "rocket", "thumbsdown"):
            self.api.add_reaction(Reaction(user_id=args.user_id, post_id=post_id, emoji_name=emoji))
        self.api.remove_reaction(Reaction(user_id=args.user_id, post_id=post_id, emoji_name="thumbsdown"))
        return sorted(reaction.emoji_name for reaction in self.api.get_reactions(post_id))


if __name__ == "__main__":
    run_plugin(Posts)
