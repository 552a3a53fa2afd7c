"""The values that json.loads gives to messages."""

import base64
import math
import re
from collections.abc import Callable
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.internal.json_values import (
    INTEGERS,
    REALS,
    SPECIAL_REALS,
    WRAPPERS,
    ParseError,
    is_map,
    value_field,
)

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")


class Parser:
    """Fills messages; json_format.ParseDict has the options."""

    def __init__(self, ignore_unknown: bool, depth: int) -> None:
        self.ignore_unknown = ignore_unknown
        self.depth = depth
        self.well_known: dict[str, Callable[[Any, Any, str], None]] = {
            "google.protobuf.Struct": self._struct,
            "google.protobuf.Value": self._value,
            "google.protobuf.ListValue": self._list,
            "google.protobuf.Timestamp": self._timestamp,
        }

    def message(self, value: Any, message: Any, path: str) -> None:
        if self.depth == 0:
            raise ParseError("Message too deep")
        self.depth -= 1
        name = message.DESCRIPTOR.full_name
        message.SetInParent()
        if name in self.well_known:
            self.well_known[name](value, message, path)
        elif name in WRAPPERS:
            message.value = self._scalar(message.DESCRIPTOR.fields_by_name["value"], value, path)
        else:
            self._fields(value, message, path)
        self.depth += 1

    def _fields(self, value: Any, message: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise ParseError(f"Failed to parse {path}: expected an object, got {value!r}")
        seen: set[str] = set()
        for name, part in value.items():
            field = message.DESCRIPTOR.fields_by_camelcase_name.get(name) or message.DESCRIPTOR.fields_by_name.get(name)
            if field is None:
                if self.ignore_unknown:
                    continue
                known = ", ".join(message.DESCRIPTOR.fields_by_name)
                raise ParseError(f'{path} has no field "{name}"; it has: {known}')
            if field.name in seen:
                raise ParseError(f'Failed to parse {path}: field "{name}" given twice')
            seen.add(field.name)
            if part is not None and field.containing_oneof and message.WhichOneof(field.containing_oneof.name):
                raise ParseError(f"Failed to parse {path}: more than one field of {field.containing_oneof.full_name}")
            self._field(field, part, message, f"{path}.{name}")

    def _field(self, field: FieldDescriptor, value: Any, message: Any, path: str) -> None:
        entry = field.message_type
        if value is None and not (entry is not None and entry.full_name == "google.protobuf.Value"):
            message.ClearField(field.name)
        elif entry is not None and is_map(field):
            self._map(field, value, getattr(message, field.name), path)
        elif field.is_repeated:
            self._repeated(field, value, getattr(message, field.name), path)
        elif entry is not None:
            self.message(value, getattr(message, field.name), path)
        else:
            self._set(lambda stored: setattr(message, field.name, stored), field, value, path)

    def _map(self, field: FieldDescriptor, value: Any, target: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise ParseError(f"Failed to parse {path}: a map needs an object, got {value!r}")
        assert field.message_type is not None
        key_field, element = field.message_type.fields_by_name["key"], value_field(field)
        for text, part in value.items():
            key = self._key(key_field, text, path)
            if element.message_type is not None:
                target[key].Clear()
                self.message(part, target[key], f"{path}.{text}")
            else:
                self._set(lambda stored, key=key: target.update({key: stored}), element, part, f"{path}.{text}")

    def _repeated(self, field: FieldDescriptor, value: Any, target: Any, path: str) -> None:
        if not isinstance(value, list | tuple):
            raise ParseError(f"Failed to parse {path}: a repeated field needs an array, got {value!r}")
        for index, part in enumerate(value):
            if part is None and not (
                field.message_type is not None and field.message_type.full_name.endswith(".Value")
            ):
                raise ParseError(f"Failed to parse {path}[{index}]: null is not allowed in an array")
            if field.message_type is not None:
                self.message(part, target.add(), f"{path}[{index}]")
            else:
                self._set(target.append, field, part, f"{path}[{index}]")

    def _set(self, store: Callable[[Any], Any], field: FieldDescriptor, value: Any, path: str) -> None:
        stored = self._scalar(field, value, path)
        if stored is None:  # an enum's name that is not known, and may be ignored
            return
        try:
            store(stored)
        except (TypeError, ValueError) as error:
            raise ParseError(f"Failed to parse {path}: {error}") from error

    def _key(self, field: FieldDescriptor, text: Any, path: str) -> Any:
        if field.cpp_type != FieldDescriptor.CPPTYPE_BOOL:
            return self._scalar(field, text, path)
        if text not in ("true", "false"):
            raise ParseError(f'Failed to parse {path}: a key is "true" or "false", not {text!r}')
        return text == "true"

    def _scalar(self, field: FieldDescriptor, value: Any, path: str) -> Any:
        try:
            if field.enum_type is not None:
                return self._enum(field, value)
            if field.type == FieldDescriptor.TYPE_BYTES:
                return _bytes(value)
            if field.cpp_type in INTEGERS:
                return _integer(value)
            if field.cpp_type in REALS:
                return _real(value, field.cpp_type == FieldDescriptor.CPPTYPE_FLOAT)
        except (TypeError, ValueError) as error:
            raise ParseError(f"Failed to parse {path}: {error}") from error
        expected = bool if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL else str
        if not isinstance(value, expected):
            raise ParseError(f"Failed to parse {path}: expected {expected.__name__}, got {value!r}")
        return value

    def _enum(self, field: FieldDescriptor, value: Any) -> int | None:
        assert field.enum_type is not None
        if value is None and field.enum_type.full_name == "google.protobuf.NullValue":
            return 0
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        known = field.enum_type.values_by_name.get(value) if isinstance(value, str) else None
        if known is not None:
            return known.number
        if isinstance(value, str) and self.ignore_unknown:
            return None
        raise ValueError(f"invalid enum value {value!r} for {field.enum_type.full_name}")

    def _struct(self, value: Any, message: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise ParseError(f"Failed to parse {path}: a Struct must be an object, got {value!r}")
        message.Clear()
        for key, part in value.items():
            self.message(part, message.fields[key], f"{path}.{key}")

    def _list(self, value: Any, message: Any, path: str) -> None:
        if not isinstance(value, list | tuple):
            raise ParseError(f"Failed to parse {path}: a ListValue must be an array, got {value!r}")
        message.Clear()
        for index, part in enumerate(value):
            self.message(part, message.values.add(), f"{path}[{index}]")

    def _value(self, value: Any, message: Any, path: str) -> None:
        if value is None:
            message.null_value = 0
        elif isinstance(value, bool):
            message.bool_value = value
        elif isinstance(value, str):
            message.string_value = value
        elif isinstance(value, int | float):
            message.number_value = value
        elif isinstance(value, dict):
            self.message(value, message.struct_value, path)
        elif isinstance(value, list | tuple):
            self.message(value, message.list_value, path)
        else:
            raise ParseError(f"Failed to parse {path}: a Value cannot hold {value!r}")

    def _timestamp(self, value: Any, message: Any, path: str) -> None:
        try:
            message.FromJsonString(value)
        except (AttributeError, TypeError, ValueError) as error:
            raise ParseError(f"Failed to parse {path}: {error}") from error


def _integer(value: Any) -> int:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return _integer(float(value)) if re.search("[.eE]", value) else int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"couldn't parse integer: {value!r}")
    return value


def _real(value: Any, narrow: bool) -> float:
    if isinstance(value, str):
        if value in SPECIAL_REALS:
            return SPECIAL_REALS[value]
        if not _NUMBER.fullmatch(value):
            raise ValueError(f"couldn't parse float: {value!r}")
    elif isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"couldn't parse float: {value!r}")
    number = float(value)
    if math.isinf(number) or (narrow and abs(number) > 3.4028235677973366e38):  # halfway past the largest float
        raise ValueError(f"float out of range: {value!r}")
    return number


def _bytes(value: Any) -> bytes:
    if not isinstance(value, str):
        raise TypeError(f"expected base64, got {value!r}")
    text = value.translate(str.maketrans("-_", "+/")).rstrip("=")
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
