"""The one way by which every API method reaches the host."""

from __future__ import annotations

import _mmpy

from mattermost_plugin.exceptions import convert_app_error, convert_status_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn, TypeVar

    M = TypeVar("M", bound=_mmpy.Message)
    Transport = Callable[[str, _mmpy.Message, type[M]], M]


def _raise_app_error(error: Any) -> NoReturn:
    raise convert_app_error(error)


def _raise_status_error(error: _mmpy.StatusError) -> NoReturn:
    raise convert_status_error(error) from None


class APICalls:
    """Base of the mixins that make up PluginAPIClient."""

    # (method, request, response_type) → the response of the plugin API's method of that name; (…, field, read) → what read
    # makes of the message in that field of it, the list of that where there are several. Raises PluginAPIError, or the
    # subclass that fits, when the server answers with an AppError or the host does not carry the call out.
    _invoke: Any = _mmpy.invoker(_raise_app_error, _raise_status_error)

    _transport: Any = None  # in place of the host

    def _call_through(self, transport: Transport[Any]) -> None:
        """Has calls answered by a transport in place of the host."""

        def invoke(
            method: str, request: _mmpy.Message, response_type: type[M], field: str = "", read: Callable[[Any], Any] | None = None
        ) -> Any:
            try:
                response: M = transport(method, request, response_type)
            except _mmpy.StatusError as error:
                raise convert_status_error(error) from None
            if response.HasField("error"):
                raise convert_app_error(response.error)
            if read is None:
                return response
            value = getattr(response, field)
            return read(value) if isinstance(value, _mmpy.Message) else list(map(read, value))

        self._transport, self._invoke = transport, invoke


class AsyncAPICalls:
    """Base of the mixins that make up AsyncPluginAPIClient."""

    _transport: Any = None  # in place of the host; called directly

    def _call_through(self, transport: Transport[Any]) -> None:
        """Has calls answered by a transport in place of the host."""
        self._transport = transport

    async def _invoke(self, method: str, request: _mmpy.Message, response_type: type[M]) -> M:
        """The response of the plugin API's method of that name. Other tasks, and other hooks, go on meanwhile.

        Raises what `APICalls._invoke` does. When it is cancelled the answer is lost, but Mattermost may have done what
        it was asked for.
        """
        try:
            response = await self._answer(method, request, response_type)
        except _mmpy.StatusError as error:
            raise convert_status_error(error) from None
        if response.HasField("error"):
            raise convert_app_error(response.error)
        return response

    async def _answer(self, method: str, request: _mmpy.Message, response_type: type[M]) -> M:
        if self._transport is not None:
            return self._transport(method, request, response_type)
        from asyncio.events import _get_running_loop

        from mattermost_plugin._internal.event_loop import GuestEventLoop

        loop = _get_running_loop()
        if isinstance(loop, GuestEventLoop):
            return await loop.call_api(method, request, response_type)
        return _mmpy.call(method, request, response_type)  # a loop of the plugin's own, or none
