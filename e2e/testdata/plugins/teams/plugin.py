"""Founds teams and sees to their members: /teams does what a team's administrator does."""

import json
from dataclasses import replace

from mattermost_plugin import Command, HookName, Plugin, PluginAPIError, hook, run_plugin
from mattermost_plugin._internal.wrappers import Team


class Teams(Plugin):
    @hook(HookName.OnActivate)
    def activate(self):
        self.api.register_command(Command(trigger="teams"))

    @hook(HookName.ExecuteCommand)
    def execute(self, context, args):
        self.me = args.user_id
        _, action, *words = args.command.split()
        return json.dumps(getattr(self, "do_" + action)(*words))

    def do_found(self, name):
        team = self.api.create_team(
            Team(id="", name=name, display_name="Research", type="I", description="Asks why", company_name="Acme")
        )
        return team.id

    def do_found_again(self, name):
        """Founding a team of a name that is taken: what the server says."""
        try:
            self.api.create_team(Team(id="", name=name, display_name="Another", type="O"))
        except PluginAPIError as error:
            return {"class": type(error).__name__, "id": error.error_id, "status": error.status_code}

    def do_find(self, name):
        """The ids that the ways to look a team up give."""
        team = self.api.get_team_by_name(name)
        return [
            team.id,
            self.api.get_team(team.id).id,
            *[found.id for found in self.api.search_teams("Research")],
            *[found.id for found in self.api.get_teams() if found.name == name],
        ]

    def do_open(self, team_id):
        team = self.api.get_team(team_id)
        self.api.update_team(replace(team, display_name="Open Research", allow_open_invite=True))

    def do_invite(self, team_id, *user_ids):
        members = self.api.create_team_members(team_id, list(user_ids), self.me)
        return [member.user_id for member in members]

    def do_try_invite(self, team_id, *user_ids):
        """Invites whom it can; the result is by user: the reason why not, or null."""
        results = self.api.create_team_members_gracefully(team_id, list(user_ids), self.me)
        return {result.user_id: result.error for result in results}

    def do_lead(self, team_id, user_id):
        self.api.update_team_member_roles(team_id, user_id, "team_user team_admin")
        return self.api.has_permission_to_team(user_id, team_id, "manage_team")

    def do_count(self, team_id):
        stats = self.api.get_team_stats(team_id)
        return {
            "total": stats.total_member_count,
            "active": stats.active_member_count,
            "members": sorted(member.user_id for member in self.api.get_team_members(team_id)),
            "users": sorted(user.id for user in self.api.get_users_in_team(team_id)),
        }

    def do_of(self, user_id):
        teams = self.api.get_teams_for_user(user_id)
        unread = self.api.get_teams_unread_for_user(user_id)
        return {
            "names": sorted(team.name for team in teams),
            "unread": {team.team_id: team.msg_count for team in unread},
        }

    def do_dismiss(self, team_id, user_id):
        self.api.delete_team_member(team_id, user_id, self.me)

    def do_close(self, team_id):
        self.api.delete_team(team_id)


if __name__ == "__main__":
    run_plugin(Teams)
