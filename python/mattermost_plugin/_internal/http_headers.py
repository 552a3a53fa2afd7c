"""The headers of HTTP messages: lists of values by name, whose case does not matter."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


def values_of(headers: Mapping[str, Any], name: str) -> list[str]:
    """The values of the header with that name."""
    wanted = name.lower()
    found: list[str] = []
    for key, values in headers.items():
        if key.lower() == wanted:
            found += [values] if isinstance(values, str) else values
    return found


class WithHeaders:
    """Base of the messages with headers."""

    headers: Mapping[str, Any]

    def get_header(self, name: str, default: str = "") -> str:
        """The first value of a header, whatever the case of its name."""
        values = values_of(self.headers, name)
        return values[0] if values else default

    def get_all_headers(self, name: str) -> list[str]:
        """All values of a header, whatever the case of its name."""
        return values_of(self.headers, name)


def checked(name: str, value: object) -> str:
    """The value as a text. Raises ValueError for a header that HTTP has no way to send."""
    if not name or not _TOKEN.issuperset(name):
        raise ValueError(f"{name!r} is no name of an HTTP header")
    text = str(value)
    if any(letter in text for letter in "\r\n\0"):
        raise ValueError(f"the value of the HTTP header {name} has a line break or a NUL in it: {text!r}")
    return text


def headers_to_dict(headers: Iterable[Any]) -> dict[str, list[str]]:
    """Lists of values by name, of the contract's HTTPHeader messages."""
    return {header.key: list(header.values) for header in headers}


def dict_to_headers(headers: Mapping[str, Any]) -> list[Any]:
    """The contract's HTTPHeader messages. A header may have one value or a list."""
    from mattermost_plugin.grpc.hooks_http_pb2 import HTTPHeader

    return [
        HTTPHeader(key=name, values=[values] if isinstance(values, str) else [str(value) for value in values])
        for name, values in headers.items()
    ]
