"""Asking what the plugin may call. What the host denies is tested where there is a host, in server."""

import unittest

from mattermost_plugin import AsyncPluginAPIClient, PluginAPIClient
from mattermost_plugin._internal import granted, hook_runner
from mattermost_plugin.exceptions import UnavailableError


class TestCan(unittest.TestCase):
    def setUp(self):
        self.addCleanup(setattr, granted, "_denied", None)
        granted._denied = {"CreateSession": "the manifest does not ask for it"}

    def test_both_clients_can_be_asked(self):
        for client in PluginAPIClient(), AsyncPluginAPIClient():
            self.assertIs(client.can("CreatePost"), True)
            self.assertIs(client.can("CreateSession"), False)

    def test_where_there_is_no_host_everything_is_granted(self):
        granted._denied = None
        self.assertTrue(PluginAPIClient().can("CreateSession"))

    def test_a_method_that_there_is_not(self):
        for name, proposal in [("create_post", ": do you mean CreatePost?"), ("Nonsense", ""), ("", ""), (None, "")]:
            with self.assertRaises(ValueError) as raised:
                PluginAPIClient().can(name)
            self.assertEqual(str(raised.exception), f"there is no API method {name!r}{proposal}")

    def test_while_the_plugin_is_loaded_there_is_no_answer(self):
        self.addCleanup(setattr, hook_runner, "loading", hook_runner.loading)
        hook_runner.loading = True
        with self.assertRaises(UnavailableError):
            PluginAPIClient().can("CreatePost")
