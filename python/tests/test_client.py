import asyncio
import inspect
import re
import typing
import unittest

import _mmpy
from mattermost_plugin import (
    AsyncPluginAPIClient,
    NotFoundError,
    PermissionDeniedError,
    PluginAPIClient,
    UnavailableError,
)
from mattermost_plugin._internal import wrappers
from mattermost_plugin._internal.api_messages import API_METHODS
from mattermost_plugin.grpc import post_pb2
from mattermost_plugin.testing import MockTransport
from surface import SURFACE

SIGNATURES = {signature.partition("(")[0]: (rpc, signature) for rpc, signature in SURFACE["methods"].items()}

# Mattermost's own methods of these names take ids; what the signatures ask for is a search.
ASKS_ANOTHER = {"get_property_fields": "SearchPropertyFields", "get_property_values": "SearchPropertyValues"}


def methods_of(client):
    """The API methods of a client by name, each with the name in Mattermost that its docstring gives."""
    found = {}
    for name, method in inspect.getmembers(client, inspect.isfunction):
        reference = re.search(r"\((\w+), server \d+\.\d+\)", method.__doc__ or "")
        if reference:
            found[name] = reference[1]
    return found


METHODS = methods_of(PluginAPIClient)


def expected_signature(signature):
    namespace = {}
    names = vars(typing) | {name: name for name in SURFACE["wrappers"]}
    exec(f"from __future__ import annotations\ndef {signature}: ...", names, namespace)
    return inspect.signature(namespace[signature.partition("(")[0]])


def parameters_of(signature):
    return [(one.name, one.kind, one.default) for one in signature.parameters.values()]


def argument(name, annotation):
    """A value for a parameter of that name and annotation, which is not its default."""
    kind = annotation.removesuffix(" | None")
    if name.endswith("_json"):
        return b'[{"name": "x"}]' if name.endswith("s_json") else b'{"name": "x"}'
    if kind.startswith("list["):
        inner = kind[5:-1]
        return [("c", "u")] if inner == "tuple" else [argument("", inner)]
    if hasattr(wrappers, kind):
        cls = getattr(wrappers, kind)
        return cls(**{one.name: "x" for one in cls._fields.values() if one.required})
    return {"str": "x", "int": 7, "bool": True, "bytes": b"{}", "bytes | BinaryIO": b"{}", "dict[str, str]": {"k": "v"}}.get(kind, {})


def arguments(method):
    parameters = inspect.signature(method).parameters.values()
    values = {one.name: argument(one.name, one.annotation) for one in parameters if one.annotation is not one.empty}
    if values.pop("kwargs", None) is not None:
        values["extra"] = "v"
    return values


class Methods(unittest.TestCase):
    def test_every_method_of_mattermost_has_one(self):
        known = [method for methods in API_METHODS.values() for method in methods]
        self.assertEqual(len(known), 258)
        self.assertEqual(set(METHODS.values()), set(known))
        self.assertEqual(set(_mmpy.METHODS or known), set(known))

    def test_all_signatures_are_those_that_plugins_know(self):
        self.assertEqual(len(SIGNATURES), 236)
        for name, (_, signature) in SIGNATURES.items():
            with self.subTest(name):
                expected = parameters_of(expected_signature(signature))
                self.assertEqual(parameters_of(inspect.signature(getattr(PluginAPIClient, name))), expected)

    def test_each_asks_its_own_method_and_reads_an_empty_answer(self):
        for name, rpc in METHODS.items():
            with self.subTest(name):
                transport = MockTransport({rpc: None})
                method = getattr(PluginAPIClient(transport=transport), name)
                values = arguments(method)
                method(**values)
                [(called, request)] = transport.calls
                self.assertEqual(called, rpc)
                self.assertEqual(type(request).__name__, f"{rpc}Request")
                self.assertEqual(type(request).FromString(request.SerializeToString()), request)
                if values and not name.startswith("load_"):
                    self.assertTrue(request.ListFields(), "no argument reached the request")

    def test_docstrings_name_the_method_behind(self):
        for name, (rpc, _) in SIGNATURES.items():
            self.assertEqual(METHODS.get(name), ASKS_ANOTHER.get(name, rpc), name)


class AsyncMethods(unittest.TestCase):
    def test_they_are_the_same_methods_with_the_same_signatures_and_docstrings(self):
        self.assertEqual(methods_of(AsyncPluginAPIClient), METHODS)
        for name in METHODS:
            with self.subTest(name):
                sync, awaitable = getattr(PluginAPIClient, name), getattr(AsyncPluginAPIClient, name)
                self.assertTrue(inspect.iscoroutinefunction(awaitable))
                self.assertFalse(inspect.iscoroutinefunction(sync))
                self.assertEqual(inspect.signature(awaitable), inspect.signature(sync))
                self.assertEqual(awaitable.__doc__, sync.__doc__)

    def test_they_send_the_same_requests(self):
        async def main():
            for name, rpc in METHODS.items():
                with self.subTest(name):
                    sync, awaited = MockTransport({rpc: None}), MockTransport({rpc: None})
                    values = arguments(getattr(PluginAPIClient, name))
                    result = getattr(PluginAPIClient(transport=sync), name)(**values)
                    answer = await getattr(AsyncPluginAPIClient(transport=awaited), name)(**values)
                    if name == "plugin_http_stream":
                        answer, result = answer.read(), result.read()
                    self.assertEqual(answer, result)
                    self.assertEqual(awaited.calls, sync.calls)

        asyncio.run(main())


class Answers(unittest.TestCase):
    def client(self, **answers):
        self.transport = MockTransport(answers)
        return PluginAPIClient(transport=self.transport)

    def test_a_record_comes_back(self):
        user = self.client(GetUser={"user": {"id": "u", "username": "ada", "props": {"a": "b"}}}).get_user("u")
        self.assertEqual(user, wrappers.User("u", username="ada", props={"a": "b"}))
        self.assertEqual(self.transport.requests("GetUser")[0].user_id, "u")

    def test_lists_and_plain_values(self):
        client = self.client(GetTeams={"teams": [{"id": "t"}]}, KVList={"keys": ["a", "b"]}, GetBots={"bots": [{}, {}]})
        self.assertEqual([team.id for team in client.get_teams()], ["t"])
        self.assertEqual(client.kv_list(), ["a", "b"])
        self.assertEqual(len(client.get_bots()), 2)

    def test_bots_come_in_pages_of_60_where_nothing_is_said(self):
        self.client(GetBots=None).get_bots()
        self.assertEqual(self.transport.requests("GetBots")[0].options.per_page, 60)

    def test_a_missing_key_is_none_and_an_empty_value_is_not(self):
        self.assertIsNone(self.client(KVGet=None).kv_get("k"))
        self.assertEqual(self.client(KVGet={"value": b"v"}).kv_get("k"), b"v")
        self.assertEqual(self.client(KVGet={"value_exact": b""}).kv_get("k"), b"")

    def test_an_empty_value_is_sent_as_one(self):
        client = self.client(KVCompareAndSet=None, KVSetWithOptions=None)
        client.kv_compare_and_set("k", b"", b"v")
        client.kv_compare_and_set("k", None, b"")
        client.kv_set_with_options("k", b"v", wrappers.PluginKVSetOptions(old_value=b""))
        first, second = self.transport.requests("KVCompareAndSet")
        self.assertEqual((first.HasField("old_value_exact"), first.HasField("new_value_exact")), (True, False))
        self.assertEqual((second.HasField("old_value_exact"), second.HasField("new_value_exact")), (False, True))
        self.assertTrue(self.transport.requests("KVSetWithOptions")[0].options.HasField("old_value_exact"))

    def test_posts_may_be_messages_too(self):
        client = self.client(CreatePost=lambda request: {"post": request.post})
        self.assertEqual(client.create_post(post_pb2.Post(message="m")).message, "m")
        self.assertEqual(client.create_post(wrappers.Post("", "c", message="m")).channel_id, "c")

    def test_an_app_error_is_raised(self):
        error = {"id": "app.x", "message": "no such user", "status_code": 404}
        with self.assertRaises(NotFoundError) as caught:
            self.client(GetUser={"error": error}).get_user("u")
        self.assertEqual(str(caught.exception), "no such user [app.x] (HTTP 404)")

    def test_a_status_of_the_host_is_raised(self):
        denied = _mmpy.StatusError("GetUser: permission denied")
        denied.method, denied.status = "GetUser", -1
        with self.assertRaises(PermissionDeniedError) as caught:
            self.client(GetUser=denied).get_user("u")
        self.assertIsNone(caught.exception.__cause__)

    def test_log_values_keep_their_types(self):
        self.client(LogInfo=None).log_info("m", text="t", number=3, yes=True, other=ValueError("v"))
        [request] = self.transport.requests("LogInfo")
        values = {pair.key: getattr(pair.value, pair.value.WhichOneof("kind")) for pair in request.key_value_pairs}
        self.assertEqual((request.msg, values), ("m", {"text": "t", "number": 3.0, "yes": True, "other": "v"}))

    def test_great_numbers_and_none_are_logged_too(self):
        self.client(LogInfo=None).log_info("m", big=2**60 + 1, huge=10**400, none=None)
        big, huge, none = self.transport.requests("LogInfo")[0].key_value_pairs
        self.assertEqual(big.value_numbers[0].number, str(2**60 + 1))
        self.assertEqual(huge.value.string_value, str(10**400))
        self.assertEqual(none.value.WhichOneof("kind"), "null_value")

    def test_settings(self):
        client = self.client(
            GetPluginConfig={"config": {"Words": "bad", "Limit": 3, "On": True}},
            SavePluginConfig=None,
            LoadPluginConfiguration={"config_json": b'{"Words": "bad"}'},
        )
        self.assertEqual(client.get_plugin_config(), {"Words": "bad", "Limit": 3, "On": True})
        client.save_plugin_config({"Words": "worse", "Id": 2**53 + 1})
        [request] = self.transport.requests("SavePluginConfig")
        self.assertEqual(request.config["Words"], "worse")
        self.assertEqual([(list(one.path), one.number) for one in request.config_numbers], [(["Id"], str(2**53 + 1))])
        into_dict, into_bytes, into_object = {}, bytearray(), type("Settings", (), {})()
        for dest in (into_dict, into_bytes, into_object):
            self.assertIs(client.load_plugin_configuration(dest), dest)
        self.assertEqual((into_dict, bytes(into_bytes)), ({"Words": "bad"}, b'{"Words": "bad"}'))
        self.assertEqual(into_object.Words, "bad")
        with self.assertRaisesRegex(TypeError, "needs something it can fill"):
            client.load_plugin_configuration(b"")

    def test_saving_no_settings_says_so(self):
        self.client(SavePluginConfig=None).save_plugin_config({})
        self.assertTrue(self.transport.requests("SavePluginConfig")[0].HasField("config"))

    def test_an_event_for_the_web_app(self):
        self.client(PublishWebSocketEvent=None).publish_web_socket_event("e", {"n": 1}, {"user_id": "u"})
        [request] = self.transport.requests("PublishWebSocketEvent")
        self.assertEqual((request.payload["n"], request.broadcast.user_id), (1, "u"))

    def test_whom_an_event_leaves_out(self):
        client = self.client(PublishWebSocketEvent=None)
        arguments = [{"n": 1}, {"n": 2**60 + 1}]
        client.publish_web_socket_event("e", {}, {"omit_users": {"u": True, "v": False}, "omit_connection_id": "c"})
        left_out = {"omit_users": ["u"], "connection_id": "c", "omit_connection_id": True}
        client.publish_web_socket_event("e", {}, left_out)
        client.publish_web_socket_event("e", {}, {"broadcast_hooks": ["a", "b"], "broadcast_hook_args": arguments})
        first, second, third = (request.broadcast for request in self.transport.requests("PublishWebSocketEvent"))
        self.assertEqual((list(first.omit_users), dict(first.omit_users_exact)), (["u"], {"u": True, "v": False}))
        self.assertEqual(first.omit_connection_id_exact, "c")
        self.assertEqual((list(second.omit_users), second.omit_connection_id), (["u"], True))
        self.assertEqual([list(one.path) for one in third.broadcast_hook_args_numbers], [["1", "n"]])

    def test_a_search_says_which_terms_were_found(self):
        results = {"order": ["p"], "posts": {"p": {"id": "p"}}, "matches": {"p": {"values": ["a", "b"]}}}
        client = self.client(SearchPostsInTeamForUser={"results": results})
        found = client.search_posts_in_team_for_user("t", "u", "a b")
        self.assertEqual((found.order, found.posts["p"].id, found.matches), (["p"], "p", {"p": ["a", "b"]}))


class AnyMethod(unittest.TestCase):
    def test_call_takes_fields_that_the_method_has_no_parameter_for(self):
        transport = MockTransport({"GetGroups": {"groups": [{"id": "g"}]}})
        client = PluginAPIClient(transport=transport)
        restrictions = wrappers.ViewUsersRestrictions(teams=["t"])
        response = client.call("GetGroups", opts={"q": "dev"}, per_page=5, view_restrictions=restrictions)
        self.assertEqual(response.groups[0].id, "g")
        [request] = transport.requests("GetGroups")
        self.assertEqual((request.opts.q, list(request.view_restrictions.teams)), ("dev", ["t"]))

    def test_a_name_that_is_none_is_an_error(self):
        with self.assertRaisesRegex(ValueError, "no API method 'GetNothing'"):
            PluginAPIClient().call("GetNothing")
        with self.assertRaises(ValueError):
            PluginAPIClient().call("GetGroups", colour="red")

    def test_it_can_be_awaited(self):
        client = AsyncPluginAPIClient(transport=MockTransport({"GetServerVersion": {"version": "11"}}))
        self.assertEqual(asyncio.run(client.call("GetServerVersion")).version, "11")


class TheClient(unittest.TestCase):
    def test_it_is_always_connected_until_closed(self):
        with PluginAPIClient("127.0.0.1:1") as client:
            self.assertTrue(client.connected)
            self.assertEqual(client.target, "127.0.0.1:1")
        self.assertFalse(client.connected)

    def test_each_method_has_an_awaitable_twin(self):
        async def main():
            transport = MockTransport({"GetServerVersion": {"version": "11.4.0"}, "GetUser": UnavailableError("later")})
            async with AsyncPluginAPIClient(transport=transport) as client:
                self.assertEqual(await client.get_server_version(), "11.4.0")
                with self.assertRaises(UnavailableError):
                    await client.get_user("u")
                self.assertIn("get_user", dir(client))
                with self.assertRaises(AttributeError):
                    client.get_nothing

        asyncio.run(main())
