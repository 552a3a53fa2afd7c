"""From the host's (hook id, bytes) to a handler of the plugin, and back."""

from __future__ import annotations

from mattermost_plugin._internal.binding import Binding, LifecycleBinding
from mattermost_plugin._internal.hook_table import LIFECYCLE_HOOKS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from mattermost_plugin.plugin import Plugin


class Dispatcher:
    """The hooks of one plugin object. A hook's id is its index in `hooks`, and in `answers` what fires it."""

    def __init__(self, plugin: Plugin) -> None:
        self.hooks = plugin.implemented_hooks()
        self._bindings = [_bind(hook, plugin.get_hook_handler(hook)) for hook in self.hooks]
        self.answers = [self._answer(i) for i in range(len(self._bindings))]

    def dispatch(self, hook_id: int, request: bytes) -> bytes:
        """Calls the handler with a request message; gives the response message. Raises what the handler does."""
        return self.answers[hook_id](request)

    def _answer(self, hook_id: int) -> Callable[[bytes], bytes]:
        binding = self._bindings[hook_id]
        if type(binding) is not Binding:
            answer: Callable[[bytes], bytes] = getattr(binding, "answer", binding.fire)
            return answer

        def first(request: bytes) -> bytes:
            caller = self.answers[hook_id] = binding.caller()
            return caller(request)

        return first

    def prepare(self) -> bool:
        """Imports what the hooks need. Whether one of them is async."""
        coroutine = 0x80  # the flag of such functions
        asynchronous = False
        for binding in self._bindings:
            binding.prepare()
            code = getattr(binding.handler, "__code__", None)
            asynchronous = asynchronous or bool(code and code.co_flags & coroutine)
        return asynchronous

    def binding(self, hook: str) -> Binding:
        """The binding of a hook of `hooks`."""
        return self._bindings[self.hooks.index(hook)]


def _bind(hook: str, handler: Callable[..., Any]) -> Binding:
    if hook in ("ServeHTTP", "ServeMetrics"):
        from mattermost_plugin._internal.http import HTTPBinding

        return HTTPBinding(hook, handler)
    if hook == "FileWillBeUploaded":
        from mattermost_plugin._internal.file_upload import FileBinding

        return FileBinding(hook, handler)
    return (LifecycleBinding if hook in LIFECYCLE_HOOKS else Binding)(hook, handler)
