"""Message types that have every kind of field, for the tests of messages."""

from _mmpy import enum_type, message_type
from google.protobuf.struct_pb2 import ListValue, Struct, Value

Colour = enum_type("tests.Colour", __name__, (("NONE", 0), ("RED", 1), ("BLUE", 2), ("NEGATIVE", -7)))

NUMBERS = {
    "double": 1, "float": 2, "int32": 3, "int64": 4, "uint32": 5, "uint64": 6, "sint32": 7, "sint64": 8, "fixed32": 9,
    "fixed64": 10, "sfixed32": 11, "sfixed64": 12, "bool": 13, "string": 14, "bytes": 15, "enum": 16,
}  # fmt: skip


def reference(kind):
    return Colour if kind == "enum" else None


Kinds = message_type("tests.Kinds", __name__, (
    *((f"{kind}_field", number, kind, reference(kind)) for kind, number in NUMBERS.items()),
    *((f"optional_{kind}", number + 20, kind, reference(kind), "optional") for kind, number in NUMBERS.items()),
    *((f"repeated_{kind}", number + 40, kind, reference(kind), "repeated") for kind, number in NUMBERS.items()),
    *((f"map_{kind}", number + 60, "map", ("string", kind, reference(kind))) for kind, number in NUMBERS.items()),
    ("child", 81, "message", "tests.Kinds"),
    ("optional_child", 82, "message", "tests.Kinds", "optional"),
    ("children", 83, "message", "tests.Kinds", "repeated"),
    ("map_child", 84, "map", ("int32", "message", "tests.Kinds")),
    ("flags", 85, "map", ("bool", "int32")),
    ("choice_int", 91, "int32", None, "oneof:choice"), ("choice_text", 92, "string", None, "oneof:choice"),
    ("choice_child", 93, "message", "tests.Kinds", "oneof:choice"),
    ("struct", 101, "message", Struct), ("value", 102, "message", Value), ("list_value", 103, "message", ListValue),
    ("far", 536870911, "int32"),
))  # fmt: skip

Later = message_type("tests.Later", __name__, (("never", 1, "message", "tests.NeverDefined"),))
