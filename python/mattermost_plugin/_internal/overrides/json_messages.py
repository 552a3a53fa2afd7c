"""Messages as the JSON that Mattermost's REST API has for them: fields by their names."""

from __future__ import annotations

import json

from mattermost_plugin._internal.structs import put_value, read_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any


def dump(message: Any) -> bytes:
    """A message as a JSON object."""
    return json.dumps(to_dict(message), ensure_ascii=False).encode()


def dump_list(messages: Iterable[Any]) -> bytes:
    """Messages as a JSON array."""
    return json.dumps([to_dict(message) for message in messages], ensure_ascii=False).encode()


def to_dict(message: Any) -> dict[str, Any]:
    """The fields of a message; those that are missing, and not only empty, are left out."""
    fields = message.DESCRIPTOR.fields_by_name
    return {
        name: _value(message, name, field)
        for name, field in fields.items()
        if not _is_companion(name, fields) and (_is_json(field) or not field.has_presence or message.HasField(name))
    }


def _value(message: Any, name: str, field: Any) -> Any:
    value = getattr(message, name)
    if field.type == field.TYPE_BYTES:
        import base64

        return base64.b64encode(value).decode()
    if field.message_type is None:
        return list(value) if field.is_repeated else value
    if _is_json(field):
        if hasattr(message, f"{name}_exact") and message.HasField(f"{name}_exact"):
            return json.loads(getattr(message, f"{name}_exact"))
        return read_value(message, name)
    if not field.is_repeated:
        return to_dict(value)
    if hasattr(value, "items"):
        return {key: to_dict(item) if hasattr(item, "DESCRIPTOR") else item for key, item in value.items()}
    return [to_dict(item) for item in value]


def fill(message: Any, values: Mapping[str, Any], where: str) -> Any:
    """Sets fields of a message from a JSON object, as Go does: names in any case, unknown ones and nulls left out."""
    fields = message.DESCRIPTOR.fields_by_name
    for key, value in values.items():
        name = key.lower()
        if value is None or name not in fields or _is_companion(name, fields):
            continue
        try:
            if not _is_json(fields[name]):
                setattr(message, name, value)
                continue
            put_value(message, name, value, f"{where}.{name}")
            if hasattr(message, f"{name}_exact"):
                setattr(message, f"{name}_exact", json.dumps(value, ensure_ascii=False).encode())
        except (AttributeError, TypeError, ValueError) as error:
            raise TypeError(f"{where}: {key} is {value!r}: {error}") from None
    return message


def _is_companion(name: str, fields: Mapping[str, Any]) -> bool:
    base, _, ending = name.rpartition("_")
    return ending in ("exact", "numbers") and base in fields


def _is_json(field: Any) -> bool:
    if field.message_type is None or field.is_repeated:
        return False
    return field.message_type.full_name in ("google.protobuf.Struct", "google.protobuf.Value")
