"""Streams of the host as Python files: a request's body, a file that is being uploaded, a pipe into an API method."""

from __future__ import annotations

import errno
import io

import _mmpy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Self

    from _typeshed import ReadableBuffer, WriteableBuffer

CHUNK_SIZE = 64 * 1024

_QUOTA = -2
_INVALID = -3
_CANCELLED = -4
_UNAVAILABLE = -5


class _HostStream(io.RawIOBase):
    """A stream by its number. Others may run while it waits for its other end."""

    _gone: int  # the errno of a lost other end; OSError makes the right class of it
    _failed_unless_closed = False

    def __init__(self, number: int) -> None:
        self._number = number

    def fileno(self) -> int:
        raise io.UnsupportedOperation("a stream of the host has no file descriptor")

    def close(self) -> None:
        """Is done with the stream."""
        self._close(False)

    def end(self) -> None:
        """Closes it without a word to the host, which ends the streams of a hook itself."""
        super().close()

    def _close(self, failed: bool) -> None:
        if self.closed:
            return
        super().close()
        try:
            _mmpy.stream_close(self._number, failed)
        except _mmpy.StatusError as error:
            raise self._error(error) from None

    def __del__(self) -> None:
        try:
            self._close(self._failed_unless_closed)
        except Exception:
            pass  # nobody is left to be told

    def _check_open(self) -> None:
        if self.closed:
            raise ValueError("I/O operation on closed file")

    @classmethod
    def _error(cls, error: _mmpy.StatusError) -> Exception:
        if error.status == _UNAVAILABLE:
            return OSError(cls._gone, "the other end of the stream is gone")
        if error.status == _CANCELLED:
            from mattermost_plugin._internal.hook_runner import deadline_error

            return deadline_error()
        if error.status == _INVALID:
            return OSError(errno.EBADF, "the stream is closed, in use, not for that, or takes no more than was announced")
        if error.status == _QUOTA:
            return OSError(errno.EDQUOT, "too many streams are open, or there is more than the server takes")
        return OSError(errno.EIO, str(error))


class HostReader(_HostStream):
    """Reads a stream. `read` gives what there is, at most as much as was asked for; b"" is the end.

    Iterating gives chunks of up to 64 KiB, not lines. ConnectionResetError: the other end is gone before its end.
    """

    _gone = errno.ECONNRESET

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        self._check_open()
        try:
            return _mmpy.stream_readinto(self._number, buffer)
        except _mmpy.StatusError as error:
            raise self._error(error) from None

    def read(self, size: int | None = -1, /) -> bytes:
        self._check_open()
        if size is None or size < 0:
            return self.readall()
        if size == 0:
            return b""
        try:
            return _mmpy.stream_read(self._number, size)
        except _mmpy.StatusError as error:
            raise self._error(error) from None

    def readall(self) -> bytes:
        return b"".join(self)

    def __iter__(self) -> Iterator[bytes]:  # type: ignore[override]
        return iter(lambda: self.read(CHUNK_SIZE), b"")

    def __next__(self) -> bytes:
        chunk = self.read(CHUNK_SIZE)
        if not chunk:
            raise StopIteration
        return chunk


class HostWriter(_HostStream):
    """Writes a stream. `write` writes all of it. BrokenPipeError: nobody reads any more.

    ``with`` closes it, and after an exception aborts it; so does the garbage collector with one that was not closed.
    """

    _gone = errno.EPIPE
    _failed_unless_closed = True

    @classmethod
    def pipe(cls) -> Self:
        """A new pipe, to be read by the API method whose request has its `number`."""
        try:
            return cls(_mmpy.stream_pipe())
        except _mmpy.StatusError as error:
            raise cls._error(error) from None

    @property
    def number(self) -> int:
        """What a request calls the stream."""
        return self._number

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        self._check_open()
        view = memoryview(data).cast("B")
        try:
            for start in range(0, len(view), CHUNK_SIZE):  # each is progress, by which a hook has its time
                _mmpy.stream_write(self._number, view[start : start + CHUNK_SIZE])
        except _mmpy.StatusError as error:
            raise self._error(error) from None
        return len(view)

    def control(self, message: bytes | _mmpy.Message) -> None:
        """Gives the stream a message about itself."""
        self._check_open()
        try:
            _mmpy.stream_control(self._number, message)
        except _mmpy.StatusError as error:
            raise self._error(error) from None

    def abort(self) -> None:
        """Closes it half-way: who reads gets an error, and does not take what there is for the whole."""
        self._close(True)

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        if exc_type is None:
            self.close()
        else:
            self.abort()
