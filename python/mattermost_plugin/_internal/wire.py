"""Records that mirror a message of the wire: the rule that turns one into the other."""

from __future__ import annotations

from _mmpy import record_reader

from mattermost_plugin._internal.record import Record
from mattermost_plugin._internal.structs import put_value, read_value

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
        self.puts: list[tuple[str, str, Put]] = []  # how other fields are written
        self.nested = set()
        fields: dict[str, tuple[str, str, Any]] = {}  # how each is read
        blank = self.message_type()
        for name, one in cls._fields.items():
            source = cls._names.get(name, name)
            kind = one.annotation.removesuffix(" | None")
            how, argument, put = self._codec(cls, name, source, kind, kind != one.annotation, blank)
            fields[name] = (source, how, argument)
            if put is None:
                self.sources.append((name, source))
            else:
                self.puts.append((name, source, put))
        self.read = record_reader(cls, self.message_type, fields)

    def _codec(
        self, cls: type[WireRecord], name: str, source: str, kind: str, optional: bool, blank: Any
    ) -> tuple[str, Any, Put | None]:
        """How a field is read, as record_reader has it, and how it is written, None through the constructor."""
        if name in cls._read:
            return "function", cls._read[name], cls._write.get(name)
        if container := self._container(name, kind):
            return *container, None
        if name in cls._letters or (hasattr(blank, f"{source}_exact") and f"{name}_exact" not in cls._fields):
            from mattermost_plugin._internal import companions

            if name in cls._letters:
                return "function", *companions.letters(cls._letters[name])
            suffix = {"bytes": "bytes", "int": "number", "object": "json"}[kind]
            return "function", getattr(companions, f"get_{suffix}"), getattr(companions, f"put_{suffix}")
        if kind in ("object", "dict[str, object]"):
            how = "struct" if type(getattr(blank, source)).__name__ == "Struct" else "function"
            return how, read_value, _put_into(cls, nothing=None if kind == "object" else {})
        if kind in _SCALARS:
            return ("optional" if optional else "as it is"), None, None
        if kind == "dict[str, list[str]]":
            return "function", _get_lists, _put_lists
        self.nested.add(name)
        return "record", _reader(kind), None

    def _container(self, name: str, kind: str) -> tuple[str, Any] | None:
        """How a list or a dict is read; None for a field that is none, or that breaks the rule."""
        inner = kind.removeprefix("list[").removeprefix("dict[str, ").removesuffix("]")
        if inner == kind or inner == "object" or kind == "dict[str, list[str]]":
            return None
        is_list = kind.startswith("list[")
        if inner in _SCALARS:
            return ("list" if is_list else "dict"), None
        self.nested.add(name)
        return ("records" if is_list else "table"), _reader(inner)


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


def _reader(record_name: str) -> Callable[[], Any]:
    """Gives what reads the record of that name, which may be a class that is not imported yet."""

    def find() -> Any:
        from mattermost_plugin._internal import wrappers

        return plan_of(getattr(wrappers, record_name)).read

    return find


def plan_of(cls: type[WireRecord]) -> Plan:
    """The plan of a record class, made when it is first asked for."""
    if cls._plan is None:
        cls._plan = Plan(cls)
    return cls._plan


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
        if "from_proto" not in cls.__dict__:
            cls.from_proto = _from_proto  # type: ignore[method-assign]  # that of a base may be the base's reader

    def __repr__(self) -> str:
        shown = {name: getattr(self, name) for name in self._fields}
        shown |= {name: "***" for name in self._secrets if shown[name]}
        return f"{type(self).__qualname__}({', '.join(f'{name}={value!r}' for name, value in shown.items())})"

    @classmethod
    def from_proto(cls, proto: Any) -> Self:
        """The record with the values of a message."""
        plan = plan_of(cls)
        if cls.__dict__.get("from_proto") is _from_proto:
            cls.from_proto = plan.read  # from here on it is called directly
        record: Self = plan.read(proto)
        return record

    def to_proto(self) -> Any:
        """A new message with the values of the record. Raises TypeError or ValueError for one that does not fit."""
        plan = plan_of(type(self))
        values = {}
        for name, source in plan.sources:
            value = getattr(self, name)
            if value is not None:
                values[source] = as_messages(value) if name in plan.nested else value
        message = plan.message_type(**values)
        for name, source, put in plan.puts:
            put(message, source, getattr(self, name))
        return message


_from_proto = WireRecord.__dict__["from_proto"]
