"""HTTP to other servers: those that the plugin was granted, see docs/http.md.

::

    from mattermost_plugin import http

    issue = http.request("GET", "https://tracker.example.com/issues/7", timeout=5).json()

    answer = await http.request_async("POST", "https://tracker.example.com/issues", json={"title": "…"})  # in async hooks

`urllib.request`, `http.client`, and packages that are built on them such as ``requests``, work too. Here calls of several async
hooks overlap, and errors say more.

What goes wrong is a `mattermost_plugin.exceptions.PluginAPIError`; an answer with a status of 400 and above is none::

    PluginAPIError                 the server cannot be trusted (TLS), or what it answers is not HTTP
    ├── PermissionDeniedError      the plugin may not reach the host: the text names it, and who denies it
    ├── ValidationError            it is no request: the URL, a header
    └── UnavailableError           nobody answers, or not in time; a limit is used up
"""

from __future__ import annotations

import _mmpy

from mattermost_plugin._internal import outbound, sending
from mattermost_plugin._internal.files import open_input
from mattermost_plugin._internal.http_body import HTTPBody
from mattermost_plugin._internal.http_headers import checked, headers_to_dict
from mattermost_plugin.exceptions import PluginAPIError
from mattermost_plugin.grpc.outbound_http_pb2 import OutboundHTTPResponse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping
    from typing import Any, BinaryIO, Self

    Headers = Mapping[str, str | list[str]]
    Data = bytes | str | Mapping[str, Any] | BinaryIO | Iterable[bytes]

__all__ = ["HTTPStatusError", "Response", "request", "request_async"]

MAX_REDIRECTS = 10

_BODY = "body_stream"


class HTTPStatusError(PluginAPIError):
    """What `Response.raise_for_status` raises.

    Attributes: response, and those of PluginAPIError; status_code is the answer's.
    """

    def __init__(self, response: Response) -> None:
        super().__init__(f"{response.url} answers {response.status_code} {response.reason}".rstrip(), status_code=response.status_code)
        self.response = response


class Response(HTTPBody):
    """An answer. Its body is there as `body`, `text` or `json()`; it is a file too, and an iterator of chunks.

    With ``stream=True`` the body is read as it arrives; close such an answer, or use it in a ``with``.

    Attributes: status_code, reason, headers (lists of values by name), url (after redirects), content_length (-1: unknown).
    """

    def __init__(self, response: Any) -> None:
        self.status_code: int = response.status_code
        self.reason: str = response.reason
        self.headers = headers_to_dict(response.headers)
        self.url: str = response.url
        self.content_length: int = response.content_length
        self._input = open_input(response.body_stream, response.body)

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.status_code

    @property
    def ok(self) -> bool:
        """Whether the status is below 400."""
        return self.status_code < 400

    @property
    def content(self) -> bytes:
        """The body; the same as `body`."""
        return self.body

    def raise_for_status(self) -> Self:
        """The answer itself. Raises HTTPStatusError when its status is 400 or above."""
        if not self.ok:
            raise HTTPStatusError(self)
        return self

    def close(self) -> None:
        """Says that no more is wanted of the body."""
        self.stream.raw.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Response {self.status_code} {self.reason}>"

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The chunks of the body, as they arrive. Other tasks have their turns between two chunks."""
        from asyncio import sleep

        for chunk in self.stream:
            yield chunk
            await sleep(0)


def request(
    method: str,
    url: str,
    *,
    headers: Headers | None = None,
    params: Mapping[str, Any] | None = None,
    data: Data | None = None,
    json: Any = None,
    timeout: float | None = None,
    follow_redirects: bool = True,
    stream: bool = False,
) -> Response:
    """Asks a server, and gives its answer, whatever its status.

    Args:
        headers: a header may have a list of values.
        params: are added to the query of the URL.
        data: the body: bytes, a text, a dict that is sent as a form, a binary file, or an iterable of bytes. The last two are read
            and sent piece by piece.
        json: a value to send as JSON, in place of data.
        timeout: how long nothing may come, in seconds. The whole may take no longer than the plugin's limit http_seconds.
        follow_redirects: at most 10. Each host must be granted.
        stream: the body of the answer is read as it arrives, and not before this returns.

    Raises:
        PermissionDeniedError: the plugin may not reach that host.
        ValidationError: it is no request.
        UnavailableError: nobody answers, or not in time; or a limit is used up.
        PluginAPIError: the server does not prove who it is, or what it answers is not HTTP.
    """
    message, content = _message(method, url, headers, params, data, json, timeout, follow_redirects, stream)
    if content is None:
        return Response(outbound.call(message))
    return Response(outbound.checked(sending.call_through_pipe(outbound.METHOD, message, _BODY, content, OutboundHTTPResponse)))


async def request_async(
    method: str,
    url: str,
    *,
    headers: Headers | None = None,
    params: Mapping[str, Any] | None = None,
    data: Data | AsyncIterable[bytes] | None = None,
    json: Any = None,
    timeout: float | None = None,
    follow_redirects: bool = True,
    stream: bool = False,
) -> Response:
    """As `request`; other tasks and hooks go on meanwhile. data may be an asynchronous iterable as well.

    With ``stream=True``, ``async for chunk in response`` reads the body; what goes on meanwhile waits for each chunk.

    Raises: as `request`.
    """
    message, content = _message(method, url, headers, params, data, json, timeout, follow_redirects, stream)
    if content is not None:
        return Response(
            outbound.checked(await sending.call_through_pipe_async(outbound.METHOD, message, _BODY, content, OutboundHTTPResponse))
        )
    from asyncio import get_running_loop

    from mattermost_plugin._internal.event_loop import GuestEventLoop

    loop = get_running_loop()
    if not isinstance(loop, GuestEventLoop):  # a loop of the plugin's own
        return Response(outbound.call(message))
    try:
        return Response(outbound.checked(await loop.call_api(outbound.METHOD, message, OutboundHTTPResponse)))
    except _mmpy.StatusError as error:
        raise outbound.status_error(error) from None


def _message(
    method: str,
    url: str,
    headers: Headers | None,
    params: Mapping[str, Any] | None,
    data: Any,
    json: Any,
    timeout: float | None,
    follow_redirects: bool,
    stream: bool,
) -> tuple[Any, Any]:
    """The request, and its body where that is to go through a pipe."""
    pairs = [(name, checked(name, value)) for name, values in (headers or {}).items() for value in _values(values)]
    names = {name.lower() for name, _ in pairs}
    if json is not None:
        if data is not None:
            raise TypeError("a request has data or json, and not both")
        from json import dumps

        data, content_type = dumps(json).encode(), "application/json"
    elif isinstance(data, str):
        data, content_type = data.encode(), "text/plain; charset=utf-8"
    elif isinstance(data, _mapping()):
        from urllib.parse import urlencode

        data, content_type = urlencode(data, doseq=True).encode(), "application/x-www-form-urlencoded"
    else:
        content_type = ""
    if content_type and "content-type" not in names:
        pairs.append(("Content-Type", content_type))
    if "user-agent" not in names:
        pairs.append(("User-Agent", "mattermost_plugin"))
    message = outbound.message(method.upper(), _with(url, params), pairs, timeout, MAX_REDIRECTS if follow_redirects else 0)
    message.whole_body = not stream
    if data is None:
        return message, None
    content = data if hasattr(data, "read") or hasattr(data, "__aiter__") or _is_buffer(data) else _Pieces(data)
    if sending.is_whole(content):
        message.body = bytes(content)
        return message, None
    message.body_length = _length(content)
    return message, content


def _mapping() -> type:
    from collections.abc import Mapping

    return Mapping


def _values(values: Any) -> Iterable[Any]:
    return values if isinstance(values, (list, tuple)) else (values,)


def _with(url: str, params: Mapping[str, Any] | None) -> str:
    if not params:
        return url
    from urllib.parse import urlencode

    url, _, fragment = url.partition("#")
    return f"{url}{'&' if '?' in url else '?'}{urlencode(params, doseq=True)}"


def _is_buffer(data: Any) -> bool:
    try:
        memoryview(data).release()
    except TypeError:
        return False
    return True


def _length(content: Any) -> int:
    """How long a body is that is sent piece by piece; -1 where that cannot be known."""
    if _is_buffer(content):
        return memoryview(content).nbytes
    try:
        here = content.tell()
        end: int = content.seek(0, 2)
        content.seek(here)
        return end - here
    except (AttributeError, OSError, ValueError, TypeError):
        return -1


class _Pieces:
    """An iterable of bytes as a file, which gives a piece at a time."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces: Iterator[bytes] = iter(pieces)

    def read(self, size: int = -1) -> bytes:
        for piece in self._pieces:
            if piece:
                return piece
        return b""
