"""Messages as protobuf's JSON: MessageToJson, MessageToDict, Parse, ParseDict.

64-bit integers are strings, bytes base64, enums their names; Struct, Value, ListValue, Timestamp and the wrappers are what
they stand for. Errors: SerializeToJsonError, ParseError.
"""

import base64
import json
import math
import re
import struct
from collections.abc import Callable
from typing import Any, TypeVar

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

__all__ = ["Error", "MessageToDict", "MessageToJson", "Parse", "ParseDict", "ParseError", "SerializeToJsonError"]

_M = TypeVar("_M", bound=Message)

_INT64 = {FieldDescriptor.CPPTYPE_INT64, FieldDescriptor.CPPTYPE_UINT64}
_INTEGERS = _INT64 | {FieldDescriptor.CPPTYPE_INT32, FieldDescriptor.CPPTYPE_UINT32}
_REALS = {FieldDescriptor.CPPTYPE_FLOAT, FieldDescriptor.CPPTYPE_DOUBLE}
_WRAPPERS = {
    f"google.protobuf.{name}Value"
    for name in ("Double", "Float", "Int64", "UInt64", "Int32", "UInt32", "Bool", "String", "Bytes")
}
_SPECIAL_REALS = {"Infinity": math.inf, "-Infinity": -math.inf, "NaN": math.nan}
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_MAX_DEPTH = 100


class Error(Exception):
    """The base of this module's errors."""


class SerializeToJsonError(Error):
    """A message has no JSON form."""


class ParseError(Error):
    """A JSON text or dict is not the message that it is read as."""


def MessageToJson(
    message: Message,
    including_default_value_fields: bool = False,
    preserving_proto_field_name: bool = False,
    indent: int | None = 2,
    sort_keys: bool = False,
    use_integers_for_enums: bool = False,
    descriptor_pool: Any = None,
    float_precision: int | None = None,
    ensure_ascii: bool = True,
    always_print_fields_with_no_presence: bool = False,
) -> str:
    """The message as JSON text; the options are those of MessageToDict and of json.dumps."""
    value = MessageToDict(
        message,
        including_default_value_fields,
        preserving_proto_field_name,
        use_integers_for_enums,
        descriptor_pool,
        float_precision,
        always_print_fields_with_no_presence,
    )
    return json.dumps(value, indent=indent, sort_keys=sort_keys, ensure_ascii=ensure_ascii)


def MessageToDict(
    message: Message,
    including_default_value_fields: bool = False,
    preserving_proto_field_name: bool = False,
    use_integers_for_enums: bool = False,
    descriptor_pool: Any = None,
    float_precision: int | None = None,
    always_print_fields_with_no_presence: bool = False,
) -> Any:
    """The message as what json.dumps takes: a dict, or for a well-known type what it stands for.

    including_default_value_fields and always_print_fields_with_no_presence both show the fields without presence that hold
    their default; preserving_proto_field_name keeps snake_case; float_precision rounds floats to that many digits.
    """
    show_defaults = including_default_value_fields or always_print_fields_with_no_presence
    return _Printer(show_defaults, preserving_proto_field_name, use_integers_for_enums, float_precision).message(message)


def Parse(
    text: str | bytes,
    message: _M,
    ignore_unknown_fields: bool = False,
    descriptor_pool: Any = None,
    max_recursion_depth: int = _MAX_DEPTH,
) -> _M:
    """Merges JSON text into the message, and returns it."""
    try:
        value = json.loads(text, object_pairs_hook=_no_duplicates)
    except (ValueError, RecursionError) as error:
        raise ParseError(f"Failed to load JSON: {error}") from error
    return ParseDict(value, message, ignore_unknown_fields, descriptor_pool, max_recursion_depth)


def ParseDict(
    js_dict: Any,
    message: _M,
    ignore_unknown_fields: bool = False,
    descriptor_pool: Any = None,
    max_recursion_depth: int = _MAX_DEPTH,
) -> _M:
    """Merges what json.loads gives for a message into the message, and returns it."""
    _Parser(ignore_unknown_fields, max_recursion_depth).message(js_dict, message, message.DESCRIPTOR.name)
    return message


def _is_map(field: FieldDescriptor) -> bool:
    entry = field.message_type
    return entry is not None and entry.GetOptions().map_entry


def _value_field(field: FieldDescriptor) -> FieldDescriptor:
    assert field.message_type is not None
    return field.message_type.fields_by_name["value"]


class _Printer:
    def __init__(self, show_defaults: bool, keep_names: bool, enum_numbers: bool, precision: int | None) -> None:
        self.show_defaults = show_defaults
        self.keep_names = keep_names
        self.enum_numbers = enum_numbers
        self.precision = precision
        self.well_known: dict[str, Callable[[Any], Any]] = {
            "google.protobuf.Struct": self._struct,
            "google.protobuf.Value": self._value,
            "google.protobuf.ListValue": self._list,
            "google.protobuf.Timestamp": lambda message: message.ToJsonString(),
        }

    def message(self, message: Any) -> Any:
        name = message.DESCRIPTOR.full_name
        if name in self.well_known:
            return self.well_known[name](message)
        if name in _WRAPPERS:
            return self._scalar(message.DESCRIPTOR.fields_by_name["value"], message.value)
        shown = {field.number: (field, value) for field, value in message.ListFields()}
        if self.show_defaults:
            for field in message.DESCRIPTOR.fields:
                if not field.has_presence and field.number not in shown:
                    shown[field.number] = (field, getattr(message, field.name))
        return {self._name(field): self._field(field, value) for field, value in shown.values()}

    def _name(self, field: FieldDescriptor) -> str:
        return field.name if self.keep_names else field.json_name

    def _field(self, field: FieldDescriptor, value: Any) -> Any:
        if not field.is_repeated:
            return self._one(field, value)
        if not _is_map(field):
            return [self._one(field, element) for element in value]
        element = _value_field(field)
        return {_key_text(key): self._one(element, value[key]) for key in value}

    def _one(self, field: FieldDescriptor, value: Any) -> Any:
        return self.message(value) if field.type == FieldDescriptor.TYPE_MESSAGE else self._scalar(field, value)

    def _scalar(self, field: FieldDescriptor, value: Any) -> Any:
        if field.enum_type is not None:
            return self._enum(field, value)
        if field.type == FieldDescriptor.TYPE_BYTES:
            return base64.b64encode(value).decode()
        if field.cpp_type in _INT64:
            return str(value)
        if field.cpp_type in _REALS:
            return self._real(value, field.cpp_type == FieldDescriptor.CPPTYPE_FLOAT)
        return value

    def _enum(self, field: FieldDescriptor, value: int) -> Any:
        assert field.enum_type is not None
        if field.enum_type.full_name == "google.protobuf.NullValue":
            return None
        known = field.enum_type.values_by_number.get(value)
        return value if self.enum_numbers or known is None else known.name

    def _real(self, value: float, narrow: bool) -> Any:
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        if self.precision is not None:
            return float(format(value, f".{self.precision}g"))
        return _shortest(value) if narrow else value

    def _struct(self, message: Any) -> dict[str, Any]:
        return {key: self._value(message.fields[key]) for key in message.fields}

    def _list(self, message: Any) -> list[Any]:
        return [self._value(value) for value in message.values]

    def _value(self, message: Any) -> Any:
        kind = message.WhichOneof("kind")
        if kind is None or kind == "null_value":
            return None
        value = getattr(message, kind)
        if kind == "number_value" and not math.isfinite(value):
            raise SerializeToJsonError(f"Fail to serialize {value} for Value.number_value")
        return self._one(message.DESCRIPTOR.fields_by_name[kind], value)


def _key_text(key: Any) -> str:
    return str(key).lower() if isinstance(key, bool) else str(key)


def _shortest(value: float) -> float:
    """The double with the fewest digits that is the same float."""
    for digits in range(6, 9):
        short = float(f"{value:.{digits}g}")
        if struct.unpack("<f", struct.pack("<f", short))[0] == value:
            return short
    return value


class _Parser:
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
        elif name in _WRAPPERS:
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
        elif entry is not None and _is_map(field):
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
        key_field, element = field.message_type.fields_by_name["key"], _value_field(field)
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
            if part is None and not (field.message_type is not None and field.message_type.full_name.endswith(".Value")):
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
            if field.cpp_type in _INTEGERS:
                return _integer(value)
            if field.cpp_type in _REALS:
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
        if value in _SPECIAL_REALS:
            return _SPECIAL_REALS[value]
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


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("duplicate key in an object")
    return result
