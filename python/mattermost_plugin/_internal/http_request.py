"""The request that a ServeHTTP or ServeMetrics handler is given."""

from __future__ import annotations

from mattermost_plugin._internal.http_body import HTTPBody

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class HTTPRequest(HTTPBody):
    """A request to ``/plugins/{plugin id}/…``.

    Its body is read as it arrives: the request is a file (``read(n)`` waits for n bytes or the end, ``read1(n)`` for
    what comes next, `readline` for a line), iteration gives chunks, and `body`, `text` and `json` take the rest.
    A client that goes away before the end of its body is a ConnectionResetError.

    Attributes: method, url (path and query, below the plugin's prefix), proto, proto_major, proto_minor, headers (lists
    of values by name), host, remote_addr, request_uri (with the prefix), content_length (-1: unknown), plugin_context.
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

    @property
    def user_id(self) -> str:
        """The user who is logged in, as the server says; empty for nobody."""
        return self.get_header("Mattermost-User-Id")

    @property
    def path(self) -> str:
        """The path below the plugin's prefix, decoded: ``/files/a b``."""
        from urllib.parse import unquote

        return unquote(self.url.partition("?")[0])

    @property
    def query_string(self) -> str:
        """What follows the question mark, as it was sent."""
        return self.url.partition("?")[2].partition("#")[0]

    @property
    def query(self) -> dict[str, list[str]]:
        """The parameters in the URL: lists of values by name."""
        from urllib.parse import parse_qs

        return parse_qs(self.query_string, keep_blank_values=True)

    def get_query(self, name: str, default: str = "") -> str:
        """The first value of a parameter in the URL."""
        values = self.query.get(name)
        return values[0] if values else default

    def form(self) -> dict[str, list[str]]:
        """The fields of an HTML form sent as ``application/x-www-form-urlencoded``: lists of values by name."""
        from urllib.parse import parse_qs

        return parse_qs(self.text, keep_blank_values=True)
