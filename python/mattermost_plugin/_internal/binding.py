"""A hook, and the handler that a plugin has for it: from message to message."""

from __future__ import annotations

from _operator import attrgetter

from mattermost_plugin._internal.hook_messages import hook_messages
from mattermost_plugin._internal.hook_runner import run_handler
from mattermost_plugin._internal.hook_table import HOOK_RULES
from mattermost_plugin._internal.results import nothing, set_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def _list(name: str) -> Callable[[Any], list[Any]]:
    return lambda request: list(getattr(request, name))


def _optional(name: str) -> Callable[[Any], Any]:
    return lambda request: getattr(request, name) if request.HasField(name) else None


def argument_getter(fields: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """A function that takes a request and gives the handler's arguments; see HOOK_RULES."""
    if len(fields) > 1 and all(field.isidentifier() for field in fields):
        return attrgetter(*fields)
    getters: list[Callable[[Any], Any]] = []
    for field in fields:
        name = field.rstrip("[]?")
        kind = _list if field.endswith("[]") else _optional if field.endswith("?") else attrgetter
        getters.append(kind(name))
    return lambda request: tuple([get(request) for get in getters])


class Binding:
    """A hook and the handler that a plugin has for it."""

    def __init__(self, hook: str, handler: Callable[..., Any]) -> None:
        self.hook = hook
        self.handler = handler
        fields, self._finish = HOOK_RULES[hook]
        self._arguments = argument_getter(fields)
        self._decode: Callable[[bytes], Any] | None = None
        self._response: Any = None

    def _prepare(self) -> Callable[[bytes], Any]:
        """Imports the modules of the messages, for the first call."""
        request, self._response = hook_messages(self.hook)
        self._decode = request.FromString
        return self._decode

    def fire(self, request: bytes) -> bytes:
        """The response to a request, from message to message. What the handler raises comes out."""
        message = (self._decode or self._prepare())(request)
        result = run_handler(self.hook, self.handler, *self._arguments(message))
        if self._finish is nothing:
            return b""
        response = self._response()
        self._finish(self.hook, result, response)
        encoded: bytes = response.SerializeToString()
        return encoded


class LifecycleBinding(Binding):
    """A hook whose handler's exceptions are part of the answer. The traceback goes to the log."""

    def answer(self, request: bytes) -> bytes:
        """As fire, but what the handler raises is in the response."""
        try:
            return self.fire(request)
        except Exception as error:
            import logging

            logging.getLogger("mattermost_plugin").exception("%s failed", self.hook)
            response = hook_messages(self.hook)[1]()
            set_error(self.hook, response, error)
            return response.SerializeToString()
