"""What the methods of `PluginAPIClient` raise.

::

    Exception
    └── PluginAPIError                 any answer of the server that is an error
        ├── NotFoundError              HTTP 404
        ├── PermissionDeniedError      HTTP 401, 403; an API method that the plugin was not granted
        ├── ValidationError            HTTP 400; a request that the host could not read
        ├── AlreadyExistsError         HTTP 409
        └── UnavailableError           HTTP 429, 503; a quota used up; a call cut short

`mattermost_plugin.HookRegistrationError` (a wrong use of ``@hook``) is not one of them.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class PluginAPIError(Exception):
    """An API method failed.

    ``str()`` is ``message [error_id] (HTTP status_code)``; what is unknown is None and left out.

    Attributes:
        message: what went wrong, for people.
        error_id: the id of Mattermost's AppError, such as ``app.user.missing_account.const``.
        status_code: the HTTP status that Mattermost gives the error.
        detailed_error: details for the log.
        where: the Go function that failed.
        params: the values that Mattermost put into the message.
        request_id: the request that failed.
        code: always None; plugins written for gRPC look at it.
    """

    def __init__(
        self,
        message: str,
        *,
        code: Any | None = None,
        error_id: str | None = None,
        status_code: int | None = None,
        detailed_error: str | None = None,
        where: str | None = None,
        params: dict[str, Any] | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.error_id = error_id
        self.status_code = status_code
        self.detailed_error = detailed_error
        self.where = where
        self.params = params
        self.request_id = request_id

    def __str__(self) -> str:
        parts = [self.message]
        if self.error_id:
            parts.append(f"[{self.error_id}]")
        if self.status_code:
            parts.append(f"(HTTP {self.status_code})")
        return " ".join(parts)

    def __repr__(self) -> str:
        given = [repr(self.message)]
        for name in ("error_id", "status_code", "detailed_error", "where", "params", "request_id"):
            value = getattr(self, name)
            if value is not None:
                given.append(f"{name}={value!r}")
        return f"{type(self).__name__}({', '.join(given)})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.message,), self.__dict__


class NotFoundError(PluginAPIError):
    """There is no such thing."""


class PermissionDeniedError(PluginAPIError):
    """The server, or the policy that the plugin runs under, does not allow it."""


class ValidationError(PluginAPIError):
    """The request makes no sense to the server."""


class AlreadyExistsError(PluginAPIError):
    """Something of that name or id exists."""


class UnavailableError(PluginAPIError):
    """Not now: trying again later may succeed."""


_BY_STATUS = {
    400: ValidationError,
    401: PermissionDeniedError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: AlreadyExistsError,
    429: UnavailableError,
    503: UnavailableError,
}


def convert_app_error(app_error: Any) -> PluginAPIError:
    """The exception for an ``AppError`` message, its class chosen by the HTTP status."""
    params = None
    if app_error.HasField("params"):
        from mattermost_plugin._internal.structs import read_value

        params = read_value(app_error, "params")
    error_class = _BY_STATUS.get(app_error.status_code, PluginAPIError)
    return error_class(
        app_error.message or app_error.id or "unknown error",
        error_id=app_error.id or None,
        status_code=app_error.status_code or None,
        detailed_error=app_error.detailed_error or None,
        where=app_error.where or None,
        params=params,
        request_id=app_error.request_id or None,
    )


# The status codes of the host (abi.Status): class, HTTP status, error id.
_BY_HOST_STATUS = {
    -1: (PermissionDeniedError, 403, "mmpy.denied"),
    -2: (UnavailableError, 429, "mmpy.quota"),
    -3: (ValidationError, 400, "mmpy.invalid"),
    -4: (UnavailableError, 503, "mmpy.cancelled"),
    -5: (UnavailableError, 503, "mmpy.unavailable"),
    -6: (PluginAPIError, 501, "mmpy.unimplemented"),
}


def convert_status_error(error: Any) -> PluginAPIError:
    """The exception for a ``_mmpy.StatusError``: the host did not carry the call out."""
    error_class, status_code, error_id = _BY_HOST_STATUS.get(error.status, (PluginAPIError, 500, "mmpy.internal"))
    return error_class(str(error), error_id=error_id, status_code=status_code, where=error.method)


_BY_GRPC_CODE = {
    "NOT_FOUND": NotFoundError,
    "PERMISSION_DENIED": PermissionDeniedError,
    "UNAUTHENTICATED": PermissionDeniedError,
    "INVALID_ARGUMENT": ValidationError,
    "ALREADY_EXISTS": AlreadyExistsError,
    "UNAVAILABLE": UnavailableError,
    "RESOURCE_EXHAUSTED": UnavailableError,
}


def convert_grpc_error(error: Any) -> PluginAPIError:
    """The exception for an error with gRPC's ``code()`` and ``details()``.

    No API method raises such an error here; the function is for plugins that import it. Any other exception becomes a
    PluginAPIError with its text.
    """
    if isinstance(error, PluginAPIError):
        return error
    code = error.code() if callable(getattr(error, "code", None)) else None
    details = error.details() if callable(getattr(error, "details", None)) else None
    error_class = _BY_GRPC_CODE.get(getattr(code, "name", ""), PluginAPIError)
    return error_class(details or str(error) or type(error).__name__, code=code)
