"""Loading plugin files as the host does."""

import json
import logging
import sys
import tempfile
import traceback
import unittest
from pathlib import Path
from unittest import mock

import _mmpy
from mattermost_plugin import load_runtime_config, runtime_config
from mattermost_plugin._internal import guest, hook_runner
from mattermost_plugin._internal.guest import PluginLoadError
from mattermost_plugin.grpc import hooks_command_pb2, hooks_lifecycle_pb2, hooks_message_pb2

HELLO = """
import logging
from mattermost_plugin import Plugin, hook, HookName
from mattermost_plugin.server import run_plugin

class Hello(Plugin):
    def __init__(self):
        self.seen = 0

    @hook(HookName.OnActivate)
    def activate(self):
        self.logger.info("activated %s", self.config.plugin_id)

    @hook(HookName.MessageWillBePosted)
    def filter(self, context, post):
        self.seen += 1
        post.message += f" #{self.seen}"
        return post, ""

    @hook(HookName.ExecuteCommand)
    def command(self, context, args):
        return {"text": args.command.upper()}

if __name__ == "__main__":
    run_plugin(Hello)
"""


class GuestTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        main, path, argv = sys.modules["__main__"], list(sys.path), list(sys.argv)
        handlers, level = list(logging.root.handlers), logging.root.level
        modules = set(sys.modules)

        def restore():
            sys.modules["__main__"], sys.path[:], sys.argv[:] = main, path, argv
            logging.root.handlers[:] = handlers
            logging.root.setLevel(level)
            runtime_config._from_host = None
            for name in set(sys.modules) - modules:
                if not name.startswith(("mattermost_plugin", "google", "asyncio")):
                    del sys.modules[name]

        self.addCleanup(restore)
        patch = mock.patch.object(hook_runner, "raise_at_deadline")
        patch.start()
        self.addCleanup(patch.stop)
        self.logged = []
        patch = mock.patch.object(_mmpy, "log", lambda level, text: self.logged.append((level, text)))
        patch.start()
        self.addCleanup(patch.stop)

    def load(self, source, **options):
        path = self.folder / "plugin.py"
        path.write_text(source, encoding="utf-8")
        with mock.patch.object(guest, "raise_at_deadline"):
            data = guest.load(json.dumps({"path": str(path), **options}))
        return list(hooks_lifecycle_pb2.ImplementedResponse.FromString(data).hooks)


class AWorkingPlugin(GuestTest):
    def test_its_hooks_are_told_in_order_and_answer_by_index(self):
        hooks = self.load(HELLO, plugin_id="com.example.hello")
        self.assertEqual(hooks, ["ExecuteCommand", "MessageWillBePosted", "OnActivate"])

        request = hooks_message_pb2.MessageWillBePostedRequest(post={"message": "hi"}).SerializeToString()
        for expected in ("hi #1", "hi #2"):
            response = hooks_message_pb2.MessageWillBePostedResponse.FromString(guest.dispatch[1](request))
            self.assertEqual(response.modified_post.message, expected)

        request = hooks_command_pb2.ExecuteCommandRequest(args={"command": "/hello"}).SerializeToString()
        response = hooks_command_pb2.ExecuteCommandResponse.FromString(guest.dispatch[0](request))
        self.assertEqual(response.response.text, "/HELLO")

    def test_its_log_reaches_the_host_with_its_level(self):
        hooks = self.load(HELLO, plugin_id="com.example.hello")
        guest.dispatch[hooks.index("OnActivate")](b"")
        self.assertEqual(self.logged, [(2, "activated com.example.hello")])

    def test_configuration_comes_from_the_host(self):
        self.load(HELLO, plugin_id="p", hook_timeout=5, log_level="DEBUG")
        config = load_runtime_config()
        self.assertEqual((config.plugin_id, config.hook_timeout, config.log_level), ("p", 5.0, "DEBUG"))
        self.assertEqual(config.plugin_path, str(self.folder))
        self.assertEqual(logging.root.level, logging.DEBUG)

    def test_it_imports_modules_beside_it_and_in_lib(self):
        (self.folder / "beside_it.py").write_text("WORD = 'beside'")
        (self.folder / "lib").mkdir()
        (self.folder / "lib" / "vendored_one.py").write_text("WORD = 'lib'")
        self.load("from beside_it import WORD\nfrom vendored_one import WORD as OTHER\n" + HELLO)
        self.assertEqual((sys.modules["__main__"].WORD, sys.modules["__main__"].OTHER), ("beside", "lib"))

    def test_run_plugin_may_be_missing_when_there_is_one_class(self):
        hooks = self.load(HELLO.partition("if __name__")[0])
        self.assertEqual(hooks, ["ExecuteCommand", "MessageWillBePosted", "OnActivate"])

    def test_an_abstract_base_in_the_file_is_not_a_second_plugin(self):
        source = HELLO.partition("if __name__")[0] + "class Sub(Hello): pass\n"
        self.load(source)
        self.assertEqual(type(guest._dispatcher._bindings[0].handler.__self__).__name__, "Sub")

    def test_a_plugin_that_serves_itself_with_asyncio(self):
        source = "import asyncio\nfrom mattermost_plugin.server import serve_plugin\n" + HELLO
        self.assertEqual(len(self.load(source.replace("run_plugin(Hello)", "asyncio.run(serve_plugin(Hello))"))), 3)

    def test_leaving_with_success_is_fine(self):
        self.assertEqual(len(self.load(HELLO + "    raise SystemExit(0)\n")), 3)

    def test_a_constructor_that_hands_on_its_arguments(self):
        own = "def __init__(self, api=None, config=None, logger=None):\n        super().__init__(api, config, logger)"
        source = HELLO.replace("def __init__(self):", own)
        self.load(source, plugin_id="p")
        self.assertEqual(guest._dispatcher._bindings[0].handler.__self__.config.plugin_id, "p")


class Mistakes(GuestTest):
    def test_a_syntax_error_names_file_and_line(self):
        with self.assertRaises(SyntaxError) as caught:
            self.load("def broken(:\n")
        self.assertEqual((caught.exception.filename, caught.exception.lineno), (str(self.folder / "plugin.py"), 1))

    def test_no_file(self):
        with mock.patch.object(guest, "raise_at_deadline"), self.assertRaises(FileNotFoundError):
            guest.load(json.dumps({"path": str(self.folder / "plugin.py")}))

    def test_no_plugin(self):
        with self.assertRaisesRegex(PluginLoadError, "defines no plugin: write a subclass"):
            self.load("x = 1\n")

    def test_an_imported_plugin_class_is_not_taken_for_the_plugin(self):
        with self.assertRaisesRegex(PluginLoadError, "defines no plugin"):
            self.load("from mattermost_plugin import Plugin\n")

    def test_several_plugins(self):
        source = "from mattermost_plugin import Plugin\nclass A(Plugin): pass\nclass B(Plugin): pass\n"
        with self.assertRaisesRegex(PluginLoadError, r"defines 2 plugins \(A, B\) .* run_plugin\(B\)"):
            self.load(source)

    def test_run_plugin_twice(self):
        with self.assertRaisesRegex(RuntimeError, "run_plugin was called twice, for Hello and for Hello"):
            self.load(HELLO + "    run_plugin(Hello)\n")

    def test_run_plugin_with_something_else(self):
        for argument, hint in (("Hello()", r"write run_plugin\(Hello\)"), ("int", "not <class 'int'>")):
            with self.subTest(argument), self.assertRaisesRegex(TypeError, hint):
                self.load(HELLO.replace("run_plugin(Hello)", f"run_plugin({argument})"))

    def test_a_constructor_that_raises(self):
        with self.assertRaises(ZeroDivisionError) as caught:
            self.load(HELLO.replace("self.seen = 0", "self.seen = 1 / 0"))
        self.assertIn("Hello() failed", caught.exception.__notes__[0])

    def test_a_constructor_that_wants_arguments(self):
        with self.assertRaisesRegex(TypeError, "missing 1 required positional argument: 'token'") as caught:
            self.load(HELLO.replace("def __init__(self):", "def __init__(self, token):"))
        self.assertIn("without arguments", caught.exception.__notes__[0])

    def test_leaving_with_a_failure(self):
        with self.assertRaisesRegex(PluginLoadError, r"ended with sys.exit\('no licence'\)"):
            self.load("import sys\nsys.exit('no licence')\n")

    def test_the_traceback_shows_the_authors_lines(self):
        hooks = self.load(HELLO.replace("self.seen += 1", "self.seen += None  # this line"))
        try:
            guest.dispatch[hooks.index("MessageWillBePosted")](b"")
        except TypeError:
            text = traceback.format_exc()
        self.assertIn("self.seen += None  # this line", text)
        self.assertIn(f'File "{self.folder / "plugin.py"}"', text)


class RunPluginElsewhere(unittest.TestCase):
    def test_it_explains_itself(self):
        import contextlib
        import io

        from mattermost_plugin import Plugin, run_plugin

        with contextlib.redirect_stderr(io.StringIO()) as stderr:
            run_plugin(type("Mine", (Plugin,), {}))
        self.assertIn("Mine is a Mattermost plugin, which the server starts", stderr.getvalue())
