"""What is behind a socket of the sandbox: a request to a server that the host makes, once it was written."""

from __future__ import annotations

import errno
from time import monotonic

import _mmpy

from mattermost_plugin._internal import outbound
from mattermost_plugin._internal.http_wire import RequestReader, response_head
from mattermost_plugin._internal.sending import Pipe
from mattermost_plugin._internal.streams import HostReader
from mattermost_plugin.exceptions import PluginAPIError
from mattermost_plugin.grpc.outbound_http_pb2 import OutboundHTTPResponse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_WHOLE = 1024 * 1024  # up to here a body travels in the message

# What an error of the host is for code that uses sockets.
_ERRNO = {
    "mmpy.denied": errno.EACCES,
    "mmpy.quota": errno.EDQUOT,
    "mmpy.invalid": errno.EINVAL,
    "mmpy.http.timeout": errno.ETIMEDOUT,
    "mmpy.http.unreachable": errno.ECONNREFUSED,
    "mmpy.http.no_network": errno.ENETUNREACH,
    "mmpy.http.garbled": errno.ECONNRESET,
}
_ON_READING = ("mmpy.http.timeout", "mmpy.http.garbled")  # found out by waiting for the answer


def os_error(error: PluginAPIError) -> OSError:
    """The exception that a socket would raise."""
    made: OSError
    if error.error_id == "mmpy.http.unknown_host":
        import socket

        made = socket.gaierror(socket.EAI_NONAME, error.message)
    elif error.error_id == "mmpy.http.untrusted":
        import ssl

        made = ssl.SSLCertVerificationError(1, error.message)
        vars(made).update(library="SSL", reason="CERTIFICATE_VERIFY_FAILED", verify_code=1, verify_message=error.message)
    else:
        made = OSError(_ERRNO.get(error.error_id or "", errno.EIO), error.message)
    made.__cause__ = error
    return made


class HostConnection:
    """One connection, for one request and its answer."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.tls = False
        self._reader = RequestReader()
        self._body = bytearray()  # of the request, as long as it is not on its way
        self._pipe: Pipe | None = None  # that the body goes through
        self._ticket = 0
        self._early = False  # the answer was there before the end of the request
        self._head = b""  # of the answer, what is left of it
        self._answer: HostReader | None = None
        self._done = False  # there is an answer, or an error for one
        self._error: OSError | None = None

    def url(self, target: str = "/") -> str:
        """Where a request goes."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}{target}"

    def connect(self) -> None:
        """Raises OSError when the plugin may not reach the host."""
        self.tls = self.port == 443  # only for how it is called; nothing is known yet
        try:
            outbound.ask(self.url())
        except PluginAPIError as error:
            raise os_error(error) from error
        finally:
            self.tls = False

    def write(self, data: memoryview, timeout: float | None) -> None:
        """Takes what was written. With its end the request leaves, and its answer is waited for."""
        if self._done:
            raise BrokenPipeError(errno.EPIPE, "a connection carries one request here, and that was answered")
        for piece in self._reader.feed(data):
            self._write_body(piece, timeout)
        if self._reader.complete:
            self._finish(timeout)

    def _write_body(self, piece: memoryview | bytes, timeout: float | None) -> None:
        head = self._reader.head
        assert head is not None
        if self._pipe is None and len(self._body) + len(piece) <= _WHOLE:
            self._body += piece
            return
        if self._pipe is None:
            self._submit(timeout)
        if not self._early:
            assert self._pipe is not None
            self._early = not self._pipe.write(piece)

    def _message(self, timeout: float | None) -> Any:
        head = self._reader.head
        assert head is not None
        if not head.target.startswith("/"):
            raise OSError(
                errno.EPROTONOSUPPORT,
                f"{head.method} {head.target[:80]} is for a proxy: connect with the server itself, the host chooses the way",
            )
        return outbound.message(head.method, self.url(head.target), head.headers, timeout)

    def _submit(self, timeout: float | None) -> None:
        """Begins the call, for a body that is longer than a message should be."""
        try:
            request = self._message(timeout)
            request.body_length = self._reader.head.length  # type: ignore[union-attr]
            self._pipe = Pipe(request, "body_stream", b"")
            self._ticket = self._pipe.submit(outbound.METHOD, request)
        except PluginAPIError as error:
            raise os_error(error) from error
        self._pipe.write(self._body)
        self._body.clear()

    def _finish(self, timeout: float | None) -> None:
        self._done = True
        try:
            if self._pipe is None:
                request = self._message(timeout)
                request.body = bytes(self._body)
                response = outbound.call(request)
            else:
                response = self._collect()
        except PluginAPIError as error:
            self._error = os_error(error)
            if error.error_id not in _ON_READING:
                raise self._error from error
            return
        self._head = response_head(response)
        if response.body_stream:
            self._answer = HostReader(response.body_stream)

    def _collect(self) -> Any:
        assert self._pipe is not None
        with self._pipe:
            pass  # the body has ended
        try:
            while not _mmpy.wait([self._ticket], None):  # others may have been here
                pass
            ticket, self._ticket = self._ticket, 0
            return outbound.checked(_mmpy.collect(ticket, OutboundHTTPResponse, outbound.METHOD))
        except _mmpy.StatusError as error:
            raise outbound.status_error(error) from None

    def readinto(self, buffer: memoryview, timeout: float | None) -> int:
        """Gives what follows of the answer; 0 at its end."""
        if self._error is not None:
            raise self._error
        if not self._done:
            raise OSError(errno.EPROTONOSUPPORT, "only HTTP leaves the sandbox: a request comes first, and then its answer")
        if self._head:
            count = min(len(buffer), len(self._head))
            buffer[:count] = self._head[:count]
            self._head = self._head[count:]
            return count
        if self._answer is None or not buffer:
            return 0
        begin = monotonic()
        try:
            return self._answer.readinto(buffer)
        except ConnectionResetError:
            if timeout is not None and monotonic() - begin >= timeout * 0.95:
                raise TimeoutError("timed out") from None
            raise

    def close(self) -> None:
        """Gives up what has not ended."""
        pipe, answer, self._pipe, self._answer = self._pipe, self._answer, None, None
        self._done = True
        if pipe is not None and self._ticket:
            pipe.__exit__(GeneratorExit)
        if answer is not None:
            answer.close()
