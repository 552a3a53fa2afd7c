"""DESCRIPTOR of messages and enums: their names, fields and values."""

from typing import Any

_TYPES = {
    "double": 1, "float": 2, "int64": 3, "uint64": 4, "int32": 5, "fixed64": 6, "fixed32": 7, "bool": 8, "string": 9,
    "message": 11, "bytes": 12, "uint32": 13, "enum": 14, "sfixed32": 15, "sfixed64": 16, "sint32": 17, "sint64": 18,
}  # fmt: skip


class EnumValueDescriptor:
    """One name of an enum."""

    def __init__(self, name: str, number: int, index: int, enum_type: "EnumDescriptor") -> None:
        self.name = name
        self.number = number
        self.index = index
        self.type = enum_type


class EnumDescriptor:
    """An enum."""

    def __init__(self, full_name: str, numbers: dict[str, int]) -> None:
        self.full_name = full_name
        self.name = full_name.rpartition(".")[2]
        self.values = [EnumValueDescriptor(name, number, i, self) for i, (name, number) in enumerate(numbers.items())]
        self.values_by_name = {value.name: value for value in self.values}
        self.values_by_number = {value.number: value for value in reversed(self.values)}


class OneofDescriptor:
    """A oneof, with its fields."""

    def __init__(self, name: str, containing_type: "Descriptor", index: int) -> None:
        self.name = name
        self.full_name = f"{containing_type.full_name}.{name}"
        self.containing_type = containing_type
        self.index = index
        self.fields: list[FieldDescriptor] = []


class FieldDescriptor:
    """A field: type, cpp_type and label are the TYPE_, CPPTYPE_ and LABEL_ numbers of protobuf."""

    TYPE_DOUBLE, TYPE_FLOAT, TYPE_INT64, TYPE_UINT64, TYPE_INT32, TYPE_FIXED64, TYPE_FIXED32, TYPE_BOOL = range(1, 9)
    TYPE_STRING, TYPE_GROUP, TYPE_MESSAGE, TYPE_BYTES, TYPE_UINT32, TYPE_ENUM = range(9, 15)
    TYPE_SFIXED32, TYPE_SFIXED64, TYPE_SINT32, TYPE_SINT64 = range(15, 19)
    CPPTYPE_INT32, CPPTYPE_INT64, CPPTYPE_UINT32, CPPTYPE_UINT64, CPPTYPE_DOUBLE = range(1, 6)
    CPPTYPE_FLOAT, CPPTYPE_BOOL, CPPTYPE_ENUM, CPPTYPE_STRING, CPPTYPE_MESSAGE = range(6, 11)
    LABEL_OPTIONAL, LABEL_REQUIRED, LABEL_REPEATED = range(1, 4)
    _CPPTYPES = (0, 5, 6, 2, 4, 1, 4, 3, 7, 9, 10, 10, 9, 3, 8, 1, 2, 1, 2)

    containing_oneof: OneofDescriptor | None = None
    is_extension = False
    file = None

    def __init__(self, containing_type: "Descriptor", index: int, definition: tuple[Any, ...]) -> None:
        name, number, kind, reference, label = definition + (None, "")[len(definition) - 3 :]
        self.name: str = name
        self.full_name = f"{containing_type.full_name}.{name}"
        self.number: int = number
        self.index = index
        self.containing_type = containing_type
        self.camelcase_name = self.json_name = _camel_case(name)
        self.type = _TYPES["message" if kind == "map" else kind]
        self.cpp_type = self._CPPTYPES[self.type]
        self.is_repeated = kind == "map" or label == "repeated"
        self.label = self.LABEL_REPEATED if self.is_repeated else self.LABEL_OPTIONAL
        self.has_presence = not self.is_repeated and (kind == "message" or label != "")
        self._label = label
        self._reference = _entry_type(self, *reference) if kind == "map" else reference

    @property
    def message_type(self) -> "Descriptor | None":
        """The descriptor of the message that the field holds; of a map, of its entry."""
        if self.type != self.TYPE_MESSAGE:
            return None
        reference = self._reference
        if isinstance(reference, str):
            from _mmpy import _message_types

            reference = _message_types[reference]
        return reference if isinstance(reference, Descriptor) else reference.DESCRIPTOR

    @property
    def enum_type(self) -> EnumDescriptor | None:
        """The descriptor of the enum that the field holds."""
        return self._reference.DESCRIPTOR if self.type == self.TYPE_ENUM else None

    @property
    def default_value(self) -> Any:
        """What an unset field reads as; an empty list for a repeated one, None for a message."""
        if self.is_repeated:
            return []
        if self.type == self.TYPE_BYTES:
            return b""
        defaults = {self.CPPTYPE_STRING: "", self.CPPTYPE_BOOL: False, self.CPPTYPE_MESSAGE: None}
        return defaults.get(self.cpp_type, 0.0 if self.cpp_type in (self.CPPTYPE_DOUBLE, self.CPPTYPE_FLOAT) else 0)

    def __repr__(self) -> str:
        return f"<field {self.full_name}>"


class Descriptor:
    """A message type."""

    file = None
    containing_type = None

    def __init__(
        self, message_class: Any, full_name: str, definition: tuple[Any, ...], map_entry: bool = False
    ) -> None:
        self._concrete_class = message_class
        self.full_name = full_name
        self.name = full_name.rpartition(".")[2]
        self._map_entry = map_entry
        self.fields = [FieldDescriptor(self, index, field) for index, field in enumerate(definition)]
        self._fields_by_number = tuple(sorted(self.fields, key=lambda field: field.number))
        self.fields_by_name = {field.name: field for field in self.fields}
        self.fields_by_camelcase_name = {field.camelcase_name: field for field in self.fields}
        self.fields_by_number = {field.number: field for field in self.fields}
        self.oneofs_by_name: dict[str, OneofDescriptor] = {}
        for field in self.fields:
            kind, _, name = field._label.partition(":")
            if kind == "oneof":
                oneof = self.oneofs_by_name.setdefault(name, OneofDescriptor(name, self, len(self.oneofs_by_name)))
                oneof.fields.append(field)
                field.containing_oneof = oneof
        self.oneofs = list(self.oneofs_by_name.values())

    def GetOptions(self) -> "MessageOptions":
        return MessageOptions(self._map_entry)

    def __repr__(self) -> str:
        return f"<message {self.full_name}>"


class MessageOptions:
    """Of a message type's options, whether it is the entry of a map."""

    def __init__(self, map_entry: bool) -> None:
        self.map_entry = map_entry


def _camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def _entry_type(field: FieldDescriptor, key: str, value: str, reference: Any = None) -> Descriptor:
    name = "".join(part[:1].upper() + part[1:] for part in field.name.split("_")) + "Entry"
    fields = (("key", 1, key), ("value", 2, value, reference))
    return Descriptor(None, f"{field.containing_type.full_name}.{name}", fields, map_entry=True)


def _describe(message_class: type, full_name: str, definition: tuple[Any, ...]) -> Descriptor:
    """Called by the guest when a DESCRIPTOR is asked for first; definition is what message_type was given."""
    return Descriptor(message_class, full_name, definition)


def _describe_enum(enum_type: Any, full_name: str, numbers: dict[str, int]) -> EnumDescriptor:
    return EnumDescriptor(full_name, numbers)
