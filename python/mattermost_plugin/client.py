"""The client of Mattermost's plugin API."""

from __future__ import annotations

import _mmpy

from mattermost_plugin._internal.lazy import LazyModule
from mattermost_plugin._internal.mixins.bots import BotsMixin
from mattermost_plugin._internal.mixins.channels import ChannelsMixin
from mattermost_plugin._internal.mixins.commands import CommandsMixin
from mattermost_plugin._internal.mixins.config import ConfigMixin
from mattermost_plugin._internal.mixins.files import FilesMixin
from mattermost_plugin._internal.mixins.kvstore import KVStoreMixin
from mattermost_plugin._internal.mixins.posts import PostsMixin
from mattermost_plugin._internal.mixins.preferences import PreferencesMixin
from mattermost_plugin._internal.mixins.remaining import RemainingMixin
from mattermost_plugin._internal.mixins.streaming import StreamingMixin
from mattermost_plugin._internal.mixins.teams import TeamsMixin
from mattermost_plugin._internal.mixins.users import UsersMixin
from mattermost_plugin._internal.structs import fill_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import Any, Self

    from mattermost_plugin._internal.calls import Transport
    from mattermost_plugin.grpc import api_kv_config_pb2 as _kv_pb
    from mattermost_plugin.grpc import api_remaining_pb2 as _pb
else:
    _kv_pb = LazyModule("mattermost_plugin.grpc.api_kv_config_pb2")
    _pb = LazyModule("mattermost_plugin.grpc.api_remaining_pb2")


class PluginAPIClient(
    UsersMixin,
    TeamsMixin,
    ChannelsMixin,
    PostsMixin,
    FilesMixin,
    KVStoreMixin,
    BotsMixin,
    CommandsMixin,
    ConfigMixin,
    PreferencesMixin,
    RemainingMixin,
    StreamingMixin,
):
    """Mattermost's plugin API. Every method raises PluginAPIError or a subclass; see `mattermost_plugin.exceptions`.

    ``self.api`` of a plugin is one. The server is always there: connecting and closing change nothing but `connected`,
    and target, credentials and options, which say where a gRPC plugin would find it, are only remembered.

    Args:
        transport: answers the calls in place of the host, given the method's name, the request and the response's type;
            `mattermost_plugin.testing.MockTransport` is one.
    """

    def __init__(
        self,
        target: str | None = None,
        *,
        credentials: Any | None = None,
        options: Sequence[tuple[str, int]] | None = None,
        transport: Transport[Any] | None = None,
    ) -> None:
        self._target = target or ""
        self._connected = True
        if transport is not None:
            self._transport = transport

    @property
    def target(self) -> str:
        """What was given as target."""
        return self._target

    @property
    def connected(self) -> bool:
        """Whether `close` was not called since the last `connect`."""
        return self._connected

    def connect(self) -> None:
        """Does what gRPC plugins expect."""
        self._connected = True

    def close(self) -> None:
        """Does what gRPC plugins expect."""
        self._connected = False

    def __enter__(self) -> Self:
        self.connect()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        self.close()

    def get_server_version(self) -> str:
        """The server's version, such as ``11.4.0`` (GetServerVersion, server 5.4)."""
        return self._invoke("GetServerVersion", _pb.GetServerVersionRequest(), _pb.GetServerVersionResponse).version

    def get_system_install_date(self) -> int:
        """When the server was set up, in milliseconds since 1970 (GetSystemInstallDate, server 5.10)."""
        request = _pb.GetSystemInstallDateRequest()
        return self._invoke("GetSystemInstallDate", request, _pb.GetSystemInstallDateResponse).install_date

    def get_diagnostic_id(self) -> str:
        """The server's id for diagnostics (GetDiagnosticId, server 5.10)."""
        return self._invoke("GetDiagnosticId", _pb.GetDiagnosticIdRequest(), _pb.GetDiagnosticIdResponse).diagnostic_id

    def log_debug(self, message: str, **kwargs: str) -> None:
        """Logs a message and named values in the server's log, for debugging (LogDebug, server 5.2)."""
        self._invoke("LogDebug", _log_request(_kv_pb.LogDebugRequest(msg=message), kwargs), _kv_pb.LogDebugResponse)

    def log_info(self, message: str, **kwargs: str) -> None:
        """Logs a message and named values in the server's log (LogInfo, server 5.2)."""
        self._invoke("LogInfo", _log_request(_kv_pb.LogInfoRequest(msg=message), kwargs), _kv_pb.LogInfoResponse)

    def log_warn(self, message: str, **kwargs: str) -> None:
        """Logs a warning and named values in the server's log (LogWarn, server 5.2)."""
        self._invoke("LogWarn", _log_request(_kv_pb.LogWarnRequest(msg=message), kwargs), _kv_pb.LogWarnResponse)

    def log_error(self, message: str, **kwargs: str) -> None:
        """Logs an error and named values in the server's log (LogError, server 5.2)."""
        self._invoke("LogError", _log_request(_kv_pb.LogErrorRequest(msg=message), kwargs), _kv_pb.LogErrorResponse)


def _log_request(request: Any, values: dict[str, Any]) -> _mmpy.Message:
    for key, value in values.items():
        pair = request.key_value_pairs.add(key=key)
        try:
            fill_value(pair.value, value, key)
        except TypeError:  # whatever else is logged as its text
            pair.value.Clear()
            pair.value.string_value = str(value)
    return request
