"""What the clients have of a connection, as gRPC plugins know it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from mattermost_plugin._internal.calls import Transport


class Connection:
    """The server is always there: connecting and closing change nothing but `connected`, and target, credentials and
    options, which say where a gRPC plugin would find it, are only remembered.

    Args:
        transport: answers the calls in place of the host, given the method's name, the request and the response's type;
            `mattermost_plugin.testing.MockTransport` is one.
    """

    if TYPE_CHECKING:

        def _call_through(self, transport: Transport[Any]) -> None: ...  # the base of the mixins has it

    def __init__(
        self,
        target: str | None = None,
        *,
        credentials: Any | None = None,
        options: Sequence[tuple[str, int]] | None = None,
        transport: Transport[Any] | None = None,
    ) -> None:
        self._target = target or ""
        self._connected = True
        if transport is not None:
            self._call_through(transport)

    @property
    def target(self) -> str:
        """What was given as target."""
        return self._target

    @property
    def connected(self) -> bool:
        """Whether `close` was not called since the last `connect`."""
        return self._connected

    def can(self, method: str) -> bool:
        """Whether the plugin may call an API method, by its name in Mattermost: ``api.can("CreatePost")``.

        What the plugin's manifest does not ask for, or the administrator's policy denies, raises PermissionDeniedError when it
        is called. Whether Mattermost itself allows a call is seen only then. Raises ValueError when there is no such method.
        """
        from mattermost_plugin._internal.granted import denial

        return denial(method) is None
