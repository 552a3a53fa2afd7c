"""google.protobuf.Struct and Value ↔ plain Python values: the props of posts, configurations, payloads.

A Struct has doubles for all its numbers. A message that has a field ``X`` of this type has a list ``X_numbers`` beside
it, of the numbers that a double does not hold, such as integers beyond 2**53: `put_value` fills both, `read_value`
reads both.
"""

from __future__ import annotations

from _mmpy import struct_to_dict, value_to_python

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_EXACT = 2**53  # up to here each int has a double of its own


class ExactFloat(float):
    """A number with more digits than a float: it counts as the nearest, and goes back as it came."""

    text: str

    def __new__(cls, text: str) -> ExactFloat:
        number = super().__new__(cls, text)
        number.text = text
        return number


def read_value(message: Any, name: str) -> Any:
    """The Python value of a field that is a Struct or a Value."""
    held = getattr(message, name)
    plain = struct_to_dict(held) if type(held).__name__ == "Struct" else value_to_python(held)
    return with_exact(plain, getattr(message, f"{name}_numbers", ()))


def put_value(message: Any, name: str, item: Any, where: str = "") -> None:
    """Sets a field that is a Struct or a Value, but for None; `where` is what errors call it."""
    if item is None:
        return
    held = getattr(message, name)
    held.SetInParent()
    numbers = getattr(message, f"{name}_numbers", None)
    if type(held).__name__ == "Struct":
        fill_struct(held, item, where or name, numbers)
    else:
        fill_value(held, item, where or name, numbers)


def with_exact(plain: Any, numbers: Any) -> Any:
    """Plain values with the exact numbers at their places, where the number there is still the nearest double."""
    root = [plain]
    for one in numbers:
        container: Any = root
        key: Any = 0
        try:
            for step in one.path:
                container = container[key]
                key = int(step) if isinstance(container, list) else step
            near = container[key]
            text = one.number
            exact = int(text) if text.removeprefix("-").isdigit() else ExactFloat(text)
            if type(near) in (int, float) and float(exact) == near:
                container[key] = exact
        except (KeyError, IndexError, TypeError, ValueError, OverflowError):
            continue  # that place is gone
    return root[0]


def fill_struct(
    struct: Any,
    mapping: Mapping[str, Any],
    where: str,
    numbers: Any = None,
    path: tuple[str, ...] = (),
) -> None:
    """Adds the items of a mapping to a Struct, and what a double does not hold to numbers.

    `where` is what errors call it. Raises TypeError for values that JSON does not have.
    """
    for key, item in mapping.items():
        if not isinstance(key, str):
            raise TypeError(f"{where}: keys must be str, not {key!r}")
        fill_value(struct.fields[key], item, f"{where}[{key!r}]", numbers, (*path, key))


def fill_value(value: Any, item: Any, where: str, numbers: Any = None, path: tuple[str, ...] = ()) -> None:
    """Sets a google.protobuf.Value to None, a bool, number, str, list, tuple or mapping; see fill_struct."""
    if item is None:
        value.null_value = 0
    elif isinstance(item, bool):
        value.bool_value = item
    elif isinstance(item, (int, float)):
        _fill_number(value, item, where, numbers, path)
    elif isinstance(item, str):
        value.string_value = item
    elif isinstance(item, (list, tuple)):
        value.list_value.SetInParent()
        for index, element in enumerate(item):
            fill_value(value.list_value.values.add(), element, f"{where}[{index}]", numbers, (*path, str(index)))
    elif hasattr(item, "items"):
        value.struct_value.SetInParent()
        fill_struct(value.struct_value, item, where, numbers, path)
    elif hasattr(item, "WhichOneof"):  # a Value, or the ListValue or Struct out of one
        _copy_message(value, item, where)
    else:
        allowed = "None, bool, int, float, str, list or dict"
        raise TypeError(f"{where}: a value must be {allowed}, not {type(item).__name__}")


def _fill_number(value: Any, item: float, where: str, numbers: Any, path: tuple[str, ...]) -> None:
    try:
        number = float(item)
    except OverflowError:
        raise ValueError(f"{where}: a number beyond 1.8e308 is none of JSON's that Mattermost reads") from None
    value.number_value = number
    if numbers is None:
        return
    if isinstance(item, ExactFloat):
        numbers.add(path=path, number=item.text)
    elif isinstance(item, int) and not -_EXACT <= item <= _EXACT:
        numbers.add(path=path, number=str(int(item)))


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
