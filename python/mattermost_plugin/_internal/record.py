"""Records: classes that behave as ``@dataclass(frozen=True)`` makes them, in a fraction of the time.

``dataclass`` compiles six methods for each class when its module is imported. A plugin uses a handful of the 43 wrapper
classes, so a record compiles its ``__init__`` when it is first called and builds what the `dataclasses` module looks at
(``fields``, ``replace``, ``asdict``, ``is_dataclass``) when that first asks.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import field
    from typing import Any, ClassVar, Self, dataclass_transform
else:

    class field:
        """The default of a field of which each record gets its own, such as an empty list."""

        __slots__ = ("default_factory",)

        def __init__(self, *, default_factory):
            self.default_factory = default_factory

    def dataclass_transform(**_):
        return lambda cls: cls


class _New:
    """In a signature: each record gets its own."""

    def __repr__(self) -> str:
        return "<new>"


_NEW = _New()


class Field:
    """One field of a record class: its name, annotation (text), and default, if any."""

    __slots__ = ("annotation", "default", "default_factory", "name", "required")

    def __init__(self, name: str, annotation: str, namespace: dict[str, Any]) -> None:
        default = namespace.get(name, Field)  # Field itself: no default
        self.name = name
        self.annotation = annotation
        self.required = default is Field
        self.default_factory: Callable[[], Any] | None = default.default_factory if isinstance(default, field) else None
        self.default: Any = default


class _LazyInit:
    """``__init__`` of one record class until it is first asked for."""

    def __init__(self, owner: type[Record]) -> None:
        self.owner = owner

    def __get__(self, instance: Record | None, _: type[Record]) -> Any:
        init = _compile_init(self.owner)
        type.__setattr__(self.owner, "__init__", init)
        return init if instance is None else init.__get__(instance)


class _LazyDataclass:
    """``__dataclass_fields__`` or ``__dataclass_params__`` of one record class until it is first asked for."""

    def __init__(self, owner: type[Record], name: str) -> None:
        self.owner = owner
        self.name = name

    def __get__(self, instance: Record | None, _: type[Record]) -> Any:
        twin = _dataclass_twin(self.owner)
        for name in ("__dataclass_fields__", "__dataclass_params__"):
            type.__setattr__(self.owner, name, getattr(twin, name))
        return getattr(twin, self.name)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Record:
    """Base class of records. Fields are annotated class attributes, those of base classes first.

    Records compare by type and values, cannot be changed (but with ``frozen=False``), and are hashable when frozen and
    all their values are.
    """

    _fields: ClassVar[dict[str, Field]] = {}
    _frozen: ClassVar[bool] = True

    def __init_subclass__(cls, frozen: bool = True, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        fields = dict(cls._fields)
        for name, annotation in cls.__dict__.get("__annotations__", {}).items():
            if str(annotation).startswith("ClassVar"):
                continue
            fields[name] = Field(name, annotation, cls.__dict__)
            if fields[name].default_factory:
                delattr(cls, name)
        cls._fields = fields
        cls._frozen = frozen
        cls.__match_args__ = tuple(fields)
        if "__init__" not in cls.__dict__:
            cls.__init__ = _LazyInit(cls)  # type: ignore[method-assign, assignment]
        cls.__dataclass_fields__ = _LazyDataclass(cls, "__dataclass_fields__")
        cls.__dataclass_params__ = _LazyDataclass(cls, "__dataclass_params__")
        if not frozen:
            cls.__setattr__ = object.__setattr__  # type: ignore[method-assign, assignment]
            cls.__delattr__ = object.__delattr__  # type: ignore[method-assign, assignment]
            cls.__hash__ = None  # type: ignore[assignment]

    def __setattr__(self, name: str, value: Any) -> None:
        from dataclasses import FrozenInstanceError

        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        from dataclasses import FrozenInstanceError

        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def _values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self._fields)

    def __eq__(self, other: object) -> Any:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return self._values() == other._values()  # type: ignore[attr-defined]

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._fields)
        return f"{type(self).__qualname__}({values})"

    def __replace__(self, **changes: Any) -> Self:
        return type(self)(**{name: getattr(self, name) for name in self._fields} | changes)


def _compile_init(cls: type[Record]) -> Any:
    """The ``__init__`` that takes the fields of cls in their order, by position or by name."""
    parameters = ["self"]
    body = ["values = self.__dict__"]
    namespace: dict[str, Any] = {"_new": _NEW}
    for name, one in cls._fields.items():
        value = name
        if one.required:
            parameters.append(name)
        elif one.default_factory:
            namespace[f"_new_{name}"] = one.default_factory
            parameters.append(f"{name}=_new")
            value = f"_new_{name}() if {name} is _new else {name}"
        else:
            namespace[f"_default_{name}"] = one.default
            parameters.append(f"{name}=_default_{name}")
        body.append(f"values[{name!r}] = {value}")
    exec(f"def __init__({', '.join(parameters)}):\n " + "\n ".join(body), namespace)
    init = namespace["__init__"]
    init.__module__ = cls.__module__
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    init.__annotations__ = {one.name: one.annotation for one in cls._fields.values()} | {"return": None}
    return init


def _dataclass_twin(cls: type[Record]) -> type:
    """A real dataclass with the same fields."""
    import dataclasses

    specs = []
    for one in cls._fields.values():
        if one.required:
            default = dataclasses.field()
        elif one.default_factory:
            default = dataclasses.field(default_factory=one.default_factory)
        else:
            default = dataclasses.field(default=one.default)
        specs.append((one.name, one.annotation, default))
    return dataclasses.make_dataclass(cls.__name__, specs, frozen=cls._frozen)
