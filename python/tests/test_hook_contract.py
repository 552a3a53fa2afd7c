"""What gRPC plugins know of the hooks, by hooks.json: what handlers are given, and what they may return."""

import json
import unittest
from pathlib import Path

from mattermost_plugin import Plugin, hook
from mattermost_plugin._internal.dispatch import Dispatcher
from mattermost_plugin._internal.hook_messages import HOOK_MESSAGES, hook_messages
from mattermost_plugin._internal.hook_table import HOOK_RULES
from mattermost_plugin._internal.results import snake_case
from mattermost_plugin.grpc import (
    api_remaining_pb2,
    file_pb2,
    hooks_command_pb2,
    hooks_lifecycle_pb2,
    hooks_message_pb2,
    post_pb2,
)

CONTRACT = {entry["name"]: entry for entry in json.loads(Path(__file__).with_name("hooks.json").read_text("utf-8"))}
OPTIONAL = {"actor"}  # None when it is not set


def fire(name, handler, request=None):
    """The response to a request, through bytes as the host has them."""
    request_type, response_type = hook_messages(name)
    plugin = type("Sample", (Plugin,), {"handle": hook(name)(lambda self, *args: handler(*args))})()
    message = request_type() if request is None else request
    return response_type.FromString(Dispatcher(plugin).dispatch(0, message.SerializeToString()))


def answer(name, result):
    return fire(name, lambda *args: result)


def of_category(*categories):
    names = [name for name, entry in CONTRACT.items() if entry["category"] in categories]
    assert names, categories
    return names


class Arguments(unittest.TestCase):
    def test_the_contract_is_whole(self):
        self.assertEqual(len(CONTRACT), 41)
        self.assertLessEqual(set(CONTRACT), set(HOOK_RULES))

    def test_messages(self):
        for name, entry in CONTRACT.items():
            with self.subTest(name):
                self.assertEqual(HOOK_MESSAGES[name][1:], (entry["request"], entry["response"]))

    def test_handlers_are_given_these_arguments_in_this_order(self):
        for name, entry in CONTRACT.items():
            if entry["handler_args"] is None or name == "ServeHTTP":
                continue
            with self.subTest(name):
                expected = [argument.split(" ")[0].rstrip(":") for argument in entry["handler_args"]]
                self.assertEqual([field.rstrip("[]?") for field in HOOK_RULES[name][0]], expected)

    def test_they_have_these_types(self):
        for name, entry in CONTRACT.items():
            if entry["handler_args"] is None:
                continue
            with self.subTest(name):
                expected, got = [], []
                for argument in entry["handler_args"]:
                    parameter, annotation = argument.split(" (")[0].split(": ")
                    expected.append("NoneType" if parameter in OPTIONAL else annotation.split("[")[0])
                fire(name, lambda *args, got=got: got.extend(type(arg).__name__ for arg in args))
                self.assertEqual(got, expected)

    def test_each_argument_is_the_field_of_its_name(self):
        for name, (fields, _) in HOOK_RULES.items():
            if name in ("ServeHTTP", "ServeMetrics", "FileWillBeUploaded"):
                continue
            with self.subTest(name):
                request = hook_messages(name)[0]()
                expected = [self.fill(request, field) for field in fields]
                got = []
                fire(name, lambda *args, got=got: got.extend(args), request)
                self.assertEqual(got, expected)

    def fill(self, request, field):
        """Sets a field to something of its own, and gives what the handler should get of it."""
        name = field.rstrip("[]?")
        value = getattr(request, name)
        if field.endswith("[]"):
            self.mark(value.add(), name)
            return list(value)
        if isinstance(value, (int, str)):
            setattr(request, name, type(value)(len(name)) if isinstance(value, int) else name)
        else:
            self.mark(value, name)
        return getattr(request, name)

    def mark(self, message, text):
        for field in message.DESCRIPTOR.fields:
            if isinstance(getattr(message, field.name), str):
                setattr(message, field.name, text)
                return
        message.SetInParent()


class Results(unittest.TestCase):
    def test_notifications_say_nothing(self):
        for name in of_category("notification"):
            for result in (None, "text", 7, (None, "text"), ValueError("x")):
                with self.subTest(name, result=result):
                    self.assertEqual(answer(name, result).ListFields(), [])

    def test_lifecycle(self):
        def fails():
            raise ValueError("reason")

        for name in of_category("lifecycle"):
            with self.subTest(name):
                self.assertEqual(answer(name, None).ListFields(), [])
                with self.assertLogs("mattermost_plugin", "ERROR"):
                    self.is_error(fire(name, fails), name, "reason")
                for result in ("reason", ValueError("reason")):
                    if name == "OnActivate":
                        self.is_error(answer(name, result), name, "reason")
                    else:
                        self.assertEqual(answer(name, result).ListFields(), [])

    def is_error(self, response, name, text):
        error = response.error
        self.assertEqual((error.id, error.message), (f"plugin.{snake_case(name)}.error", text))
        self.assertEqual((error.where, error.status_code), (name, 500))

    def test_errors(self):
        names = [name for name in of_category("error-returning") if CONTRACT[name]["returns"].startswith("None = ok")]
        self.assertEqual(len(names), 4)
        for name in names:
            with self.subTest(name):
                self.assertEqual(answer(name, None).ListFields(), [])
                self.assertEqual(answer(name, "").ListFields(), [])
                self.is_error(answer(name, "reason"), name, "reason")
                self.is_error(answer(name, KeyError("reason")), name, "'reason'")

    replacements = {
        "MessageWillBePosted": ("modified_post", post_pb2.Post(id="p")),
        "MessageWillBeUpdated": ("modified_post", post_pb2.Post(id="p")),
        "NotificationWillBePushed": ("modified_notification", api_remaining_pb2.PushNotification(platform="p")),
        "EmailNotificationWillBeSent": ("modified_content", hooks_message_pb2.EmailNotificationContent(subject="s")),
    }

    def test_modify_or_reject(self):
        self.assertEqual({*of_category("modify-or-reject")}, {*self.replacements, "FileWillBeUploaded"})
        for name, (field, replacement) in self.replacements.items():
            with self.subTest(name):
                for result in (None, "", (None, ""), (None, None)):
                    self.assertEqual(answer(name, result).ListFields(), [])
                for result in (replacement, (replacement, ""), (replacement, None)):
                    response = answer(name, result)
                    self.assertEqual([set_field.name for set_field, _ in response.ListFields()], [field])
                    self.assertEqual(getattr(response, field), replacement)
                for result in ("7", (None, "7"), (replacement, "7"), (None, 7)):
                    response = answer(name, result)
                    self.assertEqual([set_field.name for set_field, _ in response.ListFields()], ["rejection_reason"])
                    self.assertEqual(response.rejection_reason, "7")

    def test_reject(self):
        for name in of_category("reject"):
            for result, reason in ((None, ""), ("", ""), ("no", "no")):
                self.assertEqual(answer(name, result).rejection_reason, reason)
            with self.assertLogs("mattermost_plugin", "WARNING"):
                self.assertEqual(answer(name, 7).rejection_reason, "")

    def test_filter(self):
        for name in of_category("filter"):
            posts = [post_pb2.Post(id="a"), post_pb2.Post(id="b")]
            self.assertEqual(list(answer(name, posts).posts), posts)
            self.assertEqual(list(answer(name, tuple(posts)).posts), posts)
            self.assertEqual(list(answer(name, None).posts), [])
            with self.assertLogs("mattermost_plugin", "WARNING"):
                self.assertEqual(list(answer(name, "text").posts), [])

    def test_command(self):
        response = api_remaining_pb2.CommandResponse(response_type="in_channel", text="t")
        for name in of_category("command"):
            self.assertEqual(answer(name, response).response, response)
            self.assertEqual(answer(name, None).ListFields(), [])

    def test_bool(self):
        for name in of_category("bool"):
            for result, healthy in ((None, True), (True, True), (False, False), ("", False), ([1], True)):
                self.assertIs(answer(name, result).healthy, healthy)

    def test_data_retention(self):
        for result, count, error in ((None, 0, ""), (5, 5, ""), ((5, None), 5, ""), ((5, "reason"), 5, "reason")):
            response = answer("RunDataRetention", result)
            self.assertEqual((response.deleted_count, response.error.message), (count, error))
        with self.assertLogs("mattermost_plugin", "WARNING"):
            self.assertEqual(answer("RunDataRetention", "5").deleted_count, 0)

    def test_configuration(self):
        config = hooks_lifecycle_pb2.ConfigJson(config_json=b"{}")
        for result in (config, (config, None)):
            self.assertEqual(answer("ConfigurationWillBeSaved", result).modified_config, config)
        for result in (None, (None, None)):
            self.assertEqual(answer("ConfigurationWillBeSaved", result).ListFields(), [])
        response = answer("ConfigurationWillBeSaved", (config, "reason"))
        self.assertEqual(response.error.id, "plugin.configuration_will_be_saved.rejected")
        self.assertFalse(response.HasField("modified_config"))

    def test_shared_channels(self):
        sync = hooks_command_pb2.SyncResponse(users_last_update_at=5)
        for result, error in ((sync, ""), ((sync, None), ""), ((sync, "reason"), "reason")):
            response = answer("OnSharedChannelsSyncMsg", result)
            self.assertEqual((response.response, response.error.message), (sync, error))
        self.assertEqual(answer("OnSharedChannelsSyncMsg", None).ListFields(), [])

    def test_support_data(self):
        files = [file_pb2.FileData(filename="a", data=b"a"), file_pb2.FileData(filename="b", data=b"b")]
        for result in (files, (files, None), (*files, files[0])):
            self.assertEqual(list(answer("GenerateSupportData", result).files)[:2], files)
        self.assertEqual(answer("GenerateSupportData", None).ListFields(), [])
        response = answer("GenerateSupportData", (files, "reason"))
        self.assertEqual((list(response.files), response.error.message), (files, "reason"))
