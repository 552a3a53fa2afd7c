"""API calls whose request has a content that need not fit into memory: a pipe carries it while the call runs."""

from __future__ import annotations

import _mmpy

from mattermost_plugin._internal.streams import CHUNK_SIZE, HostWriter
from mattermost_plugin.exceptions import convert_status_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Buffer, Iterator
    from typing import Any, BinaryIO, TypeVar

    Content = Buffer | BinaryIO
    AsyncContent = Content | AsyncIterable[bytes]
    M = TypeVar("M", bound=_mmpy.Message)

_WHOLE = 1024 * 1024  # up to here a content travels in the message


def is_whole(content: AsyncContent) -> bool:
    """Whether the content is here already, and short enough for a message."""
    if hasattr(content, "read") or hasattr(content, "__aiter__"):
        return False
    return memoryview(content).nbytes <= _WHOLE


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


async def chunks_of_async(content: AsyncContent) -> AsyncIterator[Buffer]:
    """As chunks_of, also for an asynchronous iterator."""
    if hasattr(content, "__aiter__"):
        async for chunk in content:
            yield chunk
    else:
        for chunk in chunks_of(content):
            yield chunk


def read_whole(content: Content) -> bytes:
    """All of the content."""
    return b"".join(chunks_of(content))


async def read_whole_async(content: AsyncContent) -> bytes:
    """All of the content."""
    return b"".join([chunk async for chunk in chunks_of_async(content)])


class Pipe:
    """The pipe of one call: what `content` gives goes through it once the call is under way.

    As a context manager it gives up the pipe, and the call, when what is inside fails.
    """

    def __init__(self, request: Any, field: str, content: AsyncContent) -> None:
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
            if not self.write(chunk):
                break
        self._writer.close()

    async def send_async(self) -> None:
        """As send; other tasks have their turns."""
        from asyncio import sleep

        async for chunk in chunks_of_async(self._content):
            if not self.write(chunk):
                break
            await sleep(0)
        self._writer.close()

    def write(self, chunk: Buffer) -> bool:
        """Sends a piece; whether somebody has read it."""
        try:
            self._writer.write(chunk)
        except BrokenPipeError:
            return False
        return True

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


async def call_through_pipe_async(
    method: str, request: Any, field: str, content: AsyncContent, response_type: type[M]
) -> M:
    """As call_through_pipe, on the event loop that runs."""
    from asyncio import get_running_loop

    from mattermost_plugin._internal.event_loop import GuestEventLoop

    loop = get_running_loop()
    with Pipe(request, field, content) as pipe:
        try:
            if isinstance(loop, GuestEventLoop):
                return await loop.call_api(method, request, response_type, pipe.send_async)
            ticket = pipe.submit(method, request)  # a loop of the plugin's own
            await pipe.send_async()
            _mmpy.wait([ticket], None)
            return _mmpy.collect(ticket, response_type)
        except _mmpy.StatusError as error:
            raise convert_status_error(error) from None
