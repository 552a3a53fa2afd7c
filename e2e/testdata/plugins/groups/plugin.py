"""Looks groups up, which every server allows, and tries to change them, which takes a licence."""

import json

from mattermost_plugin import Command, HookName, NotFoundError, PermissionDeniedError, Plugin, hook, run_plugin
from mattermost_plugin._internal.wrappers import Group, GroupSyncable


class Groups(Plugin):
    @hook(HookName.OnActivate)
    def activate(self):
        self.api.register_command(Command(trigger="groups"))

    @hook(HookName.ExecuteCommand)
    def execute(self, context, args):
        _, action, *words = args.command.split()
        return json.dumps(getattr(self, "do_" + action)(*words))

    def do_show(self, name):
        group = self.api.get_group_by_name(name)
        return {
            "id": group.id,
            "display_name": group.display_name,
            "source": group.source,
            "remote_id": group.remote_id,
            "allow_reference": group.allow_reference,
            "same": self.api.get_group(group.id) == group,
            "members": [user.username for user in self.api.get_group_member_users(group.id)],
            "by_source": [found.name for found in self.api.get_groups_by_source(group.source)],
        }

    def do_of(self, user_id):
        return [group.name for group in self.api.get_groups_for_user(user_id)]

    def do_missing(self, group_id):
        try:
            self.api.get_group(group_id)
        except NotFoundError as error:
            return error.error_id

    def do_change(self, group_id, user_id, team_id):
        """Every method that changes a group, and those that read what only a licensed server has: what comes of it."""
        group = Group(id=group_id, name="renamed", display_name="Renamed", source="custom")
        syncable = GroupSyncable(group_id=group_id, syncable_id=team_id, syncable_type="Team")
        attempts = {
            "create_group": (group,),
            "update_group": (group,),
            "delete_group": (group_id,),
            "restore_group": (group_id,),
            "get_groups": (),
            "get_group_by_remote_id": ("cn=crew", "ldap"),
            "upsert_group_member": (group_id, user_id),
            "upsert_group_members": (group_id, [user_id]),
            "delete_group_member": (group_id, user_id),
            "get_group_syncable": (group_id, team_id, "Team"),
            "get_group_syncables": (group_id, "Team"),
            "upsert_group_syncable": (syncable,),
            "update_group_syncable": (syncable,),
            "delete_group_syncable": (group_id, team_id, "Team"),
            "create_default_syncable_memberships": (),
            "delete_group_constrained_memberships": (),
        }
        return {method: self.refusal(method, arguments) for method, arguments in attempts.items()}

    def refusal(self, method, arguments):
        try:
            getattr(self.api, method)(*arguments)
        except PermissionDeniedError as error:
            return [error.error_id, error.status_code, error.where]


if __name__ == "__main__":
    run_plugin(Groups)
