"""Records that mirror a message of the wire: the rule that turns one into the other."""

from __future__ import annotations

from _operator import attrgetter

from mattermost_plugin._internal.record import Record
from mattermost_plugin._internal.structs import fill_struct, struct_to_dict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, ClassVar, Self


class Plan:
    """How the fields of one record class travel, by their annotations.

    ========================== ===================================
    annotation                 field of the message
    ========================== ===================================
    str, int, bool, bytes      the same; unset is the zero value
    … | None                   unset is None
    list[str], dict[str, str]  repeated, map
    dict[str, object]          google.protobuf.Struct
    R, list[R], dict[str, R]   message, repeated, map of the record
    ========================== ===================================
    """

    def __init__(self, cls: type[WireRecord]) -> None:
        plain = []
        self.special: list[tuple[str, Callable[[Any, str], Any]]] = []
        self.optional = set()
        self.structs = set()
        self.nested = set()
        for name, one in cls._fields.items():
            kind = one.annotation.removesuffix(" | None")
            if kind != one.annotation:
                self.optional.add(name)
            if name in cls._read:
                self.special.append((name, cls._read[name]))
            elif kind == "dict[str, object]":
                self.structs.add(name)
                self.special.append((name, _get_struct))
            elif kind == "dict[str, str]":
                self.special.append((name, _get_map))
            elif kind == "list[str]":
                self.special.append((name, _get_list))
            elif kind not in ("str", "int", "bool", "bytes"):
                self.nested.add(name)
                self.special.append((name, _nested(cls, kind, name in self.optional)))
            elif name in self.optional:
                self.special.append((name, _get_optional))
            else:
                plain.append(name)
        self.plain = tuple(plain)
        self.get_plain = _getter(self.plain)


def _getter(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda message: tuple(getattr(message, name) for name in names)


def _get_struct(message: Any, name: str) -> dict[str, Any]:
    return struct_to_dict(getattr(message, name))


def _get_map(message: Any, name: str) -> dict[str, Any]:
    return dict(getattr(message, name))


def _get_list(message: Any, name: str) -> list[Any]:
    return list(getattr(message, name))


def _get_optional(message: Any, name: str) -> Any:
    return getattr(message, name) if message.HasField(name) else None


def _nested(cls: type[WireRecord], kind: str, optional: bool) -> Callable[[Any, str], Any]:
    """Reads a field whose annotation names another record of the same module."""
    record_name = kind.removeprefix("list[").removeprefix("dict[str, ").removesuffix("]")
    module = __import__(cls.__module__, fromlist=[record_name])
    convert = getattr(module, record_name).from_proto
    if kind.startswith("list["):
        return lambda message, name: [convert(item) for item in getattr(message, name)]
    if kind.startswith("dict["):
        return lambda message, name: {key: convert(item) for key, item in getattr(message, name).items()}
    if optional:
        return lambda message, name: convert(getattr(message, name)) if message.HasField(name) else None
    return lambda message, name: convert(getattr(message, name))


def as_message(value: Any) -> Any:
    """The message of a record. Anything else, a message above all, is given back as it is."""
    return value.to_proto() if isinstance(value, WireRecord) else value


def _as_messages(value: Any) -> Any:
    """A nested record, list or dict of records, as messages. Values that are messages already pass."""
    if isinstance(value, WireRecord):
        return value.to_proto()
    if isinstance(value, dict):
        return {key: _as_messages(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_as_messages(item) for item in value]
    return value


class WireRecord(Record):
    """A record of which the host has a message."""

    _message: ClassVar[str] = ""  # "module.Name" in mattermost_plugin.grpc
    _read: ClassVar[dict[str, Callable[[Any, str], Any]]] = {}  # fields that break the rule: (message, name) → value
    _write: ClassVar[dict[str, Callable[[Any, str, Any], None]]] = {}  # the way back: (message, name, value)
    _plan: ClassVar[Plan | None] = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._plan = None

    @classmethod
    def from_proto(cls, proto: Any) -> Self:
        """The record with the values of a message."""
        plan = cls._plan
        if plan is None:
            plan = cls._plan = Plan(cls)
        record = cls.__new__(cls)
        values = record.__dict__
        values.update(zip(plan.plain, plan.get_plain(proto)))
        for name, get in plan.special:
            values[name] = get(proto, name)
        return record

    def to_proto(self) -> Any:
        """A new message with the values of the record. Raises TypeError or ValueError for one that does not fit."""
        plan = self._plan
        if plan is None:
            plan = type(self)._plan = Plan(type(self))
        module, _, name = self._message.partition(".")
        message_type = getattr(__import__(f"mattermost_plugin.grpc.{module}", fromlist=[name]), name)
        values = {}
        for name, one in self._fields.items():
            value = getattr(self, name)
            if value is None or name in self._write or name in plan.structs:
                continue
            values[name] = _as_messages(value) if name in plan.nested else value
        message = message_type(**values)
        for name in plan.structs:
            value = getattr(self, name)
            if value:
                fill_struct(getattr(message, name), value, f"{type(self).__name__}.{name}")
        for name, put in self._write.items():
            put(message, name, getattr(self, name))
        return message
