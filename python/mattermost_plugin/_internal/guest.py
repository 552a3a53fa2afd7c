"""The entry module of a plugin's interpreter: what the host calls to load the plugin and to fire its hooks."""

from __future__ import annotations

import json
import sys

from mattermost_plugin import runtime_config, server
from mattermost_plugin._internal import driving, hook_runner
from mattermost_plugin._internal import logging as host_logging
from mattermost_plugin._internal.asyncio_import import use_guest_event_loop
from mattermost_plugin._internal.dispatch import Dispatcher
from mattermost_plugin._internal.hook_runner import raise_at_deadline
from mattermost_plugin._internal.no_threads import explain
from mattermost_plugin._internal.socket_import import use_host_connections
from mattermost_plugin.plugin import Plugin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_dispatcher: Dispatcher | None = None
dispatch: list[Callable[[bytes], bytes]] = []  # what fires each hook of the plugin that load has started, by its id


class PluginLoadError(Exception):
    """The plugin's file does not make a plugin."""


def load(argument: str) -> bytes:
    """Starts the plugin that argument, a JSON object, describes.

    Its members: path (of plugin.py), and optionally plugin_id, hook_timeout (seconds), log_level. The result is an
    ImplementedResponse; a hook's id is its index there. What the plugin's own code raises comes out.
    """
    global _dispatcher, dispatch
    options = json.loads(argument)
    path = options["path"]
    config = runtime_config.RuntimeConfig(
        plugin_id=options.get("plugin_id") or "",
        plugin_path=path.rpartition("/")[0],
        hook_timeout=float(options.get("hook_timeout") or runtime_config.DEFAULT_HOOK_TIMEOUT),
        log_level=options.get("log_level") or runtime_config.DEFAULT_LOG_LEVEL,
    )
    runtime_config._set_from_host(config)
    host_logging.configure(config.log_level)
    raise_at_deadline(config.hook_timeout)
    use_guest_event_loop()
    explain()
    use_host_connections()
    hook_runner.loading = True
    plugin = create_plugin(find_plugin_class(run_file(path), path), config)
    hook_runner.loading = False
    _dispatcher = Dispatcher(plugin)
    hook_runner.driven = True
    dispatch = _dispatcher.answers
    from mattermost_plugin.grpc.hooks_lifecycle_pb2 import ImplementedResponse

    return ImplementedResponse(hooks=_dispatcher.hooks).SerializeToString()


wake = driving.wake


def freeze() -> None:
    """Imports what hooks and API calls will need: a snapshot is about to be taken, in which it takes no time."""
    from mattermost_plugin import client  # noqa: F401
    from mattermost_plugin.grpc import (  # noqa: F401
        api_access_control_pb2,
        api_channel_post_pb2,
        api_file_bot_pb2,
        api_kv_config_pb2,
        api_remaining_pb2,
        api_user_team_pb2,
    )

    if _dispatcher is not None and _dispatcher.prepare():
        import asyncio  # noqa: F401

        from mattermost_plugin._internal import deferred  # noqa: F401


def run_file(path: str) -> ModuleType:
    """Runs a Python file as ``__main__``. Modules beside it, and in ``lib`` beside it, can be imported."""
    folder = path.rpartition("/")[0] or "."
    sys.path[:0] = [folder, f"{folder}/lib"]
    sys.argv = [path]
    with open(path, "rb") as file:
        code = compile(file.read(), path, "exec", dont_inherit=True)
    main = type(sys)("__main__")
    main.__file__ = path
    main.__builtins__ = __builtins__
    sys.modules["__main__"] = main
    server._registered = None
    server._loading = True
    try:
        exec(code, main.__dict__)
    except SystemExit as error:
        if error.code:
            raise PluginLoadError(f"{path} ended with sys.exit({error.code!r})") from error
    finally:
        server._loading = False
    return main


def find_plugin_class(main: ModuleType, path: str) -> type[Plugin]:
    """The class given to run_plugin or, when none was, the only subclass of Plugin that the file defines."""
    if server._registered is not None:
        return server._registered
    own = {
        value: None
        for value in vars(main).values()
        if isinstance(value, type) and issubclass(value, Plugin) and value.__module__ == "__main__"
    }
    leaves = [cls for cls in own if not any(issubclass(other, cls) for other in own if other is not cls)]
    if len(leaves) == 1:
        return leaves[0]
    if leaves:
        names = ", ".join(cls.__name__ for cls in leaves)
        raise PluginLoadError(
            f"{path} defines {len(leaves)} plugins ({names}) and does not say which to run: "
            f"end the file with run_plugin({leaves[-1].__name__})"
        )
    raise PluginLoadError(
        f"{path} defines no plugin: write a subclass of mattermost_plugin.Plugin, "
        "and end the file with run_plugin(YourPlugin)"
    )


def create_plugin(plugin_class: type[Plugin], config: runtime_config.RuntimeConfig) -> Plugin:
    """The plugin's object, made without arguments. Its constructor's exceptions come out."""
    try:
        plugin = plugin_class()
    except Exception as error:
        error.add_note(f"{plugin_class.__name__}() failed: the host makes the plugin's object without arguments")
        raise
    if plugin._config is None:
        plugin._config = config
    return plugin
