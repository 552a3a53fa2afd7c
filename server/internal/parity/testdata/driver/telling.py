"""Values as JSON, nothing lost: what JSON has no form for is an object with one member that says what it is."""

import base64
import dataclasses
from enum import Enum

from _mmpy import Message


def tell(value):
    if isinstance(value, type):
        return value.__name__
    if isinstance(value, Enum):
        return tell(value.value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (bytes, bytearray, memoryview)):
        return {"bytes": base64.b64encode(value).decode()}
    if hasattr(value, "all_headers"):  # a PluginHTTPResult, which is a tuple
        return [tell(item) for item in (*value, value.all_headers)]
    if hasattr(value, "status_code") and hasattr(value, "read"):  # a PluginHTTPResponse, which is a file
        joined = {name: ", ".join(values) for name, values in value.headers.items()}
        return [tell(item) for item in (value.status_code, joined, value.read(), value.headers)]
    if isinstance(value, (list, tuple)):
        return [tell(item) for item in value]
    if isinstance(value, dict):
        return {"dict": {_key(key): tell(item) for key, item in value.items()}}
    if isinstance(value, Message):
        encoded = base64.b64encode(value.SerializeToString()).decode()
        return {"message": {"type": value.DESCRIPTOR.full_name, "bytes": encoded}}
    if dataclasses.is_dataclass(value):
        fields = {field.name: tell(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"record": {"class": type(value).__name__, "fields": fields}}
    if hasattr(value, "read"):
        return {"bytes": base64.b64encode(value.read()).decode()}
    raise TypeError(f"no way to tell a {type(value).__qualname__}")


def _key(key):
    if not isinstance(key, str):
        raise TypeError(f"a key is {key!r}, no str")
    return key


def tell_exception(error):
    attributes = ("message", "code", "error_id", "status_code", "detailed_error", "where", "params", "request_id")
    return {
        "class": type(error).__name__,
        "text": str(error),
        "attributes": {name: tell(getattr(error, name)) for name in attributes if hasattr(error, name)},
    }
