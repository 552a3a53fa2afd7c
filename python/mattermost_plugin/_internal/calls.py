"""The one way by which every API method reaches the host."""

from __future__ import annotations

import _mmpy

from mattermost_plugin.exceptions import convert_app_error, convert_status_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    M = TypeVar("M", bound=_mmpy.Message)
    Transport = Callable[[str, _mmpy.Message, type[M]], M]


class APICalls:
    """Base of the mixins that make up PluginAPIClient."""

    _transport: Any = staticmethod(_mmpy.call)

    def _invoke(self, method: str, request: _mmpy.Message, response_type: type[M]) -> M:
        """The response of the plugin API's method of that name.

        Raises PluginAPIError, or the subclass that fits, when the server answers with an AppError or the host does not
        carry the call out.
        """
        try:
            response = self._transport(method, request, response_type)
        except _mmpy.StatusError as error:
            raise convert_status_error(error) from None
        if response.HasField("error"):
            raise convert_app_error(response.error)
        return response


class AsyncAPICalls(APICalls):
    """Base of the mixins that make up AsyncPluginAPIClient."""

    async def _invoke(self, method: str, request: _mmpy.Message, response_type: type[M]) -> M:  # type: ignore[override]
        """As APICalls._invoke; the call is carried out when it is awaited."""
        return APICalls._invoke(self, method, request, response_type)
