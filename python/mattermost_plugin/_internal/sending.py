"""API calls whose request has a content that need not fit into memory: a pipe carries it while the call runs."""

from __future__ import annotations

import _mmpy

from mattermost_plugin._internal.streams import CHUNK_SIZE, HostWriter
from mattermost_plugin.exceptions import convert_status_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Buffer, Iterator
    from typing import Any, BinaryIO, TypeVar

    Content = Buffer | BinaryIO
    M = TypeVar("M", bound=_mmpy.Message)

_WHOLE = 1024 * 1024  # up to here a content travels in the message


def is_whole(content: Content) -> bool:
    """Whether the content is here already, and short enough for a message."""
    return not hasattr(content, "read") and memoryview(content).nbytes <= _WHOLE


def chunks_of(content: Content) -> Iterator[Buffer]:
    """The content piece by piece, as it comes."""
    if not hasattr(content, "read"):
        yield content
        return
    read = getattr(content, "read1", None) or content.read
    while chunk := read(CHUNK_SIZE):
        if isinstance(chunk, str):
            raise TypeError("the content is text: open the file in binary mode")
        yield chunk


def read_whole(content: Content) -> bytes:
    """All of the content."""
    return b"".join(chunks_of(content))


class Pipe:
    """The pipe of one call: what `content` gives goes through it once the call is under way.

    As a context manager it gives up the pipe, and the call, when what is inside fails.
    """

    def __init__(self, request: Any, field: str, content: Content) -> None:
        self._content = content
        self._writer = HostWriter.pipe()
        setattr(request, field, self._writer.number)
        self._ticket = 0

    def submit(self, method: str, request: _mmpy.Message) -> int:
        """Begins the call; the result is its ticket."""
        try:
            self._ticket = _mmpy.submit(method, request)
        except _mmpy.StatusError as error:
            raise convert_status_error(error) from None
        return self._ticket

    def send(self) -> None:
        """Sends the content. A method that has its answer before the end of it is no error."""
        for chunk in chunks_of(self._content):
            try:
                self._writer.write(chunk)
            except BrokenPipeError:
                break
        self._writer.close()

    def __enter__(self) -> Pipe:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._writer.close()
            return
        self._writer.abort()
        if self._ticket:
            try:
                _mmpy.forget(self._ticket)
            except _mmpy.StatusError:
                pass  # it was collected


def call_through_pipe(method: str, request: Any, field: str, content: Content, response_type: type[M]) -> M:
    """Calls a method of the API that reads the content from the stream whose number is in the request's field."""
    with Pipe(request, field, content) as pipe:
        ticket = pipe.submit(method, request)
        pipe.send()
        try:
            _mmpy.wait([ticket], None)
            return _mmpy.collect(ticket, response_type)
        except _mmpy.StatusError as error:
            raise convert_status_error(error) from None
