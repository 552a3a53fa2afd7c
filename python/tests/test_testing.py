import unittest

from mattermost_plugin import NotFoundError, Plugin, PluginAPIError, hook, testing
from mattermost_plugin._internal.wrappers import Post
from mattermost_plugin.grpc import post_pb2


class Hello(Plugin):
    def __init__(self):
        self.events = []

    @hook
    def OnConfigurationChange(self):
        self.events.append("configured")

    @hook
    def OnActivate(self):
        self.version = self.api.get_server_version()
        self.events.append("activated")

    @hook
    def OnDeactivate(self):
        self.events.append("deactivated")

    @hook
    def MessageWillBePosted(self, context, post):
        if "badword" in post.message:
            return None, "no badword here"
        post.message = f"{post.channel_id}: {post.message}"
        return post, ""

    @hook
    def MessagesWillBeConsumed(self, posts):
        return posts[:1]

    @hook
    async def ExecuteCommand(self, context, args):
        return {"text": args.command, "username": context.session_id}


class TheHarness(unittest.TestCase):
    def setUp(self):
        self.transport = testing.MockTransport({"GetServerVersion": {"version": "11.4.0"}})

    def test_starting_configures_and_activates(self):
        hello = testing.start(Hello, transport=self.transport)
        self.assertEqual(hello.plugin.events, ["configured", "activated"])
        self.assertEqual((hello.plugin.version, hello.plugin.config.plugin_id), ("11.4.0", "test"))

    def test_loading_does_neither(self):
        self.assertEqual(testing.load(Hello, transport=self.transport).plugin.events, [])

    def test_a_with_block_deactivates(self):
        with testing.start(Hello, transport=self.transport) as hello:
            pass
        self.assertEqual(hello.plugin.events[-1], "deactivated")

    def test_hooks_take_texts_dicts_messages_and_wrappers(self):
        hello = testing.load(Hello)
        self.assertIn("badword", hello.message_will_be_posted("a badword").rejection_reason)
        for post in (
            {"message": "hi", "channel_id": "c"},
            post_pb2.Post(message="hi", channel_id="c"),
            Post("", "c", message="hi"),
        ):
            self.assertEqual(hello.message_will_be_posted(post).modified_post.message, "c: hi")
        self.assertEqual(hello.messages_will_be_consumed(["a", {"message": "b"}]).posts[0].message, "a")

    def test_fields_by_name_and_the_context(self):
        hello = testing.load(Hello)
        response = hello.execute_command(args="/x", plugin_context={"session_id": "s"}).response
        self.assertEqual((response.text, response.username), ("/x", "s"))
        self.assertEqual(hello.fire("ExecuteCommand", args={"command": "/y"}).response.text, "/y")

    def test_what_the_handler_raises_comes_out(self):
        with self.assertRaisesRegex(AssertionError, "unexpected API call GetServerVersion"):
            testing.start(Hello, transport=testing.MockTransport())

    def test_a_failure_that_is_returned_stops_the_start(self):
        class Failing(Plugin):
            @hook
            def OnActivate(self):
                return "not today"

        with self.assertRaisesRegex(PluginAPIError, "not today"):
            testing.start(Failing)

    def test_mistakes_are_told(self):
        hello = testing.load(Hello)
        with self.assertRaisesRegex(NotImplementedError, "Hello has no handler for ServeHTTP"):
            hello.serve_http()
        with self.assertRaisesRegex(ValueError, "Mattermost has no hook 'Nothing'"):
            hello.fire("Nothing")
        with self.assertRaisesRegex(AttributeError, "no attribute 'message_will_be_sent'"):
            hello.message_will_be_sent("x")
        with self.assertRaisesRegex(TypeError, "message_will_be_posted takes post"):
            hello.message_will_be_posted("a", "b")
        self.assertIn("execute_command", dir(hello))
        self.assertNotIn("serve_http", dir(hello))


class TheMockTransport(unittest.TestCase):
    def test_answers_of_every_kind(self):
        transport = testing.MockTransport(
            {
                "KVGet": lambda request: {"value": request.key.encode()},
                "GetPost": NotFoundError("no post"),
                "KVDelete": None,
                "CreatePost": {"post": Post("p", "c")},
            }
        )
        api = testing.load(Hello, transport=transport).api
        self.assertEqual(api.kv_get("key"), b"key")
        self.assertEqual(api.create_post(Post("", "c")).id, "p")
        self.assertIsNone(api.kv_delete("key"))
        with self.assertRaises(NotFoundError):
            api.get_post("p")
        self.assertEqual([method for method, _ in transport.calls], ["KVGet", "CreatePost", "KVDelete", "GetPost"])
        self.assertEqual(transport.requests("KVGet")[0].key, "key")
