"""Mattermost plugins in Python.

::

    from mattermost_plugin import Plugin, hook, HookName, run_plugin

    class HelloPlugin(Plugin):
        @hook(HookName.MessageWillBePosted)
        def greet(self, plugin_context, post):
            post.message += " (hello!)"
            return post, ""

    if __name__ == "__main__":
        run_plugin(HelloPlugin)

A hook handler is given messages of ``mattermost_plugin.grpc.*_pb2``; ``self.api`` (`PluginAPIClient`) has the methods
of Mattermost's plugin API; `mattermost_plugin.exceptions` draws what these raise; `mattermost_plugin.testing` fires
hooks in unit tests.

Names are imported from their modules when they are first used, so that a plugin starts quickly.
"""

__version__ = "0.1.0"

__all__ = [
    "Plugin",
    "hook",
    "HookName",
    "HookRegistrationError",
    "Command",
    "RuntimeConfig",
    "load_runtime_config",
    "PluginAPIClient",
    "AsyncPluginAPIClient",
    "PluginAPIError",
    "NotFoundError",
    "PermissionDeniedError",
    "ValidationError",
    "AlreadyExistsError",
    "UnavailableError",
    "convert_grpc_error",
    "run_plugin",
    "__version__",
]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mattermost_plugin._internal.wrappers import Command
    from mattermost_plugin.async_client import AsyncPluginAPIClient
    from mattermost_plugin.client import PluginAPIClient
    from mattermost_plugin.exceptions import (
        AlreadyExistsError,
        NotFoundError,
        PermissionDeniedError,
        PluginAPIError,
        UnavailableError,
        ValidationError,
        convert_grpc_error,
    )
    from mattermost_plugin.hooks import HookName, HookRegistrationError, hook
    from mattermost_plugin.plugin import Plugin
    from mattermost_plugin.runtime_config import RuntimeConfig, load_runtime_config
    from mattermost_plugin.server import run_plugin

_HOMES = {
    "Plugin": "plugin",
    "hook": "hooks",
    "HookName": "hooks",
    "HookRegistrationError": "hooks",
    "Command": "_internal.wrappers",
    "RuntimeConfig": "runtime_config",
    "load_runtime_config": "runtime_config",
    "PluginAPIClient": "client",
    "AsyncPluginAPIClient": "async_client",
    "PluginAPIError": "exceptions",
    "NotFoundError": "exceptions",
    "PermissionDeniedError": "exceptions",
    "ValidationError": "exceptions",
    "AlreadyExistsError": "exceptions",
    "UnavailableError": "exceptions",
    "convert_grpc_error": "exceptions",
    "run_plugin": "server",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = __import__(f"{__name__}.{home}", fromlist=[name])
    value = globals()[name] = getattr(module, name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
