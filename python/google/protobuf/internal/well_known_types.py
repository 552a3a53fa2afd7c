"""What the well-known types can do beyond being messages: Struct is a dict, ListValue a list.

_mmpy.message_type makes the class that WKTBASES has for a full name an additional base of the type. A class with
_internal_assign takes a plain Python value where a message field is assigned or constructed, and says NotImplemented to
what it is not for; one with _internal_compare can be compared with such values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, MutableSequence
from datetime import UTC, datetime, timedelta

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_NANOSECONDS = 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class MissingKeyError(KeyError, ValueError):
    """A Struct does not have the key. google.protobuf raises ValueError; a dict would raise KeyError."""


def _plain(value: Any) -> Any:
    """What a Value holds: None, a bool, a float, a str, a Struct or a ListValue."""
    kind = value.WhichOneof("kind")
    if kind is None:
        raise ValueError("Value not set")
    return None if kind == "null_value" else getattr(value, kind)


def _set(target: Any, value: Any) -> None:
    """Makes a Value hold a plain value, or a copy of a Struct, ListValue or Value."""
    if value is None:
        target.null_value = 0
    elif isinstance(value, bool):
        target.bool_value = value
    elif isinstance(value, str):
        target.string_value = value
    elif isinstance(value, int | float):
        target.number_value = value
    elif isinstance(value, Struct | dict):
        _fill(target.struct_value, value)
    elif isinstance(value, ListValue | list | tuple):
        _fill(target.list_value, value)
    elif type(value) is type(target):
        target.CopyFrom(value)
    else:
        raise ValueError(f"a Struct cannot hold {value!r}: unexpected type {type(value).__name__}")


def _fill(target: Any, value: Any) -> None:
    """Makes a Struct or ListValue hold the elements of value, which may be the same one or a part of it."""
    if type(value) is type(target):
        target.CopyFrom(value)
        return
    target.Clear()
    if isinstance(target, Struct):
        target.update(value)
    else:
        target.extend(value)


def _equal(value: Any, other: Any) -> bool:
    """Whether a plain value, as _plain gives it, equals another."""
    if isinstance(value, Struct | ListValue):
        return value._internal_compare(other)
    return bool(value == other) and isinstance(value, bool) == isinstance(other, bool)


class Struct:
    """A dict of str to None, bool, float, str, Struct and ListValue; dicts and lists may be put in."""

    __slots__ = ()
    fields: Any

    def __getitem__(self, key: str) -> Any:
        if key not in self.fields:
            raise MissingKeyError(key)
        return _plain(self.fields[key])

    def __setitem__(self, key: str, value: Any) -> None:
        _set(self.fields[key], value)

    def __delitem__(self, key: str) -> None:
        del self.fields[key]

    def __contains__(self, key: str) -> bool:
        return key in self.fields

    def __len__(self) -> int:
        return len(self.fields)

    def __iter__(self) -> Iterator[str]:
        return iter(self.fields)

    def keys(self) -> Any:
        return self.fields.keys()

    def values(self) -> list[Any]:
        return [_plain(value) for value in self.fields.values()]

    def items(self) -> list[tuple[str, Any]]:
        return [(key, _plain(value)) for key, value in self.fields.items()]

    def get(self, key: str, default: Any = None) -> Any:
        return _plain(self.fields[key]) if key in self.fields else default

    def pop(self, key: str, *default: Any) -> Any:
        """Removes a key and returns its value, or default; KeyError without one."""
        value = self.fields.pop(key, *default)
        return _plain(value) if type(value).__name__ == "Value" else value

    def setdefault(self, key: str, default: Any = None) -> Any:
        if key not in self.fields:
            self[key] = default
        return self[key]

    def update(self, other: Mapping[str, Any] | Iterable[tuple[str, Any]] = (), **values: Any) -> None:
        for key, value in dict(other, **values).items():
            _set(self.fields[key], value)

    def get_or_create_struct(self, key: str) -> Any:
        """The Struct under a key, put there empty if something else or nothing is."""
        value = self.fields[key]
        if not value.HasField("struct_value"):
            value.struct_value.Clear()
        return value.struct_value

    def get_or_create_list(self, key: str) -> Any:
        """The ListValue under a key, put there empty if something else or nothing is."""
        value = self.fields[key]
        if not value.HasField("list_value"):
            value.list_value.Clear()
        return value.list_value

    def _internal_assign(self, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return NotImplemented
        return _fill(self, value)

    def _internal_compare(self, other: Any) -> bool:
        if not isinstance(other, Struct | Mapping) or len(self) != len(other):
            return False
        return all(key in other and _equal(_plain(value), other[key]) for key, value in self.fields.items())


class ListValue:
    """A list of what a Struct can hold."""

    __slots__ = ()
    values: Any

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [_plain(value) for value in self.values[index]]
        return _plain(self.values[index])

    def __setitem__(self, index: int, value: Any) -> None:
        _set(self.values[index], value)

    def __delitem__(self, index: Any) -> None:
        del self.values[index]

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[Any]:
        return self.items()

    def items(self) -> Iterator[Any]:
        return (_plain(value) for value in self.values)

    def append(self, value: Any) -> None:
        _set(self.values.add(), value)

    def extend(self, values: Iterable[Any]) -> None:
        for value in list(values):
            self.append(value)

    def add_struct(self) -> Any:
        """Appends an empty Struct and returns it."""
        struct = self.values.add().struct_value
        struct.Clear()
        return struct

    def add_list(self) -> Any:
        """Appends an empty ListValue and returns it."""
        values = self.values.add().list_value
        values.Clear()
        return values

    def _internal_assign(self, value: Any) -> Any:
        if not isinstance(value, list | tuple):
            return NotImplemented
        return _fill(self, value)

    def _internal_compare(self, other: Any) -> bool:
        if not isinstance(other, ListValue | list | tuple) or len(self) != len(other):
            return False
        return all(_equal(mine, theirs) for mine, theirs in zip(self, other, strict=True))


class Timestamp:
    """A moment, in seconds and nanoseconds since 1970 in UTC."""

    __slots__ = ()
    seconds: int
    nanos: int

    def ToNanoseconds(self) -> int:
        return self.seconds * _NANOSECONDS + self.nanos

    def ToMicroseconds(self) -> int:
        return self.ToNanoseconds() // 1_000

    def ToMilliseconds(self) -> int:
        return self.ToNanoseconds() // 1_000_000

    def ToSeconds(self) -> int:
        return self.seconds

    def FromNanoseconds(self, nanoseconds: int) -> None:
        self.seconds, self.nanos = divmod(nanoseconds, _NANOSECONDS)

    def FromMicroseconds(self, microseconds: int) -> None:
        self.FromNanoseconds(microseconds * 1_000)

    def FromMilliseconds(self, milliseconds: int) -> None:
        self.FromNanoseconds(milliseconds * 1_000_000)

    def FromSeconds(self, seconds: int) -> None:
        self.FromNanoseconds(seconds * _NANOSECONDS)

    def ToDatetime(self, tzinfo: Any = None) -> datetime:
        """The moment as a datetime: in tzinfo's zone, or, without one, naive and in UTC."""
        moment = _EPOCH + timedelta(seconds=self.seconds, microseconds=self.nanos // 1_000)
        return moment.astimezone(tzinfo) if tzinfo else moment.replace(tzinfo=None)

    def FromDatetime(self, moment: datetime) -> None:
        """Takes a datetime; a naive one is in UTC."""
        since = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH
        self.FromMicroseconds(since // timedelta(microseconds=1))

    def GetCurrentTime(self) -> None:
        self.FromDatetime(datetime.now(UTC))

    def ToJsonString(self) -> str:
        """RFC 3339 in UTC, with 0, 3, 6 or 9 digits of the second's fraction."""
        text = (_EPOCH + timedelta(seconds=self.seconds)).replace(tzinfo=None).isoformat()
        digits = f"{self.nanos:09}"
        while digits.endswith("000"):
            digits = digits[:-3]
        return f"{text}.{digits}Z" if digits else f"{text}Z"

    def FromJsonString(self, text: str) -> None:
        """Reads RFC 3339; ValueError if it isn't."""
        whole, dot, rest = text.partition(".")
        digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
        moment = datetime.fromisoformat(whole + rest[len(digits) :])
        if "T" not in text or moment.tzinfo is None or len(digits) > 9 or (dot and not digits):
            raise ValueError(f"not a time in RFC 3339: {text!r}")
        self.FromDatetime(moment)
        self.nanos = int(digits.ljust(9, "0"))

    def _internal_assign(self, value: Any) -> Any:
        if not isinstance(value, datetime):
            return NotImplemented
        return self.FromDatetime(value)


WKTBASES: dict[str, type] = {
    "google.protobuf.ListValue": ListValue,
    "google.protobuf.Struct": Struct,
    "google.protobuf.Timestamp": Timestamp,
}

MutableMapping.register(Struct)
MutableSequence.register(ListValue)
