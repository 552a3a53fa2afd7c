"""Files and uploads."""

class FileInfo:
    """What is known of an uploaded file."""

    _message = "file_pb2.FileInfo"

    id: str
    creator_id: str = ""
    post_id: str = ""
    channel_id: str = ""
    create_at: int = 0
    update_at: int = 0
    delete_at: int = 0
    name: str = ""
    extension: str = ""
    size: int = 0
    mime_type: str = ""
    width: int = 0
    height: int = 0
    has_preview_image: bool = False
    mini_preview: bytes | None = None
    remote_id: str | None = None
    archived: bool = False

class UploadSession:
    """An upload in several parts."""

    _message = "api_file_bot_pb2.UploadSession"

    id: str = ""
    type: str = "attachment"
    create_at: int = 0
    user_id: str = ""
    channel_id: str = ""
    filename: str = ""
    path: str = ""
    file_size: int = 0
    file_offset: int = 0
    remote_id: str = ""
    req_file_id: str = ""
