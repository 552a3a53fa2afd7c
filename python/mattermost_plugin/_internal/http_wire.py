"""HTTP/1.1 as bytes, for code that believes it has a connection: what it writes becomes a request, the answer bytes."""

from __future__ import annotations

import errno

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_MAX_HEAD = 128 * 1024
_MAX_LINE = 16 * 1024

_TOKEN = frozenset(b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


class RequestHead:
    """The head of a request that was written.

    Attributes: method, target, headers (pairs of names and values), length (of the body; -1: it comes in chunks).
    """

    def __init__(self, head: bytes) -> None:
        first, *lines = head.decode("latin-1").split("\r\n")
        words = first.split(" ")
        if len(words) != 3 or not words[2].startswith("HTTP/1."):
            raise OSError(errno.EPROTONOSUPPORT, f"only HTTP leaves the sandbox: {first[:80]!r} is no request")
        self.method, self.target, _ = words
        self.headers: list[tuple[str, str]] = []
        for line in lines:
            if line[:1] in (" ", "\t"):  # it goes on
                if self.headers:
                    name, value = self.headers[-1]
                    self.headers[-1] = name, f"{value} {line.strip()}"
                continue
            name, colon, value = line.partition(":")
            if not colon:
                raise OSError(errno.EINVAL, f"{line[:80]!r} is no header")
            self.headers.append((name.strip(), value.strip()))
        self.length = self._length()

    def _length(self) -> int:
        if any(name.lower() == "transfer-encoding" for name, _ in self.headers):
            return -1
        lengths = {value for name, value in self.headers if name.lower() == "content-length"}
        if not lengths:
            return 0
        length = lengths.pop()
        if lengths or not (length.isascii() and length.isdigit()):
            raise OSError(errno.EINVAL, f"Content-Length: {length!r} is no length")
        return int(length)


class RequestReader:
    """Reads what is written to a connection. `head` is there as soon as it is whole, `complete` is set at the end."""

    def __init__(self) -> None:
        self.head: RequestHead | None = None
        self.complete = False
        self._pending = bytearray()  # of the head, or of a line between chunks
        self._left = 0  # of the body, or of the chunk that is read
        self._chunked = False
        self._trailer = False

    def feed(self, data: memoryview) -> Iterator[memoryview | bytes]:
        """The pieces of the body in the data. Raises OSError for what is no request."""
        if self.head is None:
            data = self._feed_head(data)
        while self.head is not None and data and not self.complete:
            if self._left:
                piece = data[: self._left]
                data = data[len(piece) :]
                self._left -= len(piece)
                yield piece
                if not self._left and not self._chunked:
                    self.complete = True
            else:
                data = self._feed_line(data)
        if data:
            raise OSError(errno.EPIPE, "a connection carries one request here, and it is complete")

    def _feed_head(self, data: memoryview) -> memoryview:
        before = len(self._pending)
        self._pending += data
        if not self._looks_like_http():
            raise OSError(errno.EPROTONOSUPPORT, "only HTTP leaves the sandbox: what was written is no request")
        end = self._pending.find(b"\r\n\r\n", max(0, before - 3))
        if end < 0:
            if len(self._pending) > _MAX_HEAD:
                raise OSError(errno.EMSGSIZE, f"the head of the request has more than {_MAX_HEAD} bytes")
            return data[:0]
        self.head = RequestHead(bytes(self._pending[:end]))
        self._pending.clear()
        self._chunked = self.head.length < 0
        self._left = max(0, self.head.length)
        self.complete = self.head.length == 0
        return data[end + 4 - before :]

    def _looks_like_http(self) -> bool:
        word = self._pending[:32].partition(b" ")[0]
        return bool(word) and _TOKEN.issuperset(word)

    def _feed_line(self, data: memoryview) -> memoryview:
        """Takes what is between two chunks."""
        before = len(self._pending)
        self._pending += data[:_MAX_LINE]
        end = self._pending.find(b"\r\n", max(0, before - 1))
        if end < 0:
            if len(self._pending) >= _MAX_LINE:
                raise OSError(errno.EINVAL, "the chunks of the request's body are none")
            return data[:0]
        line = bytes(self._pending[:end])
        self._pending.clear()
        if self._trailer:
            self.complete = not line
        elif line:
            try:
                self._left = int(line.partition(b";")[0].strip(), 16)
            except ValueError:
                raise OSError(errno.EINVAL, f"{line[:80]!r} is no chunk of a request's body") from None
            if self._left < 0:
                raise OSError(errno.EINVAL, f"{line[:80]!r} is no chunk of a request's body")
            self._trailer = self._left == 0
        return data[end + 2 - before :]


def response_head(response: Any) -> bytes:
    """The head of an answer. Its end is that of the connection."""
    lines = [f"HTTP/1.1 {response.status_code} {response.reason}"]
    for header in response.headers:
        lines += [f"{header.key}: {value}" for value in header.values]
    lines.append("Connection: close")
    text = "\r\n".join(line.replace("\r", " ").replace("\n", " ") for line in lines)
    return text.encode("latin-1", "replace") + b"\r\n\r\n"
