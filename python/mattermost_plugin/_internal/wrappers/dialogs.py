"""Interactive dialogs."""

from __future__ import annotations

from mattermost_plugin._internal.record import field
from mattermost_plugin._internal.wire import WireRecord

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def _read_options(message: Any, name: str) -> list[dict[str, str]]:
    return [{"text": option.text, "value": option.value} for option in message.options]


class DialogElement(WireRecord):
    """One input of a dialog; ``options`` are ``{'text': …, 'value': …}``."""

    _message = "api_remaining_pb2.DialogElement"
    _read = {"options": _read_options}

    display_name: str = ""
    name: str = ""
    type: str = ""
    subtype: str = ""
    default: str = ""
    placeholder: str = ""
    help_text: str = ""
    optional: bool = False
    min_length: int = 0
    max_length: int = 0
    data_source: str = ""
    options: list[dict[str, str]] = field(default_factory=list)


class Dialog(WireRecord):
    """An interactive dialog."""

    _message = "api_remaining_pb2.Dialog"

    callback_id: str = ""
    title: str = ""
    introduction_text: str = ""
    elements: list[DialogElement] = field(default_factory=list)
    submit_label: str = ""
    notify_on_cancel: bool = False
    state: str = ""
    icon_url: str = ""


class OpenDialogRequest(WireRecord):
    """A dialog to open for the user behind ``trigger_id``; the answer is posted to ``url``."""

    _message = "api_remaining_pb2.OpenDialogRequest"

    trigger_id: str = ""
    url: str = ""
    dialog: Dialog | None = None
