"""What a ServeHTTP or ServeMetrics handler writes its response to."""

from __future__ import annotations

from mattermost_plugin._internal.http_headers import checked, dict_to_headers, values_of
from mattermost_plugin._internal.streams import CHUNK_SIZE, HostWriter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Buffer, Iterable
    from typing import Any, Self


class HTTPResponseWriter:
    """Takes the response: headers first, then the status, then the body; as Go's http.ResponseWriter does.

    It leaves in chunks of MAX_CHUNK_SIZE, and at once with `flush`. When the client does not take it any more,
    writing is a BrokenPipeError. It is a binary file to write to, so that ``shutil.copyfileobj``, ``csv`` (through
    ``io.TextIOWrapper``) or ``zipfile`` may write the body.

    Attributes: status_code (None before it is set), headers (lists of values by name; an empty list takes away a header
    that the server has set).
    """

    MAX_CHUNK_SIZE = CHUNK_SIZE

    def __init__(self) -> None:
        self.status_code: int | None = None
        self.headers: dict[str, list[str]] = {}
        self.closed = False
        self._chunks: list[bytes] = []  # what has not left
        self._taken = 0  # how many of them get_pending_writes does not give any more
        self._size = 0  # of the chunks
        self._sink: HostWriter | None = None  # where it leaves to
        self._begun = False  # the head has left

    def set_header(self, name: str, value: str) -> None:
        """Gives a header this one value."""
        value = checked(name, value)
        self.del_header(name)
        self.headers[name] = [value]

    def add_header(self, name: str, value: str) -> None:
        """Gives a header one value more."""
        value = checked(name, value)
        for key, values in self.headers.items():
            if key.lower() == name.lower():
                self.headers[key] = [values, value] if isinstance(values, str) else [*values, value]
                return
        self.headers[name] = [value]

    def del_header(self, name: str) -> None:
        """Forgets a header that was set here."""
        for key in [key for key in self.headers if key.lower() == name.lower()]:
            del self.headers[key]

    def get_header(self, name: str, default: str = "") -> str:
        """The first value of a header that was set here."""
        values = values_of(self.headers, name)
        return values[0] if values else default

    def write_header(self, status_code: int) -> None:
        """Sets the status. The first one counts; one that is not between 100 and 999 becomes a 500."""
        if self.status_code is None:
            self.status_code = int(status_code)

    def write(self, data: Buffer | str) -> int:
        """Adds to the body; the result is the number of bytes. The status is 200 when none was set before."""
        if self.closed:
            raise ValueError("the response has ended: it is closed, or its hook is over")
        self.write_header(200)
        if isinstance(data, str):
            data = data.encode()
        size = len(data) if isinstance(data, bytes) else memoryview(data).nbytes
        if self._sink is not None and size >= self.MAX_CHUNK_SIZE:
            self._send()
            self._sink.write(data)
        elif size:
            self._chunks.append(bytes(data))
            self._size += size
            if self._sink is not None and self._size >= self.MAX_CHUNK_SIZE:
                self._send()
        return size

    def writelines(self, lines: Iterable[Buffer | str]) -> None:
        """Adds each of the lines, which bring their line ends with them."""
        for line in lines:
            self.write(line)

    def write_json(self, value: Any, status_code: int = 200) -> None:
        """Answers with a value as JSON."""
        from json import dumps

        text = dumps(value)
        if not values_of(self.headers, "Content-Type"):
            self.set_header("Content-Type", "application/json")
        self.write_header(status_code)
        self.write(text)

    def redirect(self, url: str, status_code: int = 302) -> None:
        """Sends the client to another URL. Letters that no URL has are encoded."""
        from urllib.parse import quote

        self.set_header("Location", quote(url, safe="!#$%&'()*+,-./:;=?@[]_~"))
        self.write_header(status_code)

    def flush(self) -> None:
        """Sends what was written so far."""
        self.write_header(200)
        if self._sink is None or self.closed:
            return
        from mattermost_plugin.grpc.hooks_http_pb2 import ServeHTTPResponse

        part = ServeHTTPResponse(flush=True)
        self._fill(part)
        self._sink.control(part)

    def get_body(self) -> bytes:
        """All that was written, as far as it has not left: the whole body in a unit test."""
        return b"".join(self._chunks)

    def get_pending_writes(self) -> list[bytes]:
        """What was written since clear_pending_writes, as far as it has not left."""
        return self._chunks[self._taken :]

    def clear_pending_writes(self) -> None:
        """Forgets what get_pending_writes gives; get_body keeps it."""
        self._taken = len(self._chunks)

    def writable(self) -> bool:
        """True: it is there to be written to."""
        return True

    def readable(self) -> bool:
        """False."""
        return False

    def seekable(self) -> bool:
        """False: what has left does not come back."""
        return False

    def close(self) -> None:
        """Ends the response. What is left of it leaves with the end of the handler."""
        self.closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _connect(self, stream: int) -> None:
        """Has the response leave through a stream of the host."""
        if stream:
            self._sink = HostWriter(stream)

    def _send(self) -> None:
        """Sends what is there: the head as a message, the rest as it is."""
        assert self._sink is not None
        if not self._begun:
            from mattermost_plugin.grpc.hooks_http_pb2 import ServeHTTPResponse

            part = ServeHTTPResponse()
            self._fill_head(part)
            self._sink.control(part)
        if self._chunks:
            self._sink.write(b"".join(self._chunks))
            self._forget()

    def _fill(self, part: Any) -> None:
        """Puts all that has not left into a message."""
        self._fill_head(part)
        part.body_chunk = b"".join(self._chunks)
        if self._sink is not None:
            self._forget()

    def _fill_head(self, part: Any) -> None:
        if not self._begun:
            part.init.status_code = self.status_code or 200
            part.init.headers.extend(dict_to_headers(self.headers))
            self._begun = True

    def _forget(self) -> None:
        self._chunks.clear()
        self._taken = self._size = 0

    def _finish(self, part: Any) -> None:
        """The end of the handler: what has not left is its answer."""
        self._fill(part)
        part.body_complete = True

    def _end(self) -> None:
        """The end of the hook: nobody listens any more."""
        self.closed = True
        if self._sink is not None:
            self._sink.end()
            self._sink = None
