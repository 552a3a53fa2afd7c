"""What printing and parsing of protobuf's JSON share: its errors, and its rules for values."""

import math

from google.protobuf.descriptor import FieldDescriptor

INT64 = {FieldDescriptor.CPPTYPE_INT64, FieldDescriptor.CPPTYPE_UINT64}
INTEGERS = INT64 | {FieldDescriptor.CPPTYPE_INT32, FieldDescriptor.CPPTYPE_UINT32}
REALS = {FieldDescriptor.CPPTYPE_FLOAT, FieldDescriptor.CPPTYPE_DOUBLE}
WRAPPERS = {
    f"google.protobuf.{name}Value"
    for name in ("Double", "Float", "Int64", "UInt64", "Int32", "UInt32", "Bool", "String", "Bytes")
}
SPECIAL_REALS = {"Infinity": math.inf, "-Infinity": -math.inf, "NaN": math.nan}


class Error(Exception):
    """The base of this module's errors."""


class SerializeToJsonError(Error):
    """A message has no JSON form."""


class ParseError(Error):
    """A JSON text or dict is not the message that it is read as."""


def is_map(field: FieldDescriptor) -> bool:
    entry = field.message_type
    return entry is not None and entry.GetOptions().map_entry


def value_field(field: FieldDescriptor) -> FieldDescriptor:
    assert field.message_type is not None
    return field.message_type.fields_by_name["value"]
