"""The base class of plugins."""

from __future__ import annotations

from functools import cached_property

from mattermost_plugin.hooks import HookRegistrationError, get_hook_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    import logging
    from asyncio import Task
    from collections.abc import Callable, Coroutine
    from datetime import timedelta
    from typing import Any, ClassVar, TypeVar

    from mattermost_plugin._internal.jobs import Job

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

    @cached_property  # as an ordinary attribute it takes a tenth of the time from the second time on
    def api(self) -> PluginAPIClient:
        """The methods of Mattermost's plugin API."""
        if self._api is None:
            from mattermost_plugin.client import PluginAPIClient

            self._api = PluginAPIClient()
        return self._api

    @cached_property
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

    def create_task(self, coroutine: Coroutine[Any, Any, T], *, name: str | None = None) -> Task[T]:
        """Starts a coroutine that goes on in the background, between hooks, until it ends or the plugin does.

        It runs on the event loop of the async hooks, and may be started from any hook, async or not. When the plugin ends
        it is cancelled. Its exception is logged, unless somebody awaits the task.
        """
        _must_be_loaded("create_task")
        from mattermost_plugin._internal.deferred import spawn
        from mattermost_plugin._internal.hook_runner import Activity

        return spawn(coroutine, Activity(f"task {name or getattr(coroutine, '__qualname__', 'of the plugin')}"), name)

    def schedule(self, when: float | timedelta | str, function: Callable[[], Any], *, name: str | None = None) -> Job:
        """Calls a function, async or not, again and again between hooks. The result's ``cancel()`` ends that.

        Args:
            when: the time from one call to the next, in seconds or as a timedelta; the first comes after that time. Or the
                five fields of cron, in UTC: ``"0 8 * * MON-FRI"``.
            name: what the log calls it.

        An interval is counted from the begin of one call to that of the next, by a clock that nobody sets. A call that is
        due while the one before runs is left out. Each may take as long as a hook; an exception is logged.
        """
        _must_be_loaded("schedule")
        from mattermost_plugin._internal.jobs import Job, name_of, schedule_of

        return Job(function, name_of(function, name), schedule_of(when))

    def schedule_cluster(
        self, key: str, interval: float | timedelta, function: Callable[[], Any], *, name: str | None = None
    ) -> Job:
        """As schedule, for what one server of a cluster is to do, and the others not.

        Args:
            key: what the servers know it by; its keys in the plugin's store are ``cron_KEY`` and ``mutex_cron_KEY``, as
                those of Mattermost's package for Go plugins.
            interval: counted from the end of the last call, on whichever server it was. The first comes at once when
                there was none.
        """
        _must_be_loaded("schedule_cluster")
        from mattermost_plugin._internal.cluster_jobs import ClusterJob
        from mattermost_plugin._internal.jobs import name_of

        return ClusterJob(self.api, key, interval, function, name_of(function, name or key))

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


def _must_be_loaded(method: str) -> None:
    from mattermost_plugin._internal import hook_runner

    if hook_runner.loading:
        raise RuntimeError(f"{method}() is for hooks, such as OnActivate: the plugin is only being loaded")


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
