"""What the host says of the plugin's limits. It is in a file, which each interpreter has of its own and no snapshot holds."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_PATH = "/limits.json"
_DEFAULT_JOBS = 256

_known: dict[str, Any] | None = None


def _limits() -> dict[str, Any]:
    global _known
    if _known is None:
        try:
            with open(_PATH, "rb") as file:
                import json

                _known = json.load(file)
        except FileNotFoundError:  # a test has no host, nor has what a snapshot is made of
            return {}
    return _known or {}


def hook_seconds(hook: str | None, default: float) -> float:
    """How long a hook may take; without a name, a job."""
    limits = _limits()
    name = "user_hook_seconds" if hook in limits.get("user_hooks", ()) else "hook_seconds"
    return float(limits.get(name, default))


def cpu_seconds(default: float) -> float:
    """How long a hook or a job may compute."""
    return float(_limits().get("hook_cpu_seconds", default))


def jobs() -> int:
    """How many jobs may be scheduled."""
    return int(_limits().get("jobs", _DEFAULT_JOBS))
