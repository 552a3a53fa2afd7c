"""The options of a dialog's element, which the contract has as dicts."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def read_options(message: Any, name: str) -> list[dict[str, str]]:
    return [{"text": option.text, "value": option.value} for option in message.options]
