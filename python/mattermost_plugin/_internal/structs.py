"""google.protobuf.Struct ↔ plain Python values: the props of posts, configurations, payloads."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def struct_to_dict(struct: Any) -> dict[str, Any]:
    """The fields of a Struct. Numbers that are whole become int, as JSON would have them."""
    return {key: value_to_python(value) for key, value in struct.fields.items()}


def value_to_python(value: Any) -> Any:
    """What a google.protobuf.Value holds: None, bool, int, float, str, list or dict."""
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return value.string_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "bool_value":
        return value.bool_value
    if kind == "struct_value":
        return struct_to_dict(value.struct_value)
    if kind == "list_value":
        return [value_to_python(item) for item in value.list_value.values]
    return None


def fill_struct(struct: Any, mapping: Mapping[str, Any], where: str) -> None:
    """Adds the items of a mapping to a Struct; `where` is what errors call it.

    Raises TypeError for values that JSON does not have.
    """
    for key, item in mapping.items():
        if not isinstance(key, str):
            raise TypeError(f"{where}: keys must be str, not {key!r}")
        fill_value(struct.fields[key], item, f"{where}[{key!r}]")


def fill_value(value: Any, item: Any, where: str) -> None:
    """Sets a google.protobuf.Value to None, a bool, number, str, list, tuple or mapping; see fill_struct."""
    if item is None:
        value.null_value = 0
    elif isinstance(item, bool):
        value.bool_value = item
    elif isinstance(item, (int, float)):
        value.number_value = item
    elif isinstance(item, str):
        value.string_value = item
    elif isinstance(item, (list, tuple)):
        value.list_value.SetInParent()
        for index, element in enumerate(item):
            fill_value(value.list_value.values.add(), element, f"{where}[{index}]")
    elif hasattr(item, "items"):
        value.struct_value.SetInParent()
        fill_struct(value.struct_value, item, where)
    elif hasattr(item, "WhichOneof"):  # a Value, or the ListValue or Struct out of one
        _copy_message(value, item, where)
    else:
        allowed = "None, bool, int, float, str, list or dict"
        raise TypeError(f"{where}: a value must be {allowed}, not {type(item).__name__}")


def _copy_message(value: Any, item: Any, where: str) -> None:
    kind = type(item).__name__
    if kind == "Value":
        value.CopyFrom(item)
    elif kind == "ListValue":
        value.list_value.CopyFrom(item)
    elif kind == "Struct":
        value.struct_value.CopyFrom(item)
    else:
        raise TypeError(f"{where}: a {kind} message is no value")
