import csv
import unittest

from mattermost_plugin import PluginAPIClient, testing
from mattermost_plugin._internal.wrappers import Channel

from plugin import HEAD, ChannelReport


class ReportTest(unittest.TestCase):
    def setUp(self):
        self.api = PluginAPIClient()
        self.report = self.enterContext(testing.start(ChannelReport))
        self.bob = self.api.get_user_by_username("bob")

    def team(self):
        return self.api.get_teams_for_user(self.bob.id)[0]

    def table(self):
        answer = self.report.request("GET", "/channels.csv", user_id=self.bob.id)
        self.assertEqual(answer.status_code, 200)
        return list(csv.reader(answer.text.splitlines()))

    def test_the_public_channels_of_all_teams_are_there(self):
        head, *rows = self.table()
        self.assertEqual(head, list(HEAD))
        self.assertIn("Town Square", [row[1] for row in rows])

    def test_private_channels_are_not(self):
        for name, kind in (("open", "O"), ("closed", "P")):
            self.api.create_channel(Channel(id="", team_id=self.team().id, type=kind, name=name, display_name=name.title()))
        names = [row[1] for row in self.table()]
        self.assertIn("Open", names)
        self.assertNotIn("Closed", names)

    def test_members_are_counted(self):
        rows = {row[1]: row for row in self.table()}
        self.assertEqual(int(rows["Town Square"][3]), len(self.api.get_users_in_team(self.team().id)))

    def test_one_has_to_log_in(self):
        self.assertEqual(self.report.request("GET", "/channels.csv").status_code, 401)

    def test_there_is_nothing_else(self):
        self.assertEqual(self.report.request("GET", "/", user_id=self.bob.id).status_code, 404)

    def test_the_command_says_where(self):
        answer = self.report.execute_command({"command": "/channels", "site_url": "https://chat.example.com"})
        self.assertIn("https://chat.example.com/plugins/test/channels.csv", answer.response.text)


if __name__ == "__main__":
    unittest.main()
