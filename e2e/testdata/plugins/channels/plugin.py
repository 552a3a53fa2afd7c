"""Opens channels, invites people and sorts their sidebars by /channels."""

import json
from dataclasses import replace

from mattermost_plugin import Command, HookName, Plugin, hook, run_plugin
from mattermost_plugin._internal.wrappers import Channel, SidebarCategoryWithChannels


class Channels(Plugin):
    @hook(HookName.OnActivate)
    def activate(self):
        self.api.register_command(Command(trigger="channels"))

    @hook(HookName.ExecuteCommand)
    def execute(self, context, args):
        self.me, self.team = args.user_id, args.team_id
        _, action, *words = args.command.split()
        return json.dumps(getattr(self, "do_" + action)(*words))

    def do_create(self, name, kind):
        channel = self.api.create_channel(
            Channel(
                id="",
                team_id=self.team,
                name=name,
                display_name="Sandbox talk",
                type=kind,
                header="Read the [manual](https://example.com)",
                purpose="Where plugins play",
                creator_id=self.me,
            )
        )
        return channel.id

    def do_find(self, name):
        """The ids that the ways to look a public channel up give."""
        team = self.api.get_team(self.team)
        channel = self.api.get_channel_by_name(self.team, name)
        return [
            channel.id,
            self.api.get_channel(channel.id).id,
            self.api.get_channel_by_name_for_team_name(team.name, name).id,
            *[found.id for found in self.api.search_channels(self.team, "sandbox")],
            *[c.id for c in self.api.get_public_channels_for_team(self.team, per_page=200) if c.name == name],
        ]

    def do_rename(self, channel_id):
        channel = self.api.get_channel(channel_id)
        self.api.update_channel(replace(channel, display_name="Playground", header=""))

    def do_invite(self, channel_id, user_id):
        """The plugin adds one person by itself."""
        member = self.api.add_channel_member(channel_id, user_id)
        return member.user_id

    def do_invite_as_me(self, channel_id, user_id):
        """The person who gives the command adds another one."""
        return self.api.add_user_to_channel(channel_id, user_id, self.me).user_id

    def do_members(self, channel_id):
        members = self.api.get_channel_members(channel_id)
        stats = self.api.get_channel_stats(channel_id)
        ids = sorted(member.user_id for member in members)
        by_ids = self.api.get_channel_members_by_ids(channel_id, ids)
        users = self.api.get_users_in_channel(channel_id, sort_by="username")
        return {
            "ids": ids,
            "by_ids": sorted(member.user_id for member in by_ids),
            "count": stats.member_count,
            "names": [user.username for user in users],
        }

    def do_lead(self, channel_id, user_id):
        self.api.update_channel_member_roles(channel_id, user_id, "channel_user channel_admin")
        return self.api.has_permission_to_channel(user_id, channel_id, "manage_channel_roles")

    def do_mute(self, channel_id, user_id):
        settings = {"desktop": "none", "mark_unread": "mention"}
        return self.api.update_channel_member_notifications(channel_id, user_id, settings).notify_props

    def do_leave(self, channel_id, user_id):
        self.api.delete_channel_member(channel_id, user_id)

    def do_sort(self, *channel_ids):
        """Puts channels into a sidebar category of their own, which comes first."""
        created = self.api.create_channel_sidebar_category(
            self.me,
            self.team,
            SidebarCategoryWithChannels(
                user_id=self.me, team_id=self.team, display_name="Plugins", channel_ids=list(channel_ids)
            ),
        )
        category = replace(created, display_name="My plugins", collapsed=True)
        self.api.update_channel_sidebar_categories(self.me, self.team, [category])
        categories = self.api.get_channel_sidebar_categories(self.me, self.team)
        return {"id": created.id, "order": categories.order, "names": [c.display_name for c in categories.categories]}

    def do_direct(self, *user_ids):
        """A direct channel for two, a group channel for more."""
        if len(user_ids) == 2:
            return self.api.get_direct_channel(*user_ids).id
        return self.api.get_group_channel(list(user_ids)).id

    def do_of(self, user_id):
        channels = self.api.get_channels_for_team_for_user(self.team, user_id)
        members = self.api.get_channel_members_for_user(self.team, user_id, per_page=200)
        return {"channels": [c.id for c in channels], "members": [m.channel_id for m in members]}

    def do_archive(self, channel_id):
        self.api.delete_channel(channel_id)


if __name__ == "__main__":
    run_plugin(Channels)
