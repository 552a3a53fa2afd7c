"""What other plugins answer to `plugin_http` and `plugin_http_stream`."""

from __future__ import annotations

from mattermost_plugin._internal.http_body import HTTPBody
from mattermost_plugin._internal.http_headers import dict_to_headers, headers_to_dict
from mattermost_plugin._internal.files import open_input

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Self


def fill_headers(request: Any, headers: Mapping[str, str | list[str]] | None) -> None:
    """Puts headers into a PluginHTTPRequest. One with a list of values has each of them."""
    for name, values in (headers or {}).items():
        request.headers[name] = values if isinstance(values, str) else ", ".join(values)
    if any(not isinstance(values, str) for values in (headers or {}).values()):
        request.headers_exact.extend(dict_to_headers(headers or {}))


def all_headers(response: Any) -> dict[str, list[str]]:
    """Lists of values by name."""
    if response.headers_exact:
        return headers_to_dict(response.headers_exact)
    return {name: [value] for name, value in response.headers.items()}


class PluginHTTPResult(tuple):
    """The tuple ``(status_code, headers, body)``, with names, and with all values of each header in `all_headers`."""

    all_headers: dict[str, list[str]]

    def __new__(cls, response: Any) -> Self:
        result = super().__new__(cls, (response.status_code, dict(response.headers), response.body))
        result.all_headers = all_headers(response)
        return result

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        return self[0]

    @property
    def headers(self) -> dict[str, str]:
        """The headers, several values of one joined with commas."""
        return self[1]

    @property
    def body(self) -> bytes:
        """The whole body."""
        return self[2]


class PluginHTTPResponse(HTTPBody):
    """A response whose body is read as it arrives; it is a file, as the request of a ServeHTTP handler is.

    As a context manager it is closed at the end. Close one whose body was not read to its end.

    Attributes: status_code, headers (lists of values by name), content_length (-1: unknown).
    """

    def __init__(self, response: Any) -> None:
        self.status_code: int = response.status_code
        self.headers = all_headers(response)
        self.content_length: int = response.content_length if response.HasField("content_length") else -1
        self._input = open_input(response.body_stream, response.body)

    def close(self) -> None:
        """Says that no more is wanted of the body."""
        self.stream.raw.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
