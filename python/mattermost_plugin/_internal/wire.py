"""Records that mirror a message of the wire: the rule that turns one into the other."""

from __future__ import annotations

from _operator import attrgetter

from mattermost_plugin._internal.record import Record
from mattermost_plugin._internal.structs import put_value, read_value, struct_to_dict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, ClassVar, Self

    from mattermost_plugin._internal.companions import Get, Put

_SCALARS = ("str", "int", "bool", "bytes", "float")


class Plan:
    """How the fields of one record class travel, by their annotations.

    ========================== =====================================================
    annotation                 field of the message
    ========================== =====================================================
    str, int, bool, bytes      the same; unset is the zero value
    … | None                   unset is None
    list[str], dict[str, str]  repeated, map
    dict[str, object], object  google.protobuf.Struct, Value, with exact numbers
    R, list[R], dict[str, R]   message, repeated, map of the record
    ========================== =====================================================

    A field whose companion ``X_exact`` the record has no field for holds the exact value: see `companions`.
    """

    def __init__(self, cls: type[WireRecord]) -> None:
        module, _, name = cls._message.partition(".")
        self.message_type: Any = getattr(__import__(f"mattermost_plugin.grpc.{module}", fromlist=[name]), name)
        self.sources: list[tuple[str, str]] = []  # what the message's constructor takes: field, its name there
        self.copies: list[tuple[str, Callable[[Any], Any]]] = []  # containers, which the record has a copy of
        self.special: list[tuple[str, str, Get]] = []  # how other fields are read
        self.puts: list[tuple[str, str, Put]] = []  # and written
        self.nested = set()
        plain = []
        blank = self.message_type()
        for name, one in cls._fields.items():
            source = cls._names.get(name, name)
            kind = one.annotation.removesuffix(" | None")
            optional = kind != one.annotation
            copy = self._copy(name, kind) if name not in cls._read else None
            get, put = (None, None) if copy else self._codec(cls, name, source, kind, optional, blank)
            if copy is not None:
                self.copies.append((name, copy))
            if get is None:
                plain.append((name, source))
            else:
                self.special.append((name, source, get))
            if put is None:
                self.sources.append((name, source))
            else:
                self.puts.append((name, source, put))
        self.plain = tuple(name for name, _ in plain)
        self.get_plain = _getter(tuple(source for _, source in plain))

    def _codec(
        self, cls: type[WireRecord], name: str, source: str, kind: str, optional: bool, blank: Any
    ) -> tuple[Get | None, Put | None]:
        """How a field is read, None as it is, and how it is written, None through the constructor."""
        if name in cls._read:
            return cls._read[name], cls._write.get(name)
        if name in cls._letters or (hasattr(blank, f"{source}_exact") and f"{name}_exact" not in cls._fields):
            from mattermost_plugin._internal import companions

            if name in cls._letters:
                return companions.letters(cls._letters[name])
            suffix = {"bytes": "bytes", "int": "number", "object": "json"}[kind]
            return getattr(companions, f"get_{suffix}"), getattr(companions, f"put_{suffix}")
        if kind in ("object", "dict[str, object]"):
            return _read_json(blank, source), _put_into(cls, nothing=None if kind == "object" else {})
        if kind in _SCALARS:
            return (_get_optional if optional else None), None
        if kind == "dict[str, list[str]]":
            return _get_lists, _put_lists
        self.nested.add(name)
        convert = _converter(kind)
        return lambda message, name: convert(getattr(message, name)) if message.HasField(name) else None, None

    def _copy(self, name: str, kind: str) -> Callable[[Any], Any] | None:
        """How a record has what a container holds; None for a field that is none, or that breaks the rule."""
        inner = kind.removeprefix("list[").removeprefix("dict[str, ").removesuffix("]")
        if inner == kind or inner == "object" or kind == "dict[str, list[str]]":
            return None
        is_list = kind.startswith("list[")
        if inner in _SCALARS:
            return list if is_list else _copy_map
        self.nested.add(name)
        convert = _converter(inner)
        if is_list:
            return lambda items: [convert(item) for item in items]
        return lambda items: {key: convert(item) for key, item in items.items()}


def _getter(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda message: tuple(getattr(message, name) for name in names)


def _read_json(blank: Any, name: str) -> Get:
    """read_value, at less cost for what is most of it: a Struct without exact numbers."""
    if type(getattr(blank, name)).__name__ != "Struct":
        return read_value
    numbers = f"{name}_numbers"

    def get(message: Any, name: str) -> Any:
        return read_value(message, name) if getattr(message, numbers) else struct_to_dict(getattr(message, name))

    return get if hasattr(blank, numbers) else read_value


def _put_into(cls: type[WireRecord], nothing: Any) -> Put:
    def put(message: Any, name: str, value: Any) -> None:
        if value is not None and value != nothing:
            put_value(message, name, value, f"{cls.__name__}.{name}")

    return put


def _get_lists(message: Any, name: str) -> dict[str, list[str]]:
    return {key: list(item.values) for key, item in getattr(message, name).items()}


def _put_lists(message: Any, name: str, value: dict[str, list[str]]) -> None:
    for key, item in value.items():
        getattr(message, name)[key].values.extend(item)


def _get_optional(message: Any, name: str) -> Any:
    return getattr(message, name) if message.HasField(name) else None


def _copy_map(items: Any) -> dict[str, Any]:
    return dict(items.items()) if items else {}  # dict(items) asks for each key


def _converter(record_name: str) -> Callable[[Any], Any]:
    """Makes the record of that name of a message."""
    from mattermost_plugin._internal import wrappers

    convert: Callable[[Any], Any] = getattr(wrappers, record_name).from_proto
    return convert


def as_message(value: Any) -> Any:
    """The message of a record. Anything else, a message above all, is given back as it is."""
    return value.to_proto() if isinstance(value, WireRecord) else value


def as_messages(value: Any) -> Any:
    """A nested record, list or dict of records, as messages. Values that are messages already pass."""
    if isinstance(value, WireRecord):
        return value.to_proto()
    if isinstance(value, dict):
        return {key: as_messages(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_messages(item) for item in value]
    return value


class WireRecord(Record):
    """A record of which the host has a message."""

    _message: ClassVar[str] = ""  # "module.Name" in mattermost_plugin.grpc
    _names: ClassVar[dict[str, str]] = {}  # fields that the message has another name for
    _letters: ClassVar[dict[str, tuple[str, ...]]] = {}  # fields that are letters here and an enum there
    _read: ClassVar[dict[str, Get]] = {}  # fields that break the rule: (message, name) → value
    _write: ClassVar[dict[str, Put]] = {}  # the way back: (message, name, value)
    _secrets: ClassVar[tuple[str, ...]] = ()  # fields that are not to be seen in a log
    _plan: ClassVar[Plan | None] = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._plan = None

    def __repr__(self) -> str:
        shown = {name: getattr(self, name) for name in self._fields}
        shown |= {name: "***" for name in self._secrets if shown[name]}
        return f"{type(self).__qualname__}({', '.join(f'{name}={value!r}' for name, value in shown.items())})"

    @classmethod
    def from_proto(cls, proto: Any) -> Self:
        """The record with the values of a message."""
        plan = cls._plan
        if plan is None:
            plan = cls._plan = Plan(cls)
        record = cls.__new__(cls)
        values = record.__dict__
        values.update(zip(plan.plain, plan.get_plain(proto)))
        for name, copy in plan.copies:
            values[name] = copy(values[name])
        for name, source, get in plan.special:
            values[name] = get(proto, source)
        return record

    def to_proto(self) -> Any:
        """A new message with the values of the record. Raises TypeError or ValueError for one that does not fit."""
        plan = self._plan
        if plan is None:
            plan = type(self)._plan = Plan(type(self))
        values = {}
        for name, source in plan.sources:
            value = getattr(self, name)
            if value is not None:
                values[source] = as_messages(value) if name in plan.nested else value
        message = plan.message_type(**values)
        for name, source, put in plan.puts:
            put(message, source, getattr(self, name))
        return message
