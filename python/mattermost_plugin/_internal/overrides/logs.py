"""Named values for the server's log."""

from __future__ import annotations

from mattermost_plugin._internal.structs import put_value
from mattermost_plugin.grpc.api_kv_config_pb2 import KeyValuePair

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def pairs(values: dict[str, Any]) -> list[Any]:
    """The values as they are where JSON has them; whatever else is logged as its text."""
    return [_pair(key, value) for key, value in values.items()]


def _pair(key: str, value: Any) -> Any:
    pair = KeyValuePair(key=key)
    try:
        put_value(pair, "value", value, key)
    except (TypeError, ValueError):
        pair = KeyValuePair(key=key)
        pair.value.string_value = str(value)
    if value is None:
        pair.value.null_value = 0
    return pair
