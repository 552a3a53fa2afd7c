"""The base class of plugins."""

from __future__ import annotations

from mattermost_plugin.hooks import HookRegistrationError, get_hook_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    import logging
    from collections.abc import Callable
    from typing import Any, ClassVar

    from mattermost_plugin.client import PluginAPIClient
    from mattermost_plugin.runtime_config import RuntimeConfig


class Plugin:
    """A plugin: a subclass with methods marked by ``@hook``.

    The host makes one object of the class, without arguments, and keeps it while the plugin runs. A subclass inherits
    the hooks of its bases, mixins included, overrides them by method name, and may answer them with other methods.
    """

    _hook_registry: ClassVar[dict[str, Callable[..., Any]]] = {}
    _hook_attributes: ClassVar[dict[str, str]] = {}

    # Set on the object, by __init__ or later by the host: a subclass need not call super().__init__().
    _api: PluginAPIClient | None = None
    _config: RuntimeConfig | None = None
    _logger: logging.Logger | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        attributes: dict[str, str] = {}
        for base in reversed(cls.__mro__[:-1]):  # all but object
            attributes |= _own_hooks(base)
        cls._hook_attributes = {
            hook: attribute for hook, attribute in attributes.items() if _answers(getattr(cls, attribute, None), hook)
        }
        cls._hook_registry = {hook: getattr(cls, attribute) for hook, attribute in cls._hook_attributes.items()}

    def __init__(
        self,
        api: PluginAPIClient | None = None,
        config: RuntimeConfig | None = None,
        logger: logging.Logger | None = None,
    ) -> None:
        self._api = api
        self._config = config
        self._logger = logger

    @property
    def api(self) -> PluginAPIClient:
        """The methods of Mattermost's plugin API."""
        if self._api is None:
            from mattermost_plugin.client import PluginAPIClient

            self._api = PluginAPIClient()
        return self._api

    @property
    def logger(self) -> logging.Logger:
        """A logger whose records reach the server's log with their level."""
        if self._logger is None:
            import logging

            self._logger = logging.getLogger(type(self).__name__)
        return self._logger

    @property
    def config(self) -> RuntimeConfig | None:
        """What the host told the plugin about its surroundings. The plugin's settings are `api.get_plugin_config()`."""
        return self._config

    @classmethod
    def implemented_hooks(cls) -> list[str]:
        """The names of the hooks that the class answers, sorted."""
        return sorted(cls._hook_registry)

    @classmethod
    def has_hook(cls, name: str) -> bool:
        """Whether the class answers the hook."""
        return name in cls._hook_registry

    def invoke_hook(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """What the handler of the hook returns. Raises NotImplementedError when there is none."""
        handler = self.get_hook_handler(name)
        if handler is None:
            raise NotImplementedError(f"{type(self).__name__} has no handler for {name}")
        return handler(*args, **kwargs)

    def get_hook_handler(self, name: str) -> Callable[..., Any] | None:
        """The bound method that answers the hook, or None."""
        attribute = self._hook_attributes.get(name)
        return None if attribute is None else getattr(self, attribute)


def _own_hooks(cls: type) -> dict[str, str]:
    """The attribute for each hook that the class itself marks, not its bases."""
    attributes: dict[str, str] = {}
    for attribute, value in vars(cls).items():
        hook = get_hook_name(value)
        if hook is None:
            continue
        if hook in attributes:
            raise HookRegistrationError(
                f"{cls.__qualname__} has two handlers for {hook}: {attributes[hook]} and {attribute}"
            )
        attributes[hook] = attribute
    return attributes


def _answers(value: Any, hook: str) -> bool:
    """Whether the attribute still answers the hook: in a subclass, None or another hook's handler may have its name."""
    return callable(value) and get_hook_name(value) in (hook, None)
