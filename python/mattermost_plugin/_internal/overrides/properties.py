"""Property fields and values: JSON in the client, messages on the wire; and pages, where Mattermost has cursors."""

from __future__ import annotations

import json

from mattermost_plugin._internal.overrides.json_messages import fill
from mattermost_plugin.grpc.api_remaining_pb2 import PropertyField, PropertyValue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    JSON = bytes | str


def field(field_json: JSON) -> Any:
    return fill(PropertyField(), _object(json.loads(field_json), "field_json"), "field_json")


def fields(fields_json: JSON) -> list[Any]:
    return [fill(PropertyField(), one, "fields_json") for one in _objects(fields_json, "fields_json")]


def value(value_json: JSON) -> Any:
    return fill(PropertyValue(), _object(json.loads(value_json), "value_json"), "value_json")


def values(values_json: JSON) -> list[Any]:
    return [fill(PropertyValue(), one, "values_json") for one in _objects(values_json, "values_json")]


def group_of(text: JSON) -> str:
    """The one group that a field or value, or an array of them, says that it is of."""
    parsed = json.loads(text)
    groups = {str(one.get("group_id") or "") for one in (parsed if isinstance(parsed, list) else [parsed])}
    if len(groups) > 1:
        raise ValueError(f"these are of several groups, {', '.join(sorted(groups))}: change those of one at a time")
    return groups.pop() if groups else ""


def _object(parsed: Any, where: str) -> dict[str, Any]:
    if not isinstance(parsed, dict):
        raise TypeError(f"{where} must be a JSON object, not {type(parsed).__name__}")
    return parsed


def _objects(text: JSON, where: str) -> list[dict[str, Any]]:
    parsed = json.loads(text)
    if not isinstance(parsed, list):
        raise TypeError(f"{where} must be a JSON array, not {type(parsed).__name__}")
    return [_object(one, f"{where}[{index}]") for index, one in enumerate(parsed)]


def json_text(term: str) -> bytes | None:
    """What a value that is this text looks like, or None for any value."""
    return json.dumps(term, ensure_ascii=False).encode() if term else None


def up_to(page: int, per_page: int) -> int:
    """How many there are up to the end of a page. Mattermost goes on from the last one of a page, and numbers none."""
    return (page + 1) * per_page


def page_of(items: Any, page: int, per_page: int) -> list[Any]:
    return list(items[page * per_page : (page + 1) * per_page])


def named(found: Any, term: str, page: int, per_page: int) -> list[Any]:
    """Those of a page with a term in their name, in whatever case."""
    return [one for one in page_of(found, page, per_page) if term.casefold() in one.name.casefold()]
