"""Requests to other servers: the one way by which they reach the host."""

from __future__ import annotations

import _mmpy

from mattermost_plugin._internal import hook_runner
from mattermost_plugin.exceptions import PermissionDeniedError, UnavailableError, convert_app_error, convert_status_error
from mattermost_plugin.grpc.hooks_http_pb2 import HTTPHeader
from mattermost_plugin.grpc.outbound_http_pb2 import OutboundHTTPRequest, OutboundHTTPResponse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

METHOD = "http_request"

_UNIMPLEMENTED = -6


def message(
    method: str, url: str, headers: Iterable[tuple[str, str]], timeout: float | None = None, redirects: int = 0
) -> OutboundHTTPRequest:
    """A request without a body. A timeout of None leaves it to the limits."""
    if hook_runner.loading:
        raise PermissionDeniedError(
            f"{url} is not granted: the plugin's file is still being loaded; ask from OnActivate on",
            error_id="mmpy.denied",
            status_code=403,
        )
    request = OutboundHTTPRequest(method=method, url=url, redirects=redirects)
    request.headers.extend(HTTPHeader(key=name, values=[value]) for name, value in headers)
    if timeout is not None:
        request.timeout_ms = max(1, round(timeout * 1000))
    return request


def ask(url: str) -> None:
    """Raises what a request to the URL would raise, as far as that is known without sending one."""
    request = message("GET", url, ())
    request.only_ask = True
    call(request)


def call(request: OutboundHTTPRequest) -> OutboundHTTPResponse:
    """The answer to a request whose body is in the message."""
    try:
        return checked(_mmpy.call(METHOD, request, OutboundHTTPResponse))
    except _mmpy.StatusError as error:
        raise status_error(error) from None


def checked(response: Any) -> Any:
    """The answer, unless there is none: then the exception that says why."""
    if response.HasField("error"):
        raise convert_app_error(response.error)
    return response


def status_error(error: _mmpy.StatusError) -> Exception:
    """The exception for a request that the host did not even look at."""
    if error.status == _UNIMPLEMENTED:
        return UnavailableError("there is no network here", error_id="mmpy.http.no_network", status_code=503, where=METHOD)
    return convert_status_error(error)
