"""The API methods for files."""

from __future__ import annotations

from mattermost_plugin._internal.calls import APICalls
from mattermost_plugin._internal.lazy import LazyModule
from mattermost_plugin._internal.wrappers.files import FileInfo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mattermost_plugin.grpc import api_file_bot_pb2 as _pb
else:
    _pb = LazyModule("mattermost_plugin.grpc.api_file_bot_pb2")


class FilesMixin(APICalls):
    """Files."""

    def get_file_info(self, file_id: str) -> FileInfo:
        """What is known of a file (GetFileInfo, server 5.3)."""
        request = _pb.GetFileInfoRequest(file_id=file_id)
        return FileInfo.from_proto(self._invoke("GetFileInfo", request, _pb.GetFileInfoResponse).file_info)

    def get_file_infos(
        self,
        *,
        page: int = 0,
        per_page: int = 60,
        user_id: str = "",
        channel_id: str = "",
        include_deleted: bool = False,
        sort_by: str = "",
        sort_order: str = "",
    ) -> list[FileInfo]:
        """What is known of the files that fit all that is given (GetFileInfos, server 5.22)."""
        options = _pb.GetFileInfosOptions(
            user_id=user_id,
            channel_id=channel_id,
            include_deleted=include_deleted,
            sort_by=sort_by,
            sort_order=sort_order,
        )
        request = _pb.GetFileInfosRequest(page=page, per_page=per_page, options=options)
        response = self._invoke("GetFileInfos", request, _pb.GetFileInfosResponse)
        return [FileInfo.from_proto(item) for item in response.file_infos]

    def set_file_searchable_content(self, file_id: str, content: str) -> None:
        """Sets the text by which a file is found (SetFileSearchableContent, server 9.1)."""
        request = _pb.SetFileSearchableContentRequest(file_id=file_id, content=content)
        self._invoke("SetFileSearchableContent", request, _pb.SetFileSearchableContentResponse)

    def get_file(self, file_id: str) -> bytes:
        """The content of a file (GetFile, server 5.8)."""
        return self._invoke("GetFile", _pb.GetFileRequest(file_id=file_id), _pb.GetFileResponse).data

    def get_file_link(self, file_id: str) -> str:
        """The public link to a file (GetFileLink, server 5.6)."""
        return self._invoke("GetFileLink", _pb.GetFileLinkRequest(file_id=file_id), _pb.GetFileLinkResponse).link

    def read_file(self, path: str) -> bytes:
        """The content of a file at a path in the server's file store (ReadFile, server 5.3)."""
        return self._invoke("ReadFile", _pb.ReadFileRequest(path=path), _pb.ReadFileResponse).data

    def upload_file(self, data: bytes, channel_id: str, filename: str) -> FileInfo:
        """Uploads a file for a post in a channel (UploadFile, server 5.6)."""
        request = _pb.UploadFileRequest(data=data, channel_id=channel_id, filename=filename)
        return FileInfo.from_proto(self._invoke("UploadFile", request, _pb.UploadFileResponse).file_info)

    def copy_file_infos(self, user_id: str, file_ids: list[str]) -> list[str]:
        """Copies files for another post; the result is the new ids (CopyFileInfos, server 5.2)."""
        request = _pb.CopyFileInfosRequest(user_id=user_id, file_ids=file_ids)
        return list(self._invoke("CopyFileInfos", request, _pb.CopyFileInfosResponse).file_ids)
