import unittest

import mattermost_plugin
from surface import SURFACE


class PublicNames(unittest.TestCase):
    def test_every_name_of_the_surface_is_there(self):
        for name in SURFACE["public_names"]:
            with self.subTest(name):
                self.assertIsNotNone(getattr(mattermost_plugin, name))
                self.assertIn(name, mattermost_plugin.__all__)

    def test_nothing_else_but_run_plugin_is_public(self):
        self.assertEqual(set(mattermost_plugin.__all__) - set(SURFACE["public_names"]), {"run_plugin"})

    def test_dir_shows_the_names_before_they_are_imported(self):
        self.assertLessEqual(set(mattermost_plugin.__all__), set(dir(mattermost_plugin)))

    def test_an_unknown_name_is_an_attribute_error(self):
        with self.assertRaisesRegex(AttributeError, "no attribute 'Plugins'"):
            mattermost_plugin.Plugins

    def test_modules_that_plugins_import_from(self):
        from mattermost_plugin._internal.hook_runner import HookInvocationError, HookTimeoutError
        from mattermost_plugin._internal.wrappers import Command, Post
        from mattermost_plugin.async_client import AsyncPluginAPIClient
        from mattermost_plugin.client import PluginAPIClient
        from mattermost_plugin.grpc import api_remaining_pb2, hooks_message_pb2, post_pb2
        from mattermost_plugin.hooks import VALID_HOOK_NAMES, get_hook_name, is_hook_handler
        from mattermost_plugin.plugin import Plugin
        from mattermost_plugin.runtime_config import DEFAULT_HOOK_TIMEOUT, RuntimeConfig
        from mattermost_plugin.server import run_plugin, serve_plugin
        from mattermost_plugin.servicers.hooks_servicer import DISMISS_POST_ERROR, HTTPRequest, HTTPResponseWriter

        self.assertEqual(DISMISS_POST_ERROR, "plugin.message_will_be_posted.dismiss_post")
        self.assertIs(Command, mattermost_plugin.Command)

    def test_the_tree_of_exceptions(self):
        from mattermost_plugin import exceptions, hooks
        from mattermost_plugin._internal import hook_runner

        def check(base, below):
            for name, further in below.items() if isinstance(below, dict) else ((name, ()) for name in below):
                name = name.removesuffix(" (internal)")
                cls = next(filter(None, (getattr(home, name, None) for home in (exceptions, hooks, hook_runner))))
                self.assertTrue(issubclass(cls, base), name)
                check(cls, further)

        check(Exception, SURFACE["exceptions"]["Exception"])
