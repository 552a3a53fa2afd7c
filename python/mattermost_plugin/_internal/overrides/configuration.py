"""The plugin's settings, as objects of the author's classes."""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_NAMES = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


def load(config_json: bytes, dest: Any) -> Any:
    """Fills dest with the settings: see `PluginAPIClient.load_plugin_configuration`."""
    if isinstance(dest, bytearray):
        dest[:] = config_json
        return dest
    if isinstance(dest, (bytes, str, int, float)) or dest is None:
        raise TypeError("load_plugin_configuration needs something it can fill: a dataclass, a dict or an object")
    settings = json.loads(config_json or b"{}") or {}
    if dest is dict:
        return settings
    if hasattr(dest, "__dataclass_fields__"):
        if isinstance(dest, type):
            return _make(dest, settings, "")
        if dest.__dataclass_params__.frozen:
            raise TypeError(f"{type(dest).__name__} is frozen: give the class, and take what is returned")
        return _fill(dest, settings, "")
    if isinstance(dest, type):
        dest = dest()
    if hasattr(dest, "update"):
        dest.update(settings)
        return dest
    for name, value in settings.items():
        setattr(dest, name, value)
    return dest


def _fill(instance: Any, settings: Mapping[str, Any], where: str) -> Any:
    """Sets the fields of a dataclass's object that there are settings for."""
    for name, kind, key in _fields(type(instance), settings):
        if key is None:
            continue
        value, present = settings[key], getattr(instance, name, None)
        if value is None and not _takes_none(kind):
            continue  # as Go does
        nested = hasattr(present, "__dataclass_fields__") and not isinstance(present, type)
        if nested and isinstance(value, dict) and not present.__dataclass_params__.frozen:
            _fill(present, value, f"{where}{key}.")
        else:
            setattr(instance, name, _converted(value, kind, f"{where}{key}"))
    return instance


def _make(cls: Any, settings: Mapping[str, Any], where: str) -> Any:
    """A dataclass's new object. What has neither a setting nor a default is empty, as in Go."""
    from dataclasses import MISSING

    values = {}
    for name, kind, key in _fields(cls, settings):
        one = cls.__dataclass_fields__[name]
        if not one.init:
            continue
        if key is not None and (settings[key] is not None or _takes_none(kind)):
            values[name] = _converted(settings[key], kind, f"{where}{key}")
        elif one.default is MISSING and one.default_factory is MISSING:
            values[name] = _empty(kind, f"{where}{name}")
    return cls(**values)


def _fields(cls: Any, settings: Mapping[str, Any]) -> list[tuple[str, Any, str | None]]:
    """Each field of a dataclass: its name, its type and the key of its setting, if there is one."""
    from typing import get_type_hints

    hints = get_type_hints(cls)
    keys = {_folded(key): key for key in settings}
    return [
        (name, hints[name], name if name in settings else keys.get(_folded(name)))
        for name, one in cls.__dataclass_fields__.items()
        if name in hints and one._field_type.name == "_FIELD"
    ]


def _folded(name: str) -> str:
    """What names have in common that differ in their letters' case: BadWords, badwords and bad_words."""
    return name.replace("_", "").casefold()


def _arguments(kind: Any) -> tuple[Any, tuple[Any, ...]]:
    from typing import get_args, get_origin

    return get_origin(kind), get_args(kind)


def _is_union(origin: Any) -> bool:
    import types
    import typing

    return origin is types.UnionType or origin is typing.Union


def _takes_none(kind: Any) -> bool:
    import typing

    origin, arguments = _arguments(kind)
    return kind in (typing.Any, object) or _is_union(origin) and type(None) in arguments


def _empty(kind: Any, where: str) -> Any:
    if _takes_none(kind):
        return None
    origin, _ = _arguments(kind)
    if hasattr(kind, "__dataclass_fields__"):
        return _make(kind, {}, f"{where}.")
    if (origin or kind) in (str, int, float, bool, bytes, list, dict, tuple, set, frozenset):
        return (origin or kind)()
    raise TypeError(f"{where}: there is no such setting, and the field has no default")


def _converted(value: Any, kind: Any, where: str) -> Any:
    """A setting's value as a field's type has it. Raises TypeError where it is none."""
    import enum
    import typing

    origin, arguments = _arguments(kind)
    if kind in (typing.Any, object):
        return value
    if _is_union(origin):
        return _one_of(value, kind, arguments, where)
    if origin is typing.Literal or (isinstance(kind, type) and issubclass(kind, enum.Enum)):
        allowed = arguments if origin is typing.Literal else [member.value for member in kind]
        if value not in allowed:
            raise TypeError(f"the setting {where} must be one of {', '.join(map(repr, allowed))}, not {value!r}")
        return value if origin is typing.Literal else kind(value)
    if hasattr(kind, "__dataclass_fields__"):
        _expect(value, dict, "an object", where)
        return _make(kind, value, f"{where}.")
    if (origin or kind) in (list, tuple, set, frozenset):
        _expect(value, list, "a list", where)
        inner = arguments[0] if arguments else typing.Any
        return (origin or kind)(_converted(item, inner, f"{where}[{index}]") for index, item in enumerate(value))
    if (origin or kind) is dict:
        _expect(value, dict, "an object", where)
        inner = arguments[1] if arguments else typing.Any
        return {key: _converted(item, inner, f"{where}.{key}") for key, item in value.items()}
    if kind is float and type(value) is int:
        return float(value)
    if kind is int and type(value) is float and value.is_integer():
        return int(value)
    if isinstance(kind, type):
        _expect(value, kind, _NAMES.get(kind), where)
    return value


def _one_of(value: Any, kind: Any, arguments: tuple[Any, ...], where: str) -> Any:
    """A value of a union: None, or as the first of its types that it fits."""
    if value is None and type(None) in arguments:
        return None
    others = [one for one in arguments if one is not type(None)]
    for one in others:
        try:
            return _converted(value, one, where)
        except TypeError:
            if len(others) == 1:
                raise
    raise TypeError(f"the setting {where} must be {kind}, not {value!r}")


def _expect(value: Any, kind: type, name: str | None, where: str) -> None:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise TypeError(f"the setting {where} must be {name or kind.__name__}, not {value!r}")
