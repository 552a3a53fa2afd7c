"""What the return values of handlers mean: a rule fills the response of a hook from what its handler returned."""

from __future__ import annotations

from mattermost_plugin._internal.structs import put_value
from mattermost_plugin._internal.wire import as_message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Rule = Callable[[str, Any, Any], None]  # hook, result, response


def snake_case(hook: str) -> str:
    """The hook's name as Python writes it: ``OnSAMLLogin`` is ``on_saml_login``."""
    letters = []
    for i, letter in enumerate(hook):
        starts_word = i > 0 and letter.isupper() and (hook[i - 1].islower() or hook[i + 1 : i + 2].islower())
        letters.append("_" + letter.lower() if starts_word else letter.lower())
    return "".join(letters)


def set_error(hook: str, response: Any, error: Any) -> None:
    """Puts an exception, or the text of an error, into ``response.error``."""
    response.error.id = f"plugin.{snake_case(hook)}.error"
    response.error.message = str(error) or type(error).__name__
    response.error.where = hook
    response.error.status_code = 500
    if isinstance(error, BaseException):
        response.error.detailed_error = type(error).__qualname__


def _ignored(hook: str, result: Any, expected: str) -> None:
    import logging

    logging.getLogger("mattermost_plugin").warning(
        "the %s handler returned %s, which is ignored: it may return %s", hook, _a(result), expected
    )


def _a(result: Any) -> str:
    if isinstance(result, tuple):
        return f"a tuple of {len(result)}"
    if isinstance(result, bool):
        return repr(result)
    return f"a value of type {type(result).__name__}"


def nothing(hook: str, result: Any, response: Any) -> None:
    """Notifications: whatever was returned says nothing."""


def error_or_none(hook: str, result: Any, response: Any) -> None:
    """An exception, or a text that is not empty, is an error."""
    if isinstance(result, BaseException) or (isinstance(result, str) and result):
        set_error(hook, response, result)


def modify_or_reject(field: str, mark: str) -> Rule:
    """None allows; a text is the reason to reject; a changed object replaces. Both fit in a pair, where a reason wins.

    An object is known by having the attribute ``mark``, and goes to the response's ``field``.
    """

    def rule(hook: str, result: Any, response: Any) -> None:
        if result is None:
            return
        value, reason = result if isinstance(result, tuple) and len(result) == 2 else (result, None)
        if reason is None and isinstance(value, str):
            value, reason = None, value
        if reason:
            response.rejection_reason = str(reason)
        elif value is not None and hasattr(value, mark):
            response._lend(field, as_message(value))
        elif value is not None:
            _ignored(hook, result, "None, the changed object, a reason to reject (str), or (object or None, reason)")

    rule.field = field  # type: ignore[attr-defined]  # a message of its type needs no looking at: see _mmpy.hook
    return rule


def file_or_reject(hook: str, result: Any, response: Any) -> None:
    """As modify_or_reject; bytes, alone or among up to three in a tuple, are the new content."""
    for part in result if isinstance(result, tuple) else (result,):
        if isinstance(part, str):
            response.rejection_reason = part
        elif isinstance(part, (bytes, bytearray)):
            response.modified_content = bytes(part)
        elif hasattr(part, "mime_type"):
            response._lend("modified_file_info", as_message(part))
        elif part is not None:
            _ignored(hook, part, "None, a FileInfo, bytes, a reason to reject (str), or a tuple of these")


def reject(hook: str, result: Any, response: Any) -> None:
    """A text that is not empty is the reason to reject."""
    if isinstance(result, str):
        response.rejection_reason = result
    elif result is not None:
        _ignored(hook, result, "None, or a reason to reject (str)")


def replace_posts(hook: str, result: Any, response: Any) -> None:
    """A list of posts replaces those that were given."""
    if isinstance(result, (list, tuple)):
        response.posts.extend(as_message(post) for post in result)
    elif result is not None:
        _ignored(hook, result, "None, or a list of posts")


def command_response(hook: str, result: Any, response: Any) -> None:
    """A CommandResponse (message or wrapper), a dict of its fields, or the text to show."""
    if result is None:
        return
    message = as_message(result)
    if isinstance(message, str):
        response.response.text = message
        response.response.response_type = "ephemeral"
    elif isinstance(message, dict):
        _fill_command_response(hook, response.response, message)
    elif hasattr(message, "response_type"):
        response._lend("response", message)
    else:
        _ignored(hook, result, "a CommandResponse, a dict of its fields, a text, or None")


def _fill_command_response(hook: str, message: Any, fields: dict[str, Any]) -> None:
    known = message.DESCRIPTOR.fields_by_name
    message.SetInParent()
    for name, value in fields.items():
        if name not in known:
            _ignored(hook, {name: value}, f"a dict with keys out of {', '.join(known)}; {name!r} is none")
        elif value is None:
            continue
        elif name == "props":
            put_value(message, "props", value)
        elif name == "attachments":
            for item in value:
                _fill_command_response(hook, message.attachments.add(), item)
        else:
            setattr(message, name, value)


def deleted_count(hook: str, result: Any, response: Any) -> None:
    """A number, or (number, error)."""
    count, error = result if isinstance(result, tuple) and len(result) == 2 else (result, None)
    if isinstance(count, int):
        response.deleted_count = count
    elif count is not None:
        _ignored(hook, result, "how many rows were deleted (int), or (int, error)")
    if error:
        set_error(hook, response, error)


def new_config(hook: str, result: Any, response: Any) -> None:
    """A ConfigJson replaces; (ConfigJson or None, error) may refuse."""
    config, error = result if isinstance(result, tuple) and len(result) == 2 else (result, None)
    if error:
        set_error(hook, response, error)
        response.error.id = "plugin.configuration_will_be_saved.rejected"
    elif hasattr(config, "config_json"):
        response._lend("modified_config", config)
    elif config is not None:
        _ignored(hook, result, "None, a ConfigJson, or (ConfigJson or None, error)")


def sync_response(hook: str, result: Any, response: Any) -> None:
    """A SyncResponse, or (SyncResponse or None, error)."""
    answer, error = result if isinstance(result, tuple) and len(result) == 2 else (result, None)
    if hasattr(answer, "users_last_update_at"):
        response._lend("response", answer)
    elif answer is not None:
        _ignored(hook, result, "None, a SyncResponse, or (SyncResponse or None, error)")
    if error:
        set_error(hook, response, error)


def healthy(hook: str, result: Any, response: Any) -> None:
    """Whatever is true; nothing returned is true as well."""
    response.healthy = result is None or bool(result)


def support_files(hook: str, result: Any, response: Any) -> None:
    """A list of FileData; a pair is (list, error)."""
    files, error = result if isinstance(result, tuple) and len(result) == 2 else (result, None)
    if isinstance(files, (list, tuple)):
        response.files.extend(files)
    elif files is not None:
        _ignored(hook, result, "a list of FileData, or (list, error)")
    if error:
        set_error(hook, response, error)
