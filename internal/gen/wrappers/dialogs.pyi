"""Interactive dialogs."""

from mattermost_plugin._internal.overrides import dialogs

class DialogElement:
    """One input of a dialog; ``options`` are ``{'text': …, 'value': …}``."""

    _message = "api_remaining_pb2.DialogElement"
    _read = {"options": dialogs.read_options}

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
    options: list[dict[str, str]] = []

class Dialog:
    """An interactive dialog."""

    _message = "api_remaining_pb2.Dialog"

    callback_id: str = ""
    title: str = ""
    introduction_text: str = ""
    elements: list[DialogElement] = []
    submit_label: str = ""
    notify_on_cancel: bool = False
    state: str = ""
    icon_url: str = ""

class OpenDialogRequest:
    """A dialog to open for the user behind ``trigger_id``; the answer is posted to ``url``."""

    _message = "api_remaining_pb2.OpenDialogRequest"

    trigger_id: str = ""
    url: str = ""
    dialog: Dialog | None = None

class DialogDateTimeConfig:
    """What a date or time element of a dialog takes; ``time_interval`` in minutes."""

    _message = "api_remaining_pb2.DialogDateTimeConfig"

class DialogActionButton:
    """A button within a dialog: its click is posted to ``url``."""

    _message = "api_remaining_pb2.DialogActionButton"
