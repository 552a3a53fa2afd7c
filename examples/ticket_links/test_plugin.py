import unittest

from mattermost_plugin import PluginAPIClient, testing

from plugin import TicketLinks

OPS_12 = "[OPS-12](https://tickets.example.com/browse/OPS-12)"


class LinkTest(unittest.TestCase):
    def setUp(self):
        self.api = PluginAPIClient()
        self.api.save_plugin_config({})
        self.plugin = testing.start(TicketLinks)

    def posted(self, text):
        return self.plugin.message_will_be_posted(text).modified_post.message

    def test_names_of_tickets_become_links(self):
        self.assertEqual(self.posted("OPS-12 is done."), f"{OPS_12} is done.")
        self.assertEqual(self.posted("(OPS-12)"), f"({OPS_12})")

    def test_what_only_looks_like_one_stays(self):
        for text in ("ops-12", "OPS-0", "OPS-12a", "MY_OPS-12", "OPS-12-3", "A-1", "version 12"):
            with self.subTest(text):
                self.assertEqual(self.posted(text), text)

    def test_code_and_links_stay(self):
        for text in (
            "`OPS-12`",
            "```\nOPS-12\n```",
            "    OPS-12",
            "~~~\nOPS-12",
            "[OPS-12](https://example.com)",
            "https://example.com/OPS-12",
            "<https://example.com/OPS-12>",
        ):
            with self.subTest(text):
                self.assertEqual(self.posted(text), text)
        self.assertEqual(self.posted("`x` OPS-12 `y`"), f"`x` {OPS_12} `y`")

    def test_edits_are_linked_too(self):
        answer = self.plugin.message_will_be_updated("now OPS-12", "before")
        self.assertEqual(answer.modified_post.message, f"now {OPS_12}")

    def test_the_command_shows_links(self):
        self.assertEqual(self.plugin.execute_command("/ticket OPS-12").response.text, OPS_12)
        self.assertIn("Name a ticket", self.plugin.execute_command("/ticket").response.text)


class SettingsTest(unittest.TestCase):
    def setUp(self):
        self.api = PluginAPIClient()

    def test_projects_narrow_what_is_a_ticket(self):
        self.api.save_plugin_config({"Address": "https://t.example.com/{ticket}/", "Projects": "OPS DEV"})
        plugin = testing.start(TicketLinks)
        answer = plugin.message_will_be_posted("OPS-1 DEV-2 UTF-8")
        self.assertEqual(
            answer.modified_post.message,
            "[OPS-1](https://t.example.com/OPS-1/) [DEV-2](https://t.example.com/DEV-2/) UTF-8",
        )

    def test_an_address_without_a_place_for_the_ticket_is_refused(self):
        self.api.save_plugin_config({"Address": "https://t.example.com/"})
        with self.assertRaisesRegex(Exception, "needs {ticket}"):
            testing.start(TicketLinks)


if __name__ == "__main__":
    unittest.main()
