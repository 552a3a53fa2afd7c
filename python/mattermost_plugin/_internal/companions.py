"""Fields of messages whose type is too narrow, with a companion ``X_exact`` beside them, as one value of a record.

The writer sets the old field to the nearest that it can hold, and the companion where that says less than the value
does. The reader takes the companion while the old field is still what belongs to it: one that somebody changed wins.
"""

from __future__ import annotations

from mattermost_plugin._internal.structs import fill_struct, fill_value, struct_to_dict, value_to_python, with_exact

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Get = Callable[[Any, str], Any]  # message, name of the field
    Put = Callable[[Any, str, Any], None]  # message, name of the field, value


def letters(of_numbers: tuple[str, ...]) -> tuple[Get, Put]:
    """An enum that stands for letters, by number; the companion is Mattermost's own text."""
    numbers = {letter: number for number, letter in enumerate(of_numbers)}

    def get(message: Any, name: str) -> str:
        number = getattr(message, name)
        if message.HasField(f"{name}_exact"):
            exact: str = getattr(message, f"{name}_exact")
            if numbers.get(exact, 0) == number:
                return exact
        return of_numbers[number] if 0 <= number < len(of_numbers) else ""

    def put(message: Any, name: str, value: str) -> None:
        number = numbers.get(value)
        if number is None:
            setattr(message, f"{name}_exact", value)
        else:
            setattr(message, name, number)

    return get, put


def get_bytes(message: Any, name: str) -> bytes | None:
    """Bytes, where empty is not the same as none: then the companion is there, and empty too."""
    value: bytes = getattr(message, name)
    return value if value or message.HasField(f"{name}_exact") else None


def put_bytes(message: Any, name: str, value: bytes | None) -> None:
    if value is not None:
        setattr(message, name, value)
        if not value:
            setattr(message, f"{name}_exact", value)


def get_number(message: Any, name: str) -> int:
    """A number of which the old field only says whether it is 0."""
    there: bool = getattr(message, name)
    exact: int = getattr(message, f"{name}_exact")
    return exact if bool(exact) == there else int(there)


def put_number(message: Any, name: str, value: int) -> None:
    if value:
        setattr(message, name, True)
        setattr(message, f"{name}_exact", value)


def get_json(message: Any, name: str) -> Any:
    """Any value of JSON: an object in the old field, everything else in the companion."""
    if message.HasField(f"{name}_exact"):
        plain = value_to_python(getattr(message, f"{name}_exact"))
    elif message.HasField(name):
        plain = struct_to_dict(getattr(message, name))
    else:
        return None
    return with_exact(plain, getattr(message, f"{name}_numbers"))


def put_json(message: Any, name: str, value: Any) -> None:
    if value is None:
        return
    where, numbers = f"{type(message).__name__}.{name}", getattr(message, f"{name}_numbers")
    if hasattr(value, "items"):
        getattr(message, name).SetInParent()
        fill_struct(getattr(message, name), value, where, numbers)
    else:
        fill_value(getattr(message, f"{name}_exact"), value, where, numbers)
