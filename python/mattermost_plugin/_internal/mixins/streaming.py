"""The API methods that take or give a stream of bytes."""

from __future__ import annotations

import _mmpy

from mattermost_plugin._internal import wrappers
from mattermost_plugin._internal.calls import APICalls
from mattermost_plugin._internal.lazy import LazyModule
from mattermost_plugin._internal.wire import as_message
from mattermost_plugin.exceptions import convert_app_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, BinaryIO, TypeVar

    from mattermost_plugin._internal import plugin_http, sending
    from mattermost_plugin._internal.overrides import json_messages
    from mattermost_plugin._internal.plugin_http import PluginHTTPResponse, PluginHTTPResult
    from mattermost_plugin._internal.wrappers import FileInfo, UploadSession
    from mattermost_plugin.grpc import api_file_bot_pb2 as _file_bot_pb
    from mattermost_plugin.grpc import api_kv_config_pb2 as _kv_config_pb
    from mattermost_plugin.grpc import api_remaining_pb2 as _remaining_pb
    from mattermost_plugin.grpc import api_shared_channels_pb2 as _shared_channels_pb

    M = TypeVar("M", bound=_mmpy.Message)
else:
    plugin_http = LazyModule("mattermost_plugin._internal.plugin_http")
    sending = LazyModule("mattermost_plugin._internal.sending")
    json_messages = LazyModule("mattermost_plugin._internal.overrides.json_messages")
    _file_bot_pb = LazyModule("mattermost_plugin.grpc.api_file_bot_pb2")
    _kv_config_pb = LazyModule("mattermost_plugin.grpc.api_kv_config_pb2")
    _remaining_pb = LazyModule("mattermost_plugin.grpc.api_remaining_pb2")
    _shared_channels_pb = LazyModule("mattermost_plugin.grpc.api_shared_channels_pb2")


class StreamingMixin(APICalls):
    """Uploads, bundles and HTTP between plugins.

    Data may be bytes or a binary file, anything with ``read``: it is read and sent piece by piece. The request of a
    ServeHTTP handler is such a file.
    """

    def _send(self, method: str, request: Any, fields: tuple[str, str], data: Any, response_type: type[M]) -> M:
        """As _invoke, with data for one of the request's two fields: the bytes, or the number of a stream."""
        whole, stream = fields
        if sending.is_whole(data) or self._transport is not None:
            setattr(request, whole, sending.read_whole(data))
            return self._invoke(method, request, response_type)
        response = sending.call_through_pipe(method, request, stream, data, response_type)
        if response.HasField("error"):
            raise convert_app_error(response.error)
        return response

    def upload_data(self, session: UploadSession, data: bytes | BinaryIO) -> FileInfo:
        """Brings data of an upload, and gives the file when it is complete (UploadData, server 7.6).

        The data is bytes or a binary file.
        """
        request = _file_bot_pb.UploadDataRequest(upload_session=as_message(session))
        fields = ("data", "data_stream")
        response = self._send("UploadData", request, fields, data, _file_bot_pb.UploadDataResponse)
        return wrappers.FileInfo.from_proto(response.file_info)

    def install_plugin(self, data: bytes | BinaryIO, *, force: bool = False) -> bytes:
        """Installs a bundle (tar.gz); the result is its manifest as JSON (InstallPlugin, server 5.18).

        The data is bytes or a binary file. With force, it replaces an installed plugin of the same id.
        """
        request = _kv_config_pb.InstallPluginRequest(replace=force)
        fields = ("file_data", "file_stream")
        response = self._send("InstallPlugin", request, fields, data, _kv_config_pb.InstallPluginResponse)
        return json_messages.dump(response.manifest)

    def plugin_http(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str | list[str]] | None = None,
        body: bytes | BinaryIO = b"",
    ) -> PluginHTTPResult:
        """Asks the ServeHTTP of a plugin; the result is the tuple (status, headers, body) (PluginHTTP, server 5.18).

        The url is ``/{plugin id}/…``. A header may have a list of values, and `all_headers` of the result has all of
        them. The body is bytes or a binary file.
        """
        request = _remaining_pb.PluginHTTPRequest(method=method, url=url)
        plugin_http.fill_headers(request, headers)
        fields = ("body", "body_stream")
        response = self._send("PluginHTTP", request, fields, body, _remaining_pb.PluginHTTPResponse)
        return plugin_http.PluginHTTPResult(response)

    def plugin_http_stream(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str | list[str]] | None = None,
        body: bytes | BinaryIO = b"",
    ) -> PluginHTTPResponse:
        """As `plugin_http`, but the body of the response is read as it arrives (PluginHTTP, server 5.18).

        ::

            with self.api.plugin_http_stream("GET", "/com.example.archive/all.zip") as archive:
                for chunk in archive:
                    ...

        The body of the request has been sent when the response is there to be read.
        """
        request = _remaining_pb.PluginHTTPRequest(method=method, url=url, stream_response=True)
        plugin_http.fill_headers(request, headers)
        fields = ("body", "body_stream")
        response = self._send("PluginHTTP", request, fields, body, _remaining_pb.PluginHTTPResponse)
        return plugin_http.PluginHTTPResponse(response)

    def receive_shared_channel_attachment_sync_msg(
        self,
        remote_id: str,
        channel_id: str,
        file_info: FileInfo,
        data: bytes | BinaryIO,
    ) -> FileInfo:
        """Takes in a file of a post that a remote has sent; the result is the file as stored.

        The data is bytes or a binary file. A file that came before, by its id, channel and creator, is given again.

        (ReceiveSharedChannelAttachmentSyncMsg, server 11.7)
        """
        request = _shared_channels_pb.ReceiveSharedChannelAttachmentSyncMsgRequest(
            remote_id=remote_id,
            channel_id=channel_id,
            file_info=as_message(file_info),
        )
        method, fields = "ReceiveSharedChannelAttachmentSyncMsg", ("data", "data_stream")
        response_type = _shared_channels_pb.ReceiveSharedChannelAttachmentSyncMsgResponse
        response = self._send(method, request, fields, data, response_type)
        return wrappers.FileInfo.from_proto(response.file_info)
