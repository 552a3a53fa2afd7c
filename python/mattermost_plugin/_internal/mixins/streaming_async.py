"""The API methods that take or give a stream of bytes."""

from __future__ import annotations

from mattermost_plugin._internal import wrappers
from mattermost_plugin._internal.calls import AsyncAPICalls
from mattermost_plugin._internal.lazy import LazyModule
from mattermost_plugin._internal.wire import as_message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mattermost_plugin._internal.overrides import json_messages
    from mattermost_plugin._internal.wrappers import FileInfo, UploadSession
    from mattermost_plugin.grpc import api_file_bot_pb2 as _file_bot_pb
    from mattermost_plugin.grpc import api_kv_config_pb2 as _kv_config_pb
    from mattermost_plugin.grpc import api_remaining_pb2 as _remaining_pb
    from mattermost_plugin.grpc import api_shared_channels_pb2 as _shared_channels_pb
else:
    json_messages = LazyModule("mattermost_plugin._internal.overrides.json_messages")
    _file_bot_pb = LazyModule("mattermost_plugin.grpc.api_file_bot_pb2")
    _kv_config_pb = LazyModule("mattermost_plugin.grpc.api_kv_config_pb2")
    _remaining_pb = LazyModule("mattermost_plugin.grpc.api_remaining_pb2")
    _shared_channels_pb = LazyModule("mattermost_plugin.grpc.api_shared_channels_pb2")


class AsyncStreamingMixin(AsyncAPICalls):
    """Uploads, bundles and HTTP between plugins."""

    async def upload_data(self, session: UploadSession, data: bytes) -> FileInfo:
        """Brings data of an upload, and gives the file when it is complete (UploadData, server 7.6)."""
        request = _file_bot_pb.UploadDataRequest(upload_session=as_message(session), data=data)
        response = await self._invoke("UploadData", request, _file_bot_pb.UploadDataResponse)
        return wrappers.FileInfo.from_proto(response.file_info)

    async def install_plugin(self, data: bytes, *, force: bool = False) -> bytes:
        """Installs a bundle (tar.gz); the result is its manifest as JSON (InstallPlugin, server 5.18).

        With force, it replaces an installed plugin of the same id.
        """
        request = _kv_config_pb.InstallPluginRequest(file_data=data, replace=force)
        response = await self._invoke("InstallPlugin", request, _kv_config_pb.InstallPluginResponse)
        return json_messages.dump(response.manifest)

    async def plugin_http(
        self,
        method: str,
        url: str,
        headers: dict[str, str] | None = None,
        body: bytes = b"",
    ) -> tuple:
        """Asks the ServeHTTP of a plugin; the result is (status, headers, body) (PluginHTTP, server 5.18).

        The url is ``/{plugin id}/…``.
        """
        request = _remaining_pb.PluginHTTPRequest(method=method, url=url, headers=headers, body=body)
        response = await self._invoke("PluginHTTP", request, _remaining_pb.PluginHTTPResponse)
        return response.status_code, dict(response.headers), response.body

    async def receive_shared_channel_attachment_sync_msg(
        self,
        remote_id: str,
        channel_id: str,
        file_info: FileInfo,
        data: bytes,
    ) -> FileInfo:
        """Takes in a file of a post that a remote has sent; the result is the file as stored.

        A file that came before, by its id, channel and creator, is given again.

        (ReceiveSharedChannelAttachmentSyncMsg, server 11.7)
        """
        request = _shared_channels_pb.ReceiveSharedChannelAttachmentSyncMsgRequest(
            remote_id=remote_id,
            channel_id=channel_id,
            file_info=as_message(file_info),
            data=data,
        )
        response_type = _shared_channels_pb.ReceiveSharedChannelAttachmentSyncMsgResponse
        response = await self._invoke("ReceiveSharedChannelAttachmentSyncMsg", request, response_type)
        return wrappers.FileInfo.from_proto(response.file_info)
