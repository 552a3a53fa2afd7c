"""Files over the host's streams: what handlers read and write."""

from __future__ import annotations

import io

from mattermost_plugin._internal.streams import CHUNK_SIZE, HostReader, HostWriter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from _typeshed import ReadableBuffer


class Input(io.BufferedReader):
    """A body or a file to read. ``read(n)`` waits for n bytes or the end, ``read1(n)`` for what comes next.

    Iteration gives chunks as they arrive; `readline` gives lines.
    """

    def __init__(self, raw: Any) -> None:
        super().__init__(raw, CHUNK_SIZE)

    def __iter__(self) -> Input:
        return self

    def __next__(self) -> bytes:
        if chunk := self.read1(CHUNK_SIZE):
            return chunk
        raise StopIteration

    def readlines(self, hint: int | None = -1) -> list[bytes]:
        """The lines, no more when those so far have hint bytes."""
        lines, size = [], 0
        while line := self.readline():
            lines.append(line)
            size += len(line)
            if hint is not None and 0 < hint <= size:
                break
        return lines


class Output(io.BufferedIOBase):
    """A file to write: what is written goes on in chunks, or is kept as a whole where nobody takes it."""

    def __init__(self, raw: HostWriter | None) -> None:
        super().__init__()
        self._raw = raw
        self._chunks: list[bytes] = []
        self._size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer) -> int:
        """Adds the data; the result is how many bytes these are."""
        if self.closed:
            raise ValueError("the file is closed: it ended with its hook, or was closed")
        size = memoryview(data).nbytes
        if self._raw is not None and size >= CHUNK_SIZE:
            self.flush()
            self._raw.write(data)
        else:
            self._chunks.append(bytes(data))
            self._size += size
            if self._size >= CHUNK_SIZE:
                self.flush()
        return size

    def flush(self) -> None:
        """Sends what was written so far."""
        if self._raw is not None and self._chunks:
            self._raw.write(self.take())

    def take(self) -> bytes:
        """What has not gone on, and then is forgotten."""
        content = b"".join(self._chunks)
        self._chunks.clear()
        self._size = 0
        return content

    def end(self) -> None:
        """Ends a stream that the host ends with its hook. What has not gone on is lost."""
        if self._raw is not None:
            self.take()
            self._raw.end()


def open_input(number: int, whole: bytes) -> Input:
    """Reads the stream with that number or, where it is 0, what came with the message."""
    return Input(HostReader(number) if number else io.BytesIO(whole))


def end_input(source: Input) -> None:
    """Ends a stream that the host ends with its hook: its number may soon be another's."""
    raw: Any = source.raw
    if isinstance(raw, HostReader):
        raw.end()
