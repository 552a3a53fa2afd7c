"""A hook, and the handler that a plugin has for it: from message to message."""

from __future__ import annotations

import _mmpy

from mattermost_plugin._internal import hook_runner
from mattermost_plugin._internal.hook_messages import hook_messages
from mattermost_plugin._internal.hook_table import HOOK_RULES
from mattermost_plugin._internal.results import nothing, set_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Binding:
    """A hook and the handler that a plugin has for it."""

    # Makes the answer of an exception that an async handler raises after the host was told to wait.
    _failed: Callable[[Exception], bytes] | None = None

    def __init__(self, hook: str, handler: Callable[..., Any]) -> None:
        self.hook = hook
        self.handler = handler
        self._caller: Callable[[bytes], bytes] | None = None

    def caller(self) -> Callable[[bytes], bytes]:
        """What fires the hook, made in C. The modules of its messages are imported now: call it for the first hook."""
        if self._caller is None:
            request, response = hook_messages(self.hook)
            arguments, finish = HOOK_RULES[self.hook]
            self._caller = _mmpy.hook(
                self.hook,
                self.handler,
                request,
                None if finish is nothing else response,
                arguments,
                getattr(finish, "field", None),
                finish,
                vars(hook_runner),
                self._failed,
            )
        return self._caller

    def prepare(self) -> None:
        """Imports what the hook needs."""
        self.caller()

    def fire(self, request: bytes) -> bytes:
        """The response to a request, from message to message. What the handler raises comes out.

        It is PENDING when the handler is async and waits, and the host drives the event loop.
        """
        return self.caller()(request)


class LifecycleBinding(Binding):
    """A hook whose handler's exceptions are part of the answer. The traceback goes to the log."""

    def answer(self, request: bytes) -> bytes:
        """As fire, but what the handler raises is in the response."""
        try:
            return self.fire(request)
        except Exception as error:
            return self._failed(error)

    def _failed(self, error: Exception) -> bytes:
        import logging

        logging.getLogger("mattermost_plugin").error("%s failed", self.hook, exc_info=error)
        response = hook_messages(self.hook)[1]()
        set_error(self.hook, response, error)
        return response.SerializeToString()
