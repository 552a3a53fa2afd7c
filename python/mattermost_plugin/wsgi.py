"""WSGI applications (PEP 3333) behind the plugin's URL: Flask, Django, Bottle and the like.

::

    from flask import Flask
    from mattermost_plugin import Plugin, run_plugin, wsgi

    app = Flask(__name__)

    class Web(Plugin):
        serve = wsgi.mount(app)

The application is at ``/plugins/{plugin id}``, which is its SCRIPT_NAME. Who is logged in is in REMOTE_USER and
``environ["HTTP_MATTERMOST_USER_ID"]``; the plugin's object, with its ``api``, in ``environ["mattermost.plugin"]``; the
request, with its plugin_context, in ``environ["mattermost.request"]``. Bodies are streams both ways: what the
application yields leaves at once, so a generator may be a stream of events.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from urllib.parse import unquote_to_bytes

from mattermost_plugin.hooks import HookName, hook

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType
    from typing import Any

    from mattermost_plugin._internal.http_request import HTTPRequest
    from mattermost_plugin._internal.http_response import HTTPResponseWriter
    from mattermost_plugin._internal.files import Input

    Environ = dict[str, Any]
    Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
    ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType]

__all__ = ["make_environ", "mount", "serve"]


def mount(application: Application, hook_name: str = HookName.ServeHTTP) -> Callable[..., None]:
    """A handler for ServeHTTP, to be an attribute of the plugin's class, that lets an application answer.

    hook_name may be ``HookName.ServeMetrics``.
    """

    @hook(hook_name)
    def handler(self: Any, plugin_context: Any, response_writer: HTTPResponseWriter, request: HTTPRequest) -> None:
        environ = make_environ(request)
        environ["mattermost.plugin"] = self
        serve(application, environ, response_writer)

    return handler


def make_environ(request: HTTPRequest) -> Environ:
    """The environ of a request."""
    path, query = request.url.partition("?")[::2]
    server, _, port = request.host.rpartition(":") if _has_port(request.host) else (request.host, "", "")
    scheme = request.get_header("X-Forwarded-Proto", "http").partition(",")[0].strip().lower()
    environ: Environ = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": _native(_prefix(request, path)),
        "PATH_INFO": _native(path),
        "QUERY_STRING": query,
        "CONTENT_TYPE": request.get_header("Content-Type"),
        "SERVER_NAME": server or "localhost",
        "SERVER_PORT": port or ("443" if scheme == "https" else "80"),
        "SERVER_PROTOCOL": request.proto or "HTTP/1.1",
        "REMOTE_ADDR": request.remote_addr.rpartition(":")[0].strip("[]"),
        "REQUEST_URI": request.request_uri,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https" if scheme == "https" else "http",
        "wsgi.input": _Lines(request.stream),
        "wsgi.input_terminated": True,  # reading ends with the body, also where its length is not known
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "mattermost.request": request,
    }
    if request.user_id:
        environ["REMOTE_USER"] = request.user_id
    if request.content_length >= 0:
        environ["CONTENT_LENGTH"] = str(request.content_length)
    for name, values in request.headers.items():
        # With an underscore in it a header would pass for another, and Mattermost-User-Id must be the server's.
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH") and "_" not in name:
            joined = ("; " if key == "COOKIE" else ",").join([values] if isinstance(values, str) else values)
            environ["HTTP_" + key] = joined
    environ.setdefault("HTTP_HOST", request.host)
    return environ


def serve(application: Application, environ: Environ, writer: HTTPResponseWriter) -> None:
    """Has an application answer a request."""
    response = _Response(writer)
    with _closing(application(environ, response.start)) as chunks:
        for chunk in chunks:
            response.write(chunk)
            # The next chunk may take its time, unless it is there already. A large one has left.
            if not isinstance(chunks, (list, tuple)) and len(chunk) < writer.MAX_CHUNK_SIZE:
                writer.flush()
        response.send_head()


class _Lines:
    """A body whose iteration gives lines, as WSGI wants it."""

    def __init__(self, stream: Input) -> None:
        self.read = stream.read
        self.read1 = stream.read1
        self.readinto = stream.readinto
        self.readline = stream.readline
        self.readlines = stream.readlines

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")


class _Response:
    """What start_response and its write function change."""

    def __init__(self, writer: HTTPResponseWriter) -> None:
        self._writer = writer
        self._head: tuple[str, list[tuple[str, str]]] | None = None
        self._sent = False

    def start(
        self, status: str, headers: list[tuple[str, str]], exc_info: ExceptionInfo | None = None
    ) -> Callable[[bytes], None]:
        """WSGI's start_response."""
        if exc_info is not None:
            try:
                if self._sent:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None  # it refers to the frames that refer to it
        elif self._head is not None:
            raise AssertionError("start_response was called before, and only an error may call it again")
        self._head = status, list(headers)
        return self.write

    def write(self, data: bytes) -> None:
        """WSGI's write. The head leaves with the first byte of the body, so that until then an error may replace it."""
        if data:
            self.send_head()
            self._writer.write(data)

    def send_head(self) -> None:
        """Gives the head to the writer."""
        if self._sent:
            return
        if self._head is None:
            raise AssertionError("the application did not call start_response")
        self._sent = True
        status, headers = self._head
        for name, value in headers:
            self._writer.add_header(name, value)
        self._writer.write_header(int(status[:3]))


@contextmanager
def _closing(chunks: Iterable[bytes]) -> Iterator[Iterable[bytes]]:
    try:
        yield chunks
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()


def _prefix(request: HTTPRequest, path: str) -> str:
    """What the server has taken away in front of the path: the plugin's prefix, and that of a server in a subpath."""
    whole = request.request_uri.partition("?")[0]
    if path and whole.endswith(path):
        return whole[: -len(path)]
    from mattermost_plugin.runtime_config import load_runtime_config

    return f"/plugins/{load_runtime_config().plugin_id}"


def _native(path: str) -> str:
    """A path as WSGI has it: decoded, each byte a letter."""
    return unquote_to_bytes(path).decode("latin-1")


def _has_port(host: str) -> bool:
    return host.rpartition(":")[2].isdigit() and (host.count(":") == 1 or host.startswith("["))
