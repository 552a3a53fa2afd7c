"""The body of an HTTP message, read as it arrives."""

from __future__ import annotations

from io import BytesIO

from mattermost_plugin._internal.http_headers import WithHeaders
from mattermost_plugin._internal.files import Input

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Buffer
    from typing import Any


class HTTPBody(WithHeaders):
    """Base of the messages that are read: a file, an iterator of chunks, or the rest at once."""

    _input: Input | None = None
    _body: bytes | None = None

    @property
    def content_type(self) -> str:
        """The media type of the body without its parameters, in small letters: ``application/json``."""
        return self.get_header("Content-Type").partition(";")[0].strip().lower()

    @property
    def stream(self) -> Input:
        """The body as a binary file."""
        if self._input is None:
            self._input = Input(BytesIO())
        return self._input

    @property
    def body(self) -> bytes:
        """What was not read yet of the body, which can then be read once more."""
        if self._body is None:
            self.body = self.stream.read()
        assert self._body is not None
        return self._body

    @body.setter
    def body(self, content: bytes) -> None:
        self._body = bytes(content)
        self._input = Input(BytesIO(self._body))

    @property
    def text(self) -> str:
        """The body as text, in the encoding that Content-Type names, or UTF-8. What does not fit it is U+FFFD."""
        for parameter in self.get_header("Content-Type").split(";")[1:]:
            name, _, value = parameter.partition("=")
            if name.strip().lower() == "charset":
                try:
                    return self.body.decode(value.strip().strip('"'), "replace")
                except LookupError:
                    break
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The value that the body is as JSON. Raises ValueError when it is none."""
        from json import loads

        return loads(self.body)

    def read(self, size: int | None = -1) -> bytes:
        """The next size bytes of the body, fewer at its end; without a size the rest."""
        return self.stream.read(size)

    def read1(self, size: int = -1) -> bytes:
        """What comes next of the body, size bytes at most; empty at its end."""
        return self.stream.read1(size)

    def readinto(self, buffer: Buffer) -> int:
        """Fills the buffer with what follows of the body; the result is how many bytes that were."""
        return self.stream.readinto(buffer)

    def readline(self, size: int | None = -1) -> bytes:
        """The next line of the body, size bytes at most."""
        return self.stream.readline(size)

    def readlines(self, hint: int = -1) -> list[bytes]:
        """The lines of the body, no more when those so far have hint bytes."""
        return self.stream.readlines(hint)

    def readable(self) -> bool:
        """True: the body can be read."""
        return True

    def __iter__(self) -> Input:
        """The chunks of the body, as they arrive."""
        return iter(self.stream)
