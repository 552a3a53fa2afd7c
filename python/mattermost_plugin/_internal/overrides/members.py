"""TeamMemberWithError: its error is a text in the contract and an AppError in the message."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def read_error(message: Any, name: str) -> str | None:
    if not message.HasField(name):
        return None
    return message.error.message or message.error.id


def write_error(message: Any, name: str, value: str | None) -> None:
    if value is not None:
        message.error.message = value


def read_app_error(message: Any, name: str) -> Any:
    from mattermost_plugin._internal.wrappers import AppError

    return AppError.from_proto(message.error) if message.HasField("error") else None


def write_app_error(message: Any, name: str, value: Any) -> None:
    """After write_error: the whole error, unless somebody has changed its text."""
    if value is None:
        return
    text = message.error.message if message.HasField("error") else None
    if text is None or text == (value.message or value.id):
        message.error.CopyFrom(value.to_proto())
