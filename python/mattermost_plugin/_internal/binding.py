"""A hook, and the handler that a plugin has for it: from message to message."""

from __future__ import annotations

from _operator import attrgetter

from mattermost_plugin._internal.hook_messages import hook_messages
from mattermost_plugin._internal.hook_runner import answer_hook
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
        """The response to a request, from message to message. What the handler raises comes out.

        It is PENDING when the handler is async and waits, and the host drives the event loop.
        """
        return self._fire(request)

    def _fire(self, request: bytes, failed: Callable[[Exception], bytes] | None = None) -> bytes:
        if self._types is None:
            self._types = hook_messages(self.hook)
        message = self._types[0].FromString(request)
        return answer_hook(self.hook, self.handler, [get(message) for get in self._arguments], self._respond, failed)

    def _respond(self, result: Any) -> bytes:
        """The response for what the handler has returned."""
        if self._finish is nothing:
            return b""
        assert self._types is not None
        response = self._types[1]()
        self._finish(self.hook, result, response)
        return response.SerializeToString()


class LifecycleBinding(Binding):
    """A hook whose handler's exceptions are part of the answer. The traceback goes to the log."""

    def answer(self, request: bytes) -> bytes:
        """As fire, but what the handler raises is in the response."""
        try:
            return self._fire(request, self._failed)
        except Exception as error:
            return self._failed(error)

    def _failed(self, error: Exception) -> bytes:
        import logging

        logging.getLogger("mattermost_plugin").error("%s failed", self.hook, exc_info=error)
        response = hook_messages(self.hook)[1]()
        set_error(self.hook, response, error)
        return response.SerializeToString()
