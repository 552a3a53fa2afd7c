"""Keeps a diary of who comes and goes, what is said and sent, and decides some of it."""

import json

from mattermost_plugin import Command, HookName, Plugin, hook, run_plugin


class Doorkeeper(Plugin):
    @hook(HookName.OnActivate)
    def activate(self):
        self.diary = []
        self.api.register_command(Command(trigger="diary"))

    def note(self, *words):
        self.diary.append(" ".join(words))

    # People

    @hook(HookName.UserHasBeenCreated)
    def user_created(self, context, user):
        self.note("created", user.username, user.email)

    @hook(HookName.UserWillLogIn)
    def user_will_log_in(self, context, user):
        if user.username.startswith("mallory"):
            self.note("stopped", user.username)
            return "Mallory stays outside."

    @hook(HookName.UserHasLoggedIn)
    def user_logged_in(self, context, user):
        self.note("logged in", user.username)

    @hook(HookName.UserHasBeenDeactivated)
    def user_deactivated(self, context, user):
        self.note("deactivated", user.username)

    # Teams and channels

    @hook(HookName.UserHasJoinedTeam)
    def joined_team(self, context, member, actor):
        self.note("joined team", self.name(member), "by", actor.username if actor else "themselves")

    @hook(HookName.UserHasLeftTeam)
    def left_team(self, context, member, actor):
        self.note("left team", self.name(member), "by", actor.username if actor else "themselves")

    @hook(HookName.ChannelHasBeenCreated)
    def channel_created(self, context, channel):
        self.note("channel", channel.name, channel.display_name)

    @hook(HookName.UserHasJoinedChannel)
    def joined_channel(self, context, member, actor):
        self.note("joined channel", self.name(member), "by", actor.username if actor else "themselves")

    @hook(HookName.UserHasLeftChannel)
    def left_channel(self, context, member, actor):
        self.note("left channel", self.name(member), "by", actor.username if actor else "themselves")

    def name(self, member):
        return self.api.get_user(member.user_id).username

    # Messages

    @hook(HookName.MessageWillBePosted)
    def message_will_be_posted(self, context, post):
        """Stamps each message with who asked for it, beside what its props say already."""
        post.props.fields["stamp"].string_value = context.user_agent.partition("/")[0]
        return post, ""

    @hook(HookName.MessageWillBeUpdated)
    def message_will_be_updated(self, context, new_post, old_post):
        if "final" in old_post.message:
            return None, "what is final stays"
        new_post.message += f" (was: {old_post.message})"
        return new_post, ""

    @hook(HookName.MessageHasBeenUpdated)
    def message_updated(self, context, new_post, old_post):
        self.note("updated", old_post.message, "to", new_post.message)

    @hook(HookName.MessageHasBeenDeleted)
    def message_deleted(self, context, post):
        self.note("deleted", post.message)

    @hook(HookName.MessagesWillBeConsumed)
    def messages_will_be_consumed(self, posts):
        """Readers do not see passwords, which stay as they are in the database."""
        for post in posts:
            post.message = post.message.replace("swordfish", "*********")
        return posts

    @hook(HookName.ReactionHasBeenAdded)
    def reaction_added(self, context, reaction):
        self.note("reaction", reaction.emoji_name, "on", self.api.get_post(reaction.post_id).message)

    @hook(HookName.ReactionHasBeenRemoved)
    def reaction_removed(self, context, reaction):
        self.note("no reaction", reaction.emoji_name)

    # Files

    @hook(HookName.FileWillBeUploaded)
    def file_will_be_uploaded(self, context, info, file, output):
        """Rejects programs, and gives text files line ends and a name of their own."""
        if info.extension == "exe":
            return None, "no programs, please"
        if info.extension == "txt":
            for line in file:
                output.write(line.replace(b"\r\n", b"\n"))
            info.name = "clean-" + info.name
            return info, ""

    @hook(HookName.ExecuteCommand)
    def execute(self, context, args):
        return json.dumps(self.diary)


if __name__ == "__main__":
    run_plugin(Doorkeeper)
