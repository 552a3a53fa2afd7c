"""Messages as protobuf's JSON: MessageToJson, MessageToDict, Parse, ParseDict.

64-bit integers are strings, bytes base64, enums their names; Struct, Value, ListValue, Timestamp and the wrappers are
what they stand for. Errors: SerializeToJsonError, ParseError.
"""

import json
from typing import Any, TypeVar

from google.protobuf.internal.json_parser import Parser
from google.protobuf.internal.json_printer import Printer
from google.protobuf.internal.json_values import Error, ParseError, SerializeToJsonError
from google.protobuf.message import Message

__all__ = ["Error", "MessageToDict", "MessageToJson", "Parse", "ParseDict", "ParseError", "SerializeToJsonError"]

_M = TypeVar("_M", bound=Message)

_MAX_DEPTH = 100


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

    including_default_value_fields and always_print_fields_with_no_presence both show the fields without presence that
    hold their default; preserving_proto_field_name keeps snake_case; float_precision rounds floats to that many digits.
    """
    show_defaults = including_default_value_fields or always_print_fields_with_no_presence
    return Printer(show_defaults, preserving_proto_field_name, use_integers_for_enums, float_precision).message(message)


def Parse(
    text: str | bytes,
    message: _M,
    ignore_unknown_fields: bool = False,
    descriptor_pool: Any = None,
    max_recursion_depth: int = _MAX_DEPTH,
) -> _M:
    """Merges JSON text into the message, and returns it."""
    try:
        value = json.loads(text, object_pairs_hook=_no_duplicates, parse_int=_integer)
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
    Parser(ignore_unknown_fields, max_recursion_depth).message(js_dict, message, message.DESCRIPTOR.name)
    return message


def _integer(literal: str) -> int | float:
    return int(literal) if literal != "-0" else -0.0


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("duplicate key in an object")
    return result
