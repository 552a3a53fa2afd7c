"""The plugin API for coroutines."""

from __future__ import annotations

from mattermost_plugin.client import PluginAPIClient

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from types import TracebackType
    from typing import Any, Self

    from mattermost_plugin._internal.calls import Transport


class AsyncPluginAPIClient:
    """PluginAPIClient with all its methods as coroutine functions: ``user = await api.get_user(user_id)``.

    A call is carried out when it is awaited. The host answers in microseconds, so other tasks do not run meanwhile.
    """

    def __init__(
        self,
        target: str | None = None,
        *,
        credentials: Any | None = None,
        options: Sequence[tuple[str, int]] | None = None,
        transport: Transport[Any] | None = None,
    ) -> None:
        self._client = PluginAPIClient(target, credentials=credentials, options=options, transport=transport)

    @property
    def target(self) -> str:
        """What was given as target."""
        return self._client.target

    @property
    def connected(self) -> bool:
        """Whether `close` was not called since the last `connect`."""
        return self._client.connected

    async def connect(self) -> None:
        """Does what gRPC plugins expect."""
        self._client.connect()

    async def close(self) -> None:
        """Does what gRPC plugins expect."""
        self._client.close()

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        await self.close()

    def __getattr__(self, name: str) -> Callable[..., Coroutine[Any, Any, Any]]:
        if name.startswith("_"):
            raise AttributeError(name)
        method = getattr(self._client, name)

        async def call(*args: Any, **kwargs: Any) -> Any:
            return method(*args, **kwargs)

        call.__name__ = name
        call.__doc__ = method.__doc__
        self.__dict__[name] = call
        return call

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *(name for name in dir(self._client) if not name.startswith("_"))})
