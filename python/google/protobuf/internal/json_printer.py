"""Messages to the values that json.dumps takes."""

import base64
import math
import struct
from collections.abc import Callable
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.internal.json_values import INT64, REALS, WRAPPERS, SerializeToJsonError, is_map, value_field


class Printer:
    """Prints messages; json_format.MessageToDict has the options."""

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
        if name in WRAPPERS:
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
        if not is_map(field):
            return [self._one(field, element) for element in value]
        element = value_field(field)
        return {_key_text(key): self._one(element, value[key]) for key in value}

    def _one(self, field: FieldDescriptor, value: Any) -> Any:
        return self.message(value) if field.type == FieldDescriptor.TYPE_MESSAGE else self._scalar(field, value)

    def _scalar(self, field: FieldDescriptor, value: Any) -> Any:
        if field.enum_type is not None:
            return self._enum(field, value)
        if field.type == FieldDescriptor.TYPE_BYTES:
            return base64.b64encode(value).decode()
        if field.cpp_type in INT64:
            return str(value)
        if field.cpp_type in REALS:
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
    for digits in range(6, 10):
        short = float(f"{value:.{digits}g}")
        if struct.unpack("<f", struct.pack("<f", short))[0] == value:
            return short
    return value
