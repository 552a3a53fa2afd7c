import asyncio
import inspect
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
from mattermost_plugin.grpc import post_pb2
from mattermost_plugin.testing import MockTransport
from surface import SURFACE

SIGNATURES = {signature.partition("(")[0]: (rpc, signature) for rpc, signature in SURFACE["methods"].items()}
# Not there yet: OAuth apps, groups, properties, shared channels, uploads, audit records.
MISSING = {name for name in SIGNATURES if not hasattr(PluginAPIClient, name)}


def present():
    return [(name, *SIGNATURES[name]) for name in SIGNATURES if name not in MISSING]


def expected_signature(signature):
    namespace = {}
    names = {name: name for name in SURFACE["wrappers"]}
    exec(f"from __future__ import annotations\ndef {signature}: ...", names, namespace)
    return inspect.signature(namespace[signature.partition("(")[0]])


def argument(annotation):
    """A value for a parameter of that annotation."""
    kind = annotation.removesuffix(" | None")
    if kind.startswith("list["):
        inner = kind[5:-1]
        return [("c", "u")] if inner == "tuple" else [argument(inner)]
    if hasattr(wrappers, kind):
        cls = getattr(wrappers, kind)
        return cls(**{one.name: "x" for one in cls._fields.values() if one.required})
    return {"str": "x", "int": 7, "bool": True, "bytes": b"{}", "bytes | BinaryIO": b"{}", "dict[str, str]": {"k": "v"}}.get(kind, {})


class Methods(unittest.TestCase):
    def test_none_was_lost(self):
        areas = ("o_auth", "group", "propert", "shared_channel", "remote", "upload", "audit", "syncable", "share_channel")
        lost = [name for name in MISSING if not any(area in name for area in areas)]
        self.assertEqual(lost, [])

    def test_signatures_are_those_that_plugins_know(self):
        for name, _, signature in present():
            with self.subTest(name):
                expected = expected_signature(signature)
                actual = inspect.signature(getattr(PluginAPIClient, name))
                self.assertEqual(
                    [(one.name, one.kind, one.default) for one in actual.parameters.values()],
                    [(one.name, one.kind, one.default) for one in expected.parameters.values()],
                )

    def test_each_asks_its_own_method_and_reads_an_empty_answer(self):
        for name, rpc, _ in present():
            with self.subTest(name):
                transport = MockTransport({rpc: None})
                method = getattr(PluginAPIClient(transport=transport), name)
                parameters = inspect.signature(method).parameters.values()
                values = {one.name: argument(one.annotation) for one in parameters if one.kind is not one.VAR_KEYWORD}
                values |= {"extra": "v"} if name.startswith("log_") else {}
                values |= {"dest": {}} if "dest" in values else {}
                method(**values)
                [(called, request)] = transport.calls
                self.assertEqual(called, rpc)
                self.assertEqual(type(request).__name__, f"{rpc}Request")
                self.assertEqual(type(request).FromString(request.SerializeToString()), request)
                if values and not name.startswith("load_"):
                    self.assertTrue(request.ListFields(), "no argument reached the request")

    def test_every_method_of_the_host_that_is_called_exists(self):
        for name, rpc, _ in present():
            self.assertIn(rpc, _mmpy.METHODS or [rpc], name)

    def test_docstrings_name_the_method_behind(self):
        for name, rpc, _ in present():
            self.assertIn(f"({rpc}", getattr(PluginAPIClient, name).__doc__, name)


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

    def test_a_missing_key_is_none(self):
        self.assertIsNone(self.client(KVGet=None).kv_get("k"))
        self.assertEqual(self.client(KVGet={"value": b"v"}).kv_get("k"), b"v")

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

    def test_settings(self):
        client = self.client(
            GetPluginConfig={"config": {"Words": "bad", "Limit": 3, "On": True}},
            SavePluginConfig=None,
            LoadPluginConfiguration={"config_json": b'{"Words": "bad"}'},
        )
        self.assertEqual(client.get_plugin_config(), {"Words": "bad", "Limit": 3, "On": True})
        client.save_plugin_config({"Words": "worse"})
        self.assertEqual(self.transport.requests("SavePluginConfig")[0].config["Words"], "worse")
        into_dict, into_bytes, into_object = {}, bytearray(), type("Settings", (), {})()
        for dest in (into_dict, into_bytes, into_object):
            client.load_plugin_configuration(dest)
        self.assertEqual((into_dict, bytes(into_bytes)), ({"Words": "bad"}, b'{"Words": "bad"}'))
        self.assertEqual(into_object.Words, "bad")
        with self.assertRaisesRegex(TypeError, "needs something it can fill"):
            client.load_plugin_configuration(b"")

    def test_plugins_as_json(self):
        client = self.client(GetPluginStatus={"status": {"plugin_id": "p", "state": 2}})
        self.assertIn(b'"plugin_id": "p"', client.get_plugin_status("p"))

    def test_an_event_for_the_web_app(self):
        self.client(PublishWebSocketEvent=None).publish_web_socket_event("e", {"n": 1}, {"user_id": "u"})
        [request] = self.transport.requests("PublishWebSocketEvent")
        self.assertEqual((request.payload["n"], request.broadcast.user_id), (1, "u"))


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
