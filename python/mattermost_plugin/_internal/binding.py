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


def argument_getters(fields: tuple[str, ...]) -> list[Callable[[Any], Any]]:
    """Functions that take a request and give the handler's arguments; see HOOK_RULES."""
    getters: list[Callable[[Any], Any]] = []
    for field in fields:
        name = field.rstrip("[]?")
        kind = _list if field.endswith("[]") else _optional if field.endswith("?") else attrgetter
        getters.append(kind(name))
    return getters


class Binding:
    """A hook and the handler that a plugin has for it."""

    def __init__(self, hook: str, handler: Callable[..., Any]) -> None:
        self.hook = hook
        self.handler = handler
        fields, self._finish = HOOK_RULES[hook]
        self._arguments = argument_getters(fields)
        self._types: tuple[Any, Any] | None = None  # the modules of messages are imported for the first call

    def fire(self, request: bytes) -> bytes:
        """The response to a request, from message to message. What the handler raises comes out."""
        if self._types is None:
            self._types = hook_messages(self.hook)
        request_type, response_type = self._types
        message = request_type.FromString(request)
        result = run_handler(self.hook, self.handler, *[get(message) for get in self._arguments])
        if self._finish is nothing:
            return b""
        response = response_type()
        self._finish(self.hook, result, response)
        return response.SerializeToString()


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
