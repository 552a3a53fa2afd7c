"""Streams of bytes between the plugin and the host, for bodies and files that need not fit into memory."""

from __future__ import annotations

import io

import _mmpy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Buffer
    from typing import Any

CHUNK = 64 * 1024
_LARGEST = 1024 * 1024  # what the host takes or gives at once

_QUOTA, _INVALID, _CANCELLED, _UNAVAILABLE = -2, -3, -4, -5


def stream_error(error: _mmpy.StatusError, gone: OSError) -> Exception:
    """The exception for a stream that the host did not move; gone is the one for another end that is no more."""
    if error.status == _UNAVAILABLE:
        return gone
    if error.status == _CANCELLED:
        from mattermost_plugin._internal.hook_runner import timeout_error

        return timeout_error()
    if error.status == _INVALID:
        return ValueError("the stream is closed: it ended with its hook, or takes no more than was announced")
    if error.status == _QUOTA:
        return OSError("there is more than the server allows: too many open streams, or too large a body")
    return OSError(str(error))


class HostReader(io.RawIOBase):
    """Reads what the other end sends, as it arrives. Iteration gives its chunks.

    Raises ConnectionResetError when the other end is gone before the end.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        """Fills a part of the buffer, the whole at most; 0 at the end."""
        self._check()
        try:
            return _mmpy.stream_readinto(self._number, memoryview(buffer)[:_LARGEST])
        except _mmpy.StatusError as error:
            raise self._error(error) from None

    def read(self, size: int | None = -1) -> bytes:
        """What has arrived, size bytes at most; empty at the end. Without a size all there is, and will be."""
        if size is None or size < 0:
            return self.readall()
        self._check()
        try:
            return _mmpy.stream_read(self._number, min(size, _LARGEST)) if size else b""
        except _mmpy.StatusError as error:
            raise self._error(error) from None

    def readall(self) -> bytes:
        """All there is, and will be."""
        return b"".join(self)

    def __iter__(self) -> HostReader:
        return self

    def __next__(self) -> bytes:
        if chunk := self.read(CHUNK):
            return chunk
        raise StopIteration

    def close(self) -> None:
        """Tells the host that no more is wanted."""
        if not self.closed:
            super().close()
            _close(self._number, False)

    def end(self) -> None:
        """Closes it without a word to the host, which has done so itself."""
        super().close()

    def _check(self) -> None:
        if self.closed:
            raise ValueError("the stream is closed: it ended with its hook, or was closed")

    @staticmethod
    def _error(error: _mmpy.StatusError) -> Exception:
        return stream_error(error, ConnectionResetError("who sends the data is gone before its end"))


class HostWriter(io.RawIOBase):
    """Writes to the other end. Raises BrokenPipeError when nobody takes it any more."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def writable(self) -> bool:
        return True

    def write(self, data: Buffer) -> int:
        """Writes all of it; the result is how many bytes that were."""
        if self.closed:
            raise ValueError("the stream is closed: it ended with its hook, or was closed")
        view = memoryview(data).cast("B")
        try:
            for start in range(0, len(view), CHUNK):
                _mmpy.stream_write(self._number, view[start : start + CHUNK])
        except _mmpy.StatusError as error:
            raise stream_error(error, BrokenPipeError("who was to take the data is gone")) from None
        return len(view)

    def close(self) -> None:
        """Says that this was all."""
        if not self.closed:
            super().close()
            _close(self._number, False)

    def fail(self) -> None:
        """Closes it with the word that something is missing."""
        if not self.closed:
            super().close()
            _close(self._number, True)

    def end(self) -> None:
        """Closes it without a word to the host, which has done so itself."""
        super().close()

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        if kind is None:
            self.close()
        else:
            self.fail()


def _close(number: int, failed: bool) -> None:
    try:
        _mmpy.stream_close(number, failed)
    except _mmpy.StatusError:
        pass  # the host was first


class Input(io.BufferedReader):
    """A body or a file to read. ``read(n)`` waits for n bytes or the end, ``read1(n)`` for what comes next.

    Iteration gives chunks as they arrive; `readline` gives lines.
    """

    def __init__(self, raw: Any) -> None:
        super().__init__(raw, CHUNK)

    def __iter__(self) -> Input:
        return self

    def __next__(self) -> bytes:
        if chunk := self.read1(CHUNK):
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

    def write(self, data: Buffer) -> int:
        """Adds the data; the result is how many bytes these are."""
        if self.closed:
            raise ValueError("the file is closed: it ended with its hook, or was closed")
        size = memoryview(data).nbytes
        if self._raw is not None and size >= CHUNK:
            self.flush()
            self._raw.write(data)
        else:
            self._chunks.append(bytes(data))
            self._size += size
            if self._size >= CHUNK:
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


__all__ = ["CHUNK", "HostReader", "HostWriter", "Input", "Output", "end_input", "open_input", "stream_error"]
