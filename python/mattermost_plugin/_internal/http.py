"""What a ServeHTTP or ServeMetrics handler is given: a request and a writer for the response."""

from __future__ import annotations

from mattermost_plugin._internal.dispatch import Binding
from mattermost_plugin._internal.hook_runner import run_handler

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def _values(headers: dict[str, Any], name: str) -> list[str]:
    wanted = name.lower()
    for key, value in headers.items():
        if key.lower() == wanted:
            return [value] if isinstance(value, str) else list(value)
    return []


class HTTPRequest:
    """A request to ``/plugins/{plugin id}/…``.

    Attributes: method, url (path and query, below the plugin's prefix), proto, proto_major, proto_minor, headers (lists
    of values by name), host, remote_addr, request_uri, content_length (-1: unknown), plugin_context, body (bytes).
    """

    def __init__(
        self,
        method: str,
        url: str,
        proto: str,
        proto_major: int,
        proto_minor: int,
        headers: dict[str, Any],
        host: str,
        remote_addr: str,
        request_uri: str,
        content_length: int,
        plugin_context: Any = None,
    ) -> None:
        self.method = method
        self.url = url
        self.proto = proto
        self.proto_major = proto_major
        self.proto_minor = proto_minor
        self.headers = headers
        self.host = host
        self.remote_addr = remote_addr
        self.request_uri = request_uri
        self.content_length = content_length
        self.plugin_context = plugin_context
        self.body = b""

    def get_header(self, name: str, default: str = "") -> str:
        """The first value of a header, whatever the case of its name."""
        values = _values(self.headers, name)
        return values[0] if values else default

    def get_all_headers(self, name: str) -> list[str]:
        """All values of a header, whatever the case of its name."""
        return _values(self.headers, name)


class HTTPResponseWriter:
    """Takes the response: headers first, then the status, then the body; as Go's http.ResponseWriter does."""

    MAX_CHUNK_SIZE = 64 * 1024

    def __init__(self) -> None:
        self.status_code: int | None = None
        self.headers: dict[str, list[str]] = {}
        self._written: list[bytes] = []
        self._pending: list[bytes] = []

    def set_header(self, name: str, value: str) -> None:
        """Gives a header this one value."""
        for key in [key for key in self.headers if key.lower() == name.lower()]:
            del self.headers[key]
        self.headers[name] = [value]

    def add_header(self, name: str, value: str) -> None:
        """Gives a header one value more."""
        for key, values in self.headers.items():
            if key.lower() == name.lower():
                values.append(value)
                return
        self.headers[name] = [value]

    def write_header(self, status_code: int) -> None:
        """Sets the status. The first one counts."""
        if self.status_code is None:
            self.status_code = status_code

    def write(self, data: bytes | str) -> int:
        """Adds to the body; the result is the number of bytes. The status is 200 when none was set before."""
        self.write_header(200)
        chunk = data.encode() if isinstance(data, str) else bytes(data)
        self._written.append(chunk)
        self._pending.append(chunk)
        return len(chunk)

    def flush(self) -> None:
        """Asks to send what was written so far."""
        self.write_header(200)

    def get_body(self) -> bytes:
        """All that was written."""
        return b"".join(self._written)

    def get_pending_writes(self) -> list[bytes]:
        """What was written since clear_pending_writes."""
        return list(self._pending)

    def clear_pending_writes(self) -> None:
        """Forgets what get_pending_writes gives; get_body keeps it."""
        self._pending.clear()


class HTTPBinding(Binding):
    """ServeHTTP or ServeMetrics with the whole request in one message, and the whole response."""

    def __call__(self, request: bytes) -> bytes:
        from mattermost_plugin.grpc.hooks_http_pb2 import ServeHTTPRequest, ServeHTTPResponse

        message = ServeHTTPRequest.FromString(request)
        init = message.init
        http_request = HTTPRequest(
            init.method,
            init.url,
            init.proto,
            init.proto_major,
            init.proto_minor,
            {header.key: list(header.values) for header in init.headers},
            init.host,
            init.remote_addr,
            init.request_uri,
            init.content_length,
            init.plugin_context,
        )
        http_request.body = message.body_chunk
        writer = HTTPResponseWriter()
        run_handler(self.hook, self.handler, init.plugin_context, writer, http_request)
        response = ServeHTTPResponse(body_chunk=writer.get_body(), body_complete=True)
        response.init.status_code = writer.status_code or 200
        for name, values in writer.headers.items():
            response.init.headers.add(key=name, values=values)
        return response.SerializeToString()
