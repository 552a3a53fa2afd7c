"""How a plugin file says which class is the plugin."""

from __future__ import annotations

from mattermost_plugin.plugin import Plugin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from mattermost_plugin.runtime_config import RuntimeConfig

_loading = False  # whether the host is running the plugin's file now
_registered: type[Plugin] | None = None


def run_plugin(plugin_class: type[Plugin]) -> None:
    """Names the plugin: the last line of plugin.py, usually below ``if __name__ == "__main__":``.

    It returns at once; the host makes the object and calls its hooks. Raises TypeError for what is no subclass of
    Plugin, and RuntimeError when it is called twice.
    """
    global _registered
    if not isinstance(plugin_class, type) or not issubclass(plugin_class, Plugin):
        hint = f": write run_plugin({type(plugin_class).__name__})" if isinstance(plugin_class, Plugin) else ""
        raise TypeError(f"run_plugin takes a subclass of mattermost_plugin.Plugin, not {plugin_class!r}{hint}")
    if not _loading:
        _explain(plugin_class)
        return
    if _registered is not None:
        raise RuntimeError(
            f"run_plugin was called twice, for {_registered.__name__} and for {plugin_class.__name__}: "
            "a bundle holds one plugin"
        )
    _registered = plugin_class


async def serve_plugin(
    plugin_class: type[Plugin],
    config: RuntimeConfig | None = None,
    options: Sequence[tuple[str, int]] | None = None,
) -> None:
    """run_plugin for plugins that start an event loop themselves. The host's configuration counts, not this one."""
    run_plugin(plugin_class)


def _explain(plugin_class: type[Plugin]) -> None:
    """Someone ran the file as a program."""
    import sys

    print(
        f"{plugin_class.__name__} is a Mattermost plugin, which the server starts. "
        "To try it: mmpy invoke . OnActivate; to bundle it: mmpy pack .",
        file=sys.stderr,
    )
