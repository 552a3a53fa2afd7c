class FilesMixin:
    """Files and uploads."""

    def get_file_info(self, file_id: str) -> FileInfo:
        """What is known of a file. Raises NotFoundError when there is none."""

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
        """What is known of the files that fit all that is given.

        sort_by is ``CreateAt`` or ``Size``, sort_order ``asc`` or ``desc``.
        """
        request.options.user_id = user_id
        request.options.channel_id = channel_id
        request.options.include_deleted = include_deleted
        request.options.sort_by = sort_by
        request.options.sort_order = sort_order
        del request.options.since, request.options.only_empty_content

    def set_file_searchable_content(self, file_id: str, content: str) -> None:
        """Sets the text by which a file is found."""

    def get_file(self, file_id: str) -> bytes:
        """The content of a file."""

    def get_file_link(self, file_id: str) -> str:
        """The public link to a file. Raises PluginAPIError where the server does not allow such links."""

    def read_file(self, path: str) -> bytes:
        """The content of a file at a path in the server's file store."""

    def upload_file(self, data: bytes, channel_id: str, filename: str) -> FileInfo:
        """Uploads a file for a post in a channel, whose file_ids then name it."""

    def copy_file_infos(self, user_id: str, file_ids: list[str]) -> list[str]:
        """Makes files known once more, for another post of that user; the result is the new ids.

        The contents are not copied.
        """

    def create_upload_session(self, session: UploadSession) -> UploadSession:
        """Begins an upload in several parts, which `upload_data` brings; the result has its id."""
        request.upload_session = session

    def get_upload_session(self, upload_id: str) -> UploadSession:
        """The upload with that id; file_offset says how much of it has come. Raises when there is none."""
