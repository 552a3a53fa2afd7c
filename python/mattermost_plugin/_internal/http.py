"""From the host's ServeHTTP and ServeMetrics to a handler, and back."""

from __future__ import annotations

from mattermost_plugin._internal.binding import Binding
from mattermost_plugin._internal.hook_runner import answer_hook
from mattermost_plugin._internal.http_headers import headers_to_dict
from mattermost_plugin._internal.http_request import HTTPRequest
from mattermost_plugin._internal.http_response import HTTPResponseWriter
from mattermost_plugin._internal.files import end_input, open_input

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["HTTPBinding", "HTTPRequest", "HTTPResponseWriter"]


class HTTPBinding(Binding):
    """ServeHTTP or ServeMetrics: the bodies of request and response are streams, or in the messages as a whole."""

    def prepare(self) -> None:
        from mattermost_plugin.grpc import hooks_http_pb2  # noqa: F401

    def fire(self, request: bytes) -> bytes:
        from mattermost_plugin.grpc.hooks_http_pb2 import ServeHTTPRequest, ServeHTTPResponse

        message = ServeHTTPRequest.FromString(request)
        init = message.init
        http_request = HTTPRequest(
            init.method,
            init.url,
            init.proto,
            init.proto_major,
            init.proto_minor,
            headers_to_dict(init.headers),
            init.host,
            init.remote_addr,
            init.request_uri,
            init.content_length,
            init.plugin_context,
        )
        source = http_request._input = open_input(init.body_stream, message.body_chunk)
        writer = HTTPResponseWriter()
        writer._connect(init.response_stream)

        def respond(result: Any) -> bytes:
            response = ServeHTTPResponse()
            writer._finish(response)
            return response.SerializeToString()

        def end() -> None:
            writer._end()
            end_input(source)

        return answer_hook(self.hook, self.handler, [init.plugin_context, writer, http_request], respond, end=end)
