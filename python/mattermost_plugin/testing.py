"""Unit tests of plugins, without a server.

``mmpy test DIR`` runs the ``unittest`` tests of a plugin in the sandbox, where the plugin API is answered by a small
Mattermost in memory::

    import unittest
    from mattermost_plugin import testing
    from plugin import HelloPlugin

    class Greeting(unittest.TestCase):
        def setUp(self):
            self.hello = testing.start(HelloPlugin)

        def test_bad_words_are_rejected(self):
            answer = self.hello.message_will_be_posted("a badword here")
            self.assertIn("badword", answer.rejection_reason)

        def test_the_command_greets(self):
            answer = self.hello.execute_command("/hello")
            self.assertEqual(answer.response.text, "Hello!")

``mattermost_plugin.PluginAPIClient()`` asks the same Mattermost, to prepare a test or to see what became of it. Where a
test wants answers that no server gives, it puts a `MockTransport` in its place.
"""

from __future__ import annotations

from mattermost_plugin._internal.dispatch import Dispatcher
from mattermost_plugin._internal.hook_messages import HOOK_MESSAGES, hook_messages
from mattermost_plugin._internal.hook_table import HOOK_RULES
from mattermost_plugin._internal.http_headers import WithHeaders, dict_to_headers, headers_to_dict
from mattermost_plugin._internal.results import snake_case
from mattermost_plugin._internal.wire import as_message
from mattermost_plugin.client import PluginAPIClient
from mattermost_plugin.exceptions import convert_app_error
from mattermost_plugin.runtime_config import RuntimeConfig

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType
    from typing import Any, Self

    from _mmpy import Message

    from mattermost_plugin._internal.calls import Transport
    from mattermost_plugin.plugin import Plugin

    Answer = Message | Mapping[str, Any] | BaseException | Callable[[Any], Any] | None

_HOOK_OF = {snake_case(hook): hook for hook in HOOK_RULES}

# Where a text stands for a message, it is this field of it.
_TEXT_FIELD = {"post": "message", "new_post": "message", "old_post": "message", "args": "command"}


class Harness:
    """A plugin object whose hooks a test fires, with the same conventions as the server's.

    Each hook is a method by its Python name, such as ``message_will_be_posted`` or ``execute_command``. Its arguments
    are those of the handler without the plugin_context, by position or by name: messages, wrappers, dicts of fields, or
    a text, which is the message of a post and what was typed of a command. The result is the hook's response message;
    an exception in the handler comes out as it is.

    As a context manager, it deactivates the plugin at the end.

    Attributes:
        plugin: the plugin's object.
        api: its API client.
    """

    def __init__(self, plugin: Plugin) -> None:
        self.plugin = plugin
        self.api = plugin.api
        self._dispatcher = Dispatcher(plugin)

    def fire(self, hook: str, /, **fields: Any) -> Any:
        """Fires a hook by its name in Mattermost, such as ``MessageWillBePosted``, with fields of its request.

        Raises NotImplementedError when the plugin has no handler for it.
        """
        hook = str.__str__(hook)
        if hook not in HOOK_MESSAGES:
            raise ValueError(f"Mattermost has no hook {hook!r}")
        if hook not in self._dispatcher.hooks:
            raise NotImplementedError(f"{type(self.plugin).__name__} has no handler for {hook}")
        request_type, response_type = hook_messages(hook)
        request = request_type(**{name: _field(name, value) for name, value in fields.items()})
        binding = self._dispatcher.binding(hook)
        return response_type.FromString(binding.fire(request.SerializeToString()))

    def request(
        self,
        method: str = "GET",
        url: str = "/",
        body: bytes | str = b"",
        *,
        headers: Mapping[str, str | list[str]] | None = None,
        user_id: str = "",
        hook: str = "ServeHTTP",
    ) -> HTTPAnswer:
        """Sends a request to the plugin, and gives the whole of its response.

        Args:
            url: path and query, below the plugin's prefix.
            user_id: who is logged in.
            hook: ``ServeHTTP``, or ``ServeMetrics``.
        """
        content = body.encode() if isinstance(body, str) else body
        sent: dict[str, Any] = dict(headers or {})
        if user_id:
            sent["Mattermost-User-Id"] = user_id
        config = self.plugin.config
        init = {
            "method": method,
            "url": url,
            "proto": "HTTP/1.1",
            "proto_major": 1,
            "proto_minor": 1,
            "headers": dict_to_headers(sent),
            "host": "localhost:8065",
            "remote_addr": "127.0.0.1:50000",
            "request_uri": f"/plugins/{config.plugin_id if config else 'test'}{url}",
            "content_length": len(content),
        }
        return HTTPAnswer(self.fire(hook, init=init, body_chunk=content, body_complete=True))

    def wait(self, seconds: float) -> None:
        """Lets time pass, in which background tasks go on and jobs are done. In a test they have no other time."""
        from mattermost_plugin._internal.driving import run_for

        run_for(seconds)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        hook = _HOOK_OF.get(name)
        if hook is None:
            raise AttributeError(f"Harness has no attribute {name!r}, and Mattermost no hook of that name")
        fields = [field.rstrip("[]?") for field in HOOK_RULES[hook][0] if field != "plugin_context"]

        def fire(*args: Any, **named: Any) -> Any:
            if len(args) > len(fields):
                raise TypeError(f"{name} takes {', '.join(fields) or 'no arguments'}")
            return self.fire(hook, **dict(zip(fields, args)), **named)

        return fire

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *(snake_case(hook) for hook in self._dispatcher.hooks)})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        if self.plugin.has_hook("OnDeactivate"):
            self.fire("OnDeactivate")


class HTTPAnswer(WithHeaders):
    """The response to a request of `Harness.request`.

    Attributes: status_code, headers (lists of values by name), body (bytes).
    """

    def __init__(self, response: Any) -> None:
        self.status_code: int = response.init.status_code
        self.headers = headers_to_dict(response.init.headers)
        self.body: bytes = response.body_chunk

    @property
    def text(self) -> str:
        """The body as UTF-8."""
        return self.body.decode()

    def json(self) -> Any:
        """The value that the body is as JSON."""
        from json import loads

        return loads(self.body)


def load(
    plugin_class: type[Plugin],
    *,
    transport: Transport[Any] | None = None,
    config: RuntimeConfig | None = None,
) -> Harness:
    """Makes the plugin's object as the host does, and does not activate it. What is logged goes to the host.

    Args:
        transport: answers the plugin's API calls in place of the Mattermost in memory.
        config: what `Plugin.config` is to be.
    """
    plugin = plugin_class()
    if transport is not None:
        plugin._api = PluginAPIClient(transport=transport)
    if plugin._config is None:
        plugin._config = config or RuntimeConfig(plugin_id="test")
    plugin._config.configure_logging()
    return Harness(plugin)


def start(
    plugin_class: type[Plugin],
    *,
    transport: Transport[Any] | None = None,
    config: RuntimeConfig | None = None,
) -> Harness:
    """Makes the plugin's object and activates it: OnConfigurationChange, then OnActivate, those that it has.

    What they raise comes out; a failure that OnActivate returns is raised as a PluginAPIError. The arguments are those
    of `load`.
    """
    harness = load(plugin_class, transport=transport, config=config)
    for hook in ("OnConfigurationChange", "OnActivate"):
        if harness.plugin.has_hook(hook):
            response = harness.fire(hook)
            if response.HasField("error"):
                raise convert_app_error(response.error)
    return harness


class MockTransport:
    """Answers API calls from a table, and remembers them.

    ::

        transport = MockTransport({
            "GetUser": {"user": {"id": "u1", "username": "ada"}},          # fields of the response
            "KVGet": lambda request: {"value": store.get(request.key)},    # or a function of the request
            "CreatePost": PermissionDeniedError("not here"),               # or what the call raises
            "LogInfo": None,                                               # or an empty response
        })
        hello = testing.start(HelloPlugin, transport=transport)
        self.assertEqual(transport.requests("GetUser")[0].user_id, "u1")

    A method that is not in the table is an AssertionError.

    Attributes:
        calls: (method, request message) of each call, in their order.
    """

    def __init__(self, answers: Mapping[str, Answer] | None = None) -> None:
        self.answers = dict(answers or {})
        self.calls: list[tuple[str, Any]] = []

    def requests(self, method: str) -> list[Any]:
        """The requests of the calls of one method."""
        return [request for name, request in self.calls if name == method]

    def __call__(self, method: str, request: Any, response_type: type[Any]) -> Any:
        self.calls.append((method, request))
        if method not in self.answers:
            raise AssertionError(f"unexpected API call {method}({request})")
        answer: Any = self.answers[method]
        if callable(answer) and not isinstance(answer, type):
            answer = answer(request)
        if isinstance(answer, BaseException):
            raise answer
        if answer is None:
            return response_type()
        if isinstance(answer, response_type):
            return answer
        return response_type(**{name: as_message(value) for name, value in answer.items()})


def _field(name: str, value: Any) -> Any:
    if isinstance(value, str) and name in _TEXT_FIELD:
        return {_TEXT_FIELD[name]: value}
    if isinstance(value, (list, tuple)):
        return [_field("post", item) if name == "posts" else as_message(item) for item in value]
    return as_message(value)
