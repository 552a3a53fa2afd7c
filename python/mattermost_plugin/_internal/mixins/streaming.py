"""The API methods that send or receive what may be larger than memory."""

from __future__ import annotations

import _mmpy

from mattermost_plugin._internal import wrappers
from mattermost_plugin._internal.calls import APICalls
from mattermost_plugin._internal.lazy import LazyModule
from mattermost_plugin._internal.plugin_http import PluginHTTPResponse, PluginHTTPResult, fill_headers
from mattermost_plugin._internal.sending import call_through_pipe, is_whole, read_whole
from mattermost_plugin._internal.wire import as_message
from mattermost_plugin.exceptions import convert_app_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, BinaryIO, TypeVar

    from mattermost_plugin._internal.overrides import json_messages
    from mattermost_plugin._internal.sending import Content
    from mattermost_plugin._internal.wrappers import FileInfo, UploadSession
    from mattermost_plugin.grpc import api_file_bot_pb2 as _files_pb
    from mattermost_plugin.grpc import api_kv_config_pb2 as _kv_pb
    from mattermost_plugin.grpc import api_remaining_pb2 as _pb
    from mattermost_plugin.grpc import api_shared_channels_pb2 as _shared_pb

    M = TypeVar("M", bound=_mmpy.Message)
else:
    json_messages = LazyModule("mattermost_plugin._internal.overrides.json_messages")
    _files_pb = LazyModule("mattermost_plugin.grpc.api_file_bot_pb2")
    _kv_pb = LazyModule("mattermost_plugin.grpc.api_kv_config_pb2")
    _pb = LazyModule("mattermost_plugin.grpc.api_remaining_pb2")
    _shared_pb = LazyModule("mattermost_plugin.grpc.api_shared_channels_pb2")


class StreamingMixin(APICalls):
    """Uploads, bundles, and requests to other plugins.

    A content may be bytes or a binary file, anything with ``read``: it is read and sent piece by piece, and the request
    of a ServeHTTP handler will do.
    """

    def _send(self, method: str, request: Any, fields: tuple[str, str], content: Content, response_type: type[M]) -> M:
        """As _invoke, with a content for one of the request's two fields: the whole, or the number of a stream."""
        whole, stream = fields
        if is_whole(content) or self._transport is not _mmpy.call:
            setattr(request, whole, read_whole(content))
            return self._invoke(method, request, response_type)
        response = call_through_pipe(method, request, stream, content, response_type)
        if response.HasField("error"):
            raise convert_app_error(response.error)
        return response

    def upload_data(self, session: UploadSession, data: bytes | BinaryIO) -> FileInfo:
        """Adds data, bytes or a binary file, to an upload (UploadData, server 7.6).

        The result is the file once it is whole, and an empty FileInfo before.
        """
        request = _files_pb.UploadDataRequest(upload_session=as_message(session))
        response = self._send("UploadData", request, ("data", "data_stream"), data, _files_pb.UploadDataResponse)
        return wrappers.FileInfo.from_proto(response.file_info)

    def install_plugin(self, data: bytes | BinaryIO, *, force: bool = False) -> bytes:
        """Installs a bundle (tar.gz), bytes or a binary file (InstallPlugin, server 5.18).

        The result is its manifest as JSON. With force, it replaces an installed plugin of the same id.
        """
        request = _kv_pb.InstallPluginRequest(replace=force)
        fields = ("file_data", "file_stream")
        response = self._send("InstallPlugin", request, fields, data, _kv_pb.InstallPluginResponse)
        return json_messages.dump(response.manifest)

    def receive_shared_channel_attachment_sync_msg(
        self, remote_id: str, channel_id: str, file_info: FileInfo, data: bytes | BinaryIO
    ) -> FileInfo:
        """Takes a file of a shared channel, bytes or a binary file, from a remote server; the result is the file here.

        (ReceiveSharedChannelAttachmentSyncMsg, server 11.7)
        """
        request = _shared_pb.ReceiveSharedChannelAttachmentSyncMsgRequest(
            remote_id=remote_id, channel_id=channel_id, file_info=as_message(file_info)
        )
        method, fields = "ReceiveSharedChannelAttachmentSyncMsg", ("data", "data_stream")
        response_type = _shared_pb.ReceiveSharedChannelAttachmentSyncMsgResponse
        return wrappers.FileInfo.from_proto(self._send(method, request, fields, data, response_type).file_info)

    def plugin_http(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str | list[str]] | None = None,
        body: bytes | BinaryIO = b"",
    ) -> PluginHTTPResult:
        """Asks the ServeHTTP of a plugin; the result is the tuple (status, headers, body) (PluginHTTP, server 5.18).

        The url is ``/{plugin id}/…``. A header may have a list of values; the result's `all_headers` has all of them.
        """
        request = _http_request(method, url, headers)
        fields = ("body", "body_stream")
        return PluginHTTPResult(self._send("PluginHTTP", request, fields, body, _pb.PluginHTTPResponse))

    def plugin_http_stream(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str | list[str]] | None = None,
        body: bytes | BinaryIO = b"",
    ) -> PluginHTTPResponse:
        """As `plugin_http`, but the body is read as it arrives; close the response (PluginHTTP, server 5.18).

        ::

            with self.api.plugin_http_stream("GET", "/com.example.archive/all.zip") as archive:
                for chunk in archive:
                    ...
        """
        request = _http_request(method, url, headers)
        request.stream_response = True
        fields = ("body", "body_stream")
        return PluginHTTPResponse(self._send("PluginHTTP", request, fields, body, _pb.PluginHTTPResponse))


def _http_request(method: str, url: str, headers: Mapping[str, str | list[str]] | None) -> Any:
    request = _pb.PluginHTTPRequest(method=method, url=url)
    fill_headers(request, headers)
    return request
