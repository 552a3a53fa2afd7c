"""The conventions of each hook: what its handler is given, and what its return values mean."""

import unittest

from mattermost_plugin import HookName, Plugin, hook
from mattermost_plugin._internal.dispatch import Dispatcher
from mattermost_plugin._internal.hook_messages import hook_messages
from mattermost_plugin._internal.hook_table import HOOK_RULES
from mattermost_plugin._internal.results import snake_case
from mattermost_plugin._internal.wrappers import CommandResponse, Post
from mattermost_plugin.grpc import (
    api_remaining_pb2,
    file_pb2,
    hooks_command_pb2,
    hooks_lifecycle_pb2,
    hooks_message_pb2,
    post_pb2,
)
from surface import SURFACE


def plugin_with(hook_name, handler):
    return type("Sample", (Plugin,), {"handle": hook(hook_name)(lambda self, *args: handler(*args))})()


def fire(hook_name, handler, **request):
    """The response message of a hook with that handler, through bytes as the host has them."""
    request_type, response_type = hook_messages(hook_name)
    dispatcher = Dispatcher(plugin_with(hook_name, handler))
    return response_type.FromString(dispatcher.dispatch(0, request_type(**request).SerializeToString()))


def answer(hook_name, result, **request):
    """The response to a handler that returns result."""
    return fire(hook_name, lambda *args: result, **request)


class Arguments(unittest.TestCase):
    def test_every_hook_has_a_rule(self):
        self.assertEqual(list(HOOK_RULES), [member.value for member in HookName])

    def test_handlers_are_given_fields_of_the_request(self):
        for name, (fields, _) in HOOK_RULES.items():
            with self.subTest(name):
                known = hook_messages(name)[0].DESCRIPTOR.fields_by_name
                self.assertLessEqual({field.rstrip("[]?") for field in fields}, set(known))

    def test_handlers_are_given_what_the_surface_says(self):
        for name, expected in SURFACE["hook_arguments"].items():
            if name != "ServeHTTP":
                with self.subTest(name):
                    self.assertEqual([field.rstrip("[]?") for field in HOOK_RULES[name][0]], expected)

    def test_every_hook_can_be_fired_with_an_empty_request(self):
        for name in HOOK_RULES:
            with self.subTest(name):
                fire(name, lambda *args: None)

    def test_messages_are_given_as_messages(self):
        def handler(context, new_post, old_post):
            self.assertIsInstance(new_post, post_pb2.Post)
            self.assertEqual((context.session_id, new_post.message, old_post.message), ("s", "new", "old"))

        posts = {"new_post": {"message": "new"}, "old_post": {"message": "old"}}
        fire("MessageHasBeenUpdated", handler, plugin_context={"session_id": "s"}, **posts)

    def test_an_unset_context_is_an_empty_one(self):
        fire("MessageHasBeenPosted", lambda context, post: self.assertEqual(context.session_id, ""), post={})

    def test_repeated_fields_are_lists(self):
        fire("MessagesWillBeConsumed", lambda posts: self.assertIs(type(posts), list), posts=[{"id": "a"}])

    def test_an_actor_who_is_not_known_is_none(self):
        fire("UserHasJoinedTeam", lambda context, member, actor: self.assertIsNone(actor))
        fire("UserHasJoinedTeam", lambda context, member, actor: self.assertEqual(actor.id, "u"), actor={"id": "u"})

    def test_plain_values_are_plain(self):
        fire("RunDataRetention", lambda now, size: self.assertEqual((now, size), (5, 7)), now_time=5, batch_size=7)


class Lifecycle(unittest.TestCase):
    def test_success(self):
        for name in ("OnActivate", "OnDeactivate", "OnConfigurationChange"):
            self.assertFalse(answer(name, None).HasField("error"))

    def test_an_exception_is_the_error_and_its_traceback_is_logged(self):
        def handler():
            raise LookupError("no team")

        for name in ("OnActivate", "OnDeactivate", "OnConfigurationChange"):
            with self.subTest(name), self.assertLogs("mattermost_plugin", "ERROR") as logs:
                error = fire(name, handler).error
                self.assertEqual(error.id, f"plugin.{snake_case(name)}.error")
                self.assertEqual((error.message, error.where, error.status_code), ("no team", name, 500))
                self.assertIn('raise LookupError("no team")', logs.output[0])

    def test_an_exception_without_a_text_has_its_name(self):
        def handler():
            raise ValueError

        with self.assertLogs("mattermost_plugin", "ERROR"):
            self.assertEqual(fire("OnActivate", handler).error.message, "ValueError")

    def test_activation_fails_with_a_returned_text_or_exception(self):
        self.assertEqual(answer("OnActivate", "no team").error.message, "no team")
        self.assertEqual(answer("OnActivate", OSError("gone")).error.message, "gone")
        self.assertFalse(answer("OnActivate", "").HasField("error"))
        self.assertFalse(answer("OnDeactivate", "ignored").HasField("error"))


class Exceptions(unittest.TestCase):
    def test_they_come_out_of_every_other_hook(self):
        def handler(*args):
            raise KeyError("k")

        for name in HOOK_RULES:
            if name not in ("OnActivate", "OnDeactivate", "OnConfigurationChange"):
                with self.subTest(name), self.assertRaises(KeyError):
                    fire(name, handler)

    def test_wrong_arguments_are_a_type_error_of_the_handler(self):
        class Wrong(Plugin):
            @hook
            def MessageHasBeenPosted(self, post): ...

        with self.assertRaisesRegex(TypeError, "Wrong.MessageHasBeenPosted"):
            Dispatcher(Wrong()).dispatch(0, b"")


class ModifyOrReject(unittest.TestCase):
    post = {"id": "p", "message": "m"}

    def test_none_allows_unchanged(self):
        for result in (None, "", (None, ""), (None, None)):
            with self.subTest(result=result):
                self.assertEqual(answer("MessageWillBePosted", result, post=self.post).ListFields(), [])

    def test_a_post_changed_in_place_but_not_returned_is_unchanged(self):
        def handler(context, post):
            post.message = "changed"

        self.assertEqual(fire("MessageWillBePosted", handler, post=self.post).ListFields(), [])

    def test_a_returned_post_replaces(self):
        def changed(context, post):
            post.message = "changed"
            return post

        def in_pair(context, post):
            return changed(context, post), ""

        for handler in (changed, in_pair):
            response = fire("MessageWillBePosted", handler, post=self.post)
            self.assertEqual(response.modified_post.message, "changed")
            self.assertEqual(response.rejection_reason, "")

    def test_a_wrapper_replaces_too(self):
        response = answer("MessageWillBeUpdated", (Post("p", "c", message="w"), None))
        self.assertEqual(response.modified_post.message, "w")

    def test_a_text_rejects(self):
        for result in ("no", (None, "no"), (post_pb2.Post(id="p"), "no")):
            with self.subTest(result=result):
                response = answer("MessageWillBePosted", result, post=self.post)
                self.assertEqual(response.rejection_reason, "no")
                self.assertFalse(response.HasField("modified_post"))

    def test_a_reason_may_be_an_exception(self):
        self.assertEqual(answer("MessageWillBePosted", (None, ValueError("bad"))).rejection_reason, "bad")

    def test_anything_else_is_ignored_with_a_warning(self):
        for result in (True, 3, {"message": "x"}, (1, 2, 3)):
            with self.subTest(result=result), self.assertLogs("mattermost_plugin", "WARNING") as logs:
                self.assertEqual(answer("MessageWillBePosted", result).ListFields(), [])
                self.assertIn("the MessageWillBePosted handler returned", logs.output[0])

    def test_notifications(self):
        notification = api_remaining_pb2.PushNotification(message="n")
        self.assertEqual(answer("NotificationWillBePushed", notification).modified_notification.message, "n")
        self.assertEqual(answer("NotificationWillBePushed", "quiet").rejection_reason, "quiet")
        content = hooks_message_pb2.EmailNotificationContent(subject="s")
        self.assertEqual(answer("EmailNotificationWillBeSent", (content, "")).modified_content.subject, "s")

    def test_files(self):
        info = file_pb2.FileInfo(id="f", mime_type="text/plain")
        self.assertEqual(answer("FileWillBeUploaded", "no").rejection_reason, "no")
        response = answer("FileWillBeUploaded", (info, b"new", ""))
        self.assertEqual((response.modified_file_info.id, response.modified_content), ("f", b"new"))

    def test_log_in(self):
        self.assertEqual(answer("UserWillLogIn", "not now").rejection_reason, "not now")
        self.assertEqual(answer("UserWillLogIn", None).rejection_reason, "")

    def test_downloads_and_channels_that_come_and_go(self):
        for name in ("FileWillBeDownloaded", "ChannelWillBeArchived", "ChannelWillBeRestored"):
            with self.subTest(name):
                self.assertEqual(answer(name, "no").rejection_reason, "no")
                self.assertEqual(answer(name, None).rejection_reason, "")

    def test_members_channels_drafts_and_scheduled_posts(self):
        for name, given, answered in (
            ("ChannelMemberWillBeAdded", {"channel_member": {"user_id": "u"}}, "modified_channel_member"),
            ("TeamMemberWillBeAdded", {"team_member": {"user_id": "u"}}, "modified_team_member"),
            ("ChannelWillBeUpdated", {"new_channel": {"id": "c"}}, "modified_channel"),
            ("ScheduledPostWillBeCreated", {"scheduled_post": {"id": "p"}}, "modified_scheduled_post"),
            ("DraftWillBeUpserted", {"draft": {"user_id": "u"}}, "modified_draft"),
        ):
            with self.subTest(name):
                self.assertEqual(answer(name, "no").rejection_reason, "no")
                self.assertFalse(answer(name, None).HasField(answered))
                response = fire(name, lambda context, message, *old: message, **given)
                self.assertTrue(getattr(response, answered).ListFields())


class Lists(unittest.TestCase):
    def test_consumed_messages(self):
        self.assertEqual(list(answer("MessagesWillBeConsumed", None, posts=[{"id": "a"}]).posts), [])
        replaced = answer("MessagesWillBeConsumed", [post_pb2.Post(id="b"), Post("c", "")], posts=[{"id": "a"}])
        self.assertEqual([post.id for post in replaced.posts], ["b", "c"])

    def test_support_data(self):
        files = [file_pb2.FileData(filename="log.txt", data=b"x")]
        self.assertEqual(answer("GenerateSupportData", files).files[0].filename, "log.txt")
        error = answer("GenerateSupportData", (None, "disk full")).error
        self.assertEqual((error.id, error.message), ("plugin.generate_support_data.error", "disk full"))


class Commands(unittest.TestCase):
    def test_a_message(self):
        message = api_remaining_pb2.CommandResponse(response_type="in_channel", text="hi")
        self.assertEqual(answer("ExecuteCommand", message).response, message)

    def test_a_wrapper(self):
        response = answer("ExecuteCommand", CommandResponse(text="hi", props={"a": [1]})).response
        self.assertEqual((response.text, response.props["a"][0]), ("hi", 1))

    def test_a_dict(self):
        result = {"response_type": "ephemeral", "text": "hi", "props": {"a": {"b": None}}, "username": None}
        response = answer("ExecuteCommand", result).response
        self.assertEqual((response.response_type, response.text, response.username), ("ephemeral", "hi", ""))
        self.assertEqual(list(response.props["a"]), ["b"])

    def test_a_dict_with_more_responses(self):
        response = answer("ExecuteCommand", {"text": "1", "attachments": [{"text": "2"}]}).response
        self.assertEqual(response.attachments[0].text, "2")

    def test_an_unknown_key_is_named_and_the_rest_is_used(self):
        with self.assertLogs("mattermost_plugin", "WARNING") as logs:
            response = answer("ExecuteCommand", {"text": "hi", "txet": "?"}).response
        self.assertEqual(response.text, "hi")
        self.assertIn("'txet' is none", logs.output[0])

    def test_a_text_is_for_the_user_alone(self):
        response = answer("ExecuteCommand", "hi").response
        self.assertEqual((response.response_type, response.text), ("ephemeral", "hi"))

    def test_none_is_an_empty_response(self):
        self.assertFalse(answer("ExecuteCommand", None).HasField("response"))

    def test_anything_else_is_ignored_with_a_warning(self):
        with self.assertLogs("mattermost_plugin", "WARNING"):
            self.assertFalse(answer("ExecuteCommand", 7).HasField("response"))


class Others(unittest.TestCase):
    def test_an_error_or_nothing(self):
        for name in ("OnInstall", "OnSAMLLogin", "OnSharedChannelsAttachmentSyncMsg"):
            self.assertFalse(answer(name, None).HasField("error"))
            self.assertEqual(answer(name, OSError("x")).error.id, f"plugin.{snake_case(name)}.error")
            self.assertEqual(answer(name, "x").error.message, "x")

    def test_data_retention(self):
        self.assertEqual(answer("RunDataRetention", 5).deleted_count, 5)
        self.assertEqual(answer("RunDataRetention", None).deleted_count, 0)
        response = answer("RunDataRetention", (3, "stopped"))
        self.assertEqual((response.deleted_count, response.error.message), (3, "stopped"))

    def test_configuration(self):
        config = hooks_lifecycle_pb2.ConfigJson(config_json=b"{}")
        self.assertFalse(answer("ConfigurationWillBeSaved", None).HasField("modified_config"))
        self.assertEqual(answer("ConfigurationWillBeSaved", config).modified_config.config_json, b"{}")
        refused = answer("ConfigurationWillBeSaved", (None, "no"))
        self.assertEqual(refused.error.id, "plugin.configuration_will_be_saved.rejected")

    def test_shared_channels(self):
        for result, healthy in ((None, True), (True, True), (False, False), (0, False)):
            self.assertIs(answer("OnSharedChannelsPing", result).healthy, healthy)
        sync = hooks_command_pb2.SyncResponse(users_syncd=["u"])
        self.assertEqual(answer("OnSharedChannelsSyncMsg", (sync, None)).response.users_syncd, ["u"])
        self.assertEqual(answer("OnSharedChannelsSyncMsg", (None, "late")).error.message, "late")

    def test_notifications_ignore_what_is_returned(self):
        self.assertEqual(answer("MessageHasBeenPosted", "text").ByteSize(), 0)


class ServeHTTP(unittest.TestCase):
    def test_a_request_and_its_response(self):
        def handler(context, writer, request):
            self.assertEqual((context.session_id, request.method, request.url), ("s", "POST", "/x?y=1"))
            self.assertEqual((request.get_header("x-one"), request.get_all_headers("X-One")), ("1", ["1", "2"]))
            self.assertEqual(request.get_header("none", "-"), "-")
            writer.set_header("Content-Type", "text/plain")
            writer.add_header("set-cookie", "a=1")
            writer.add_header("Set-Cookie", "b=2")
            writer.write_header(201)
            writer.write(request.body.upper())
            writer.write_header(500)

        init = {
            "plugin_context": {"session_id": "s"},
            "method": "POST",
            "url": "/x?y=1",
            "headers": [{"key": "X-One", "values": ["1", "2"]}],
        }
        response = fire("ServeHTTP", handler, init=init, body_chunk=b"body", body_complete=True)
        headers = {header.key: list(header.values) for header in response.init.headers}
        self.assertEqual((response.init.status_code, response.body_chunk), (201, b"BODY"))
        self.assertEqual(headers, {"Content-Type": ["text/plain"], "set-cookie": ["a=1", "b=2"]})

    def test_nothing_written_is_an_empty_success(self):
        self.assertEqual(fire("ServeHTTP", lambda *args: None).init.status_code, 200)

    def test_metrics_are_served_alike(self):
        response = fire("ServeMetrics", lambda context, writer, request: writer.write(b"up 1\n"))
        self.assertEqual((response.init.status_code, response.body_chunk), (200, b"up 1\n"))
