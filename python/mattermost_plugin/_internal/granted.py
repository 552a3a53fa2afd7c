"""What the host has granted to the plugin, as far as the plugin may know."""

from __future__ import annotations

import _mmpy

from mattermost_plugin._internal import hook_runner
from mattermost_plugin.exceptions import UnavailableError

# The host shows it to each instance, with the names of the API methods that are denied, and who denies each.
_FILE = "/mmpy/denied.json"

_denied: dict[str, str] | None = None  # once it was read


def denial(method: str) -> str | None:
    """Who denies an API method, by its name in Mattermost; None when it is granted. Raises ValueError for what is no method."""
    if method not in _mmpy.METHODS:
        raise ValueError(f"there is no API method {method!r}{_proposal(method)}")
    return _all_denied().get(method)


def _all_denied() -> dict[str, str]:
    global _denied
    if hook_runner.loading:  # what is found out now may be kept in a snapshot, and go on elsewhere
        raise UnavailableError(
            "what the plugin is granted is not known while its file is loaded: ask from OnActivate on",
            error_id="mmpy.unavailable",
            status_code=503,
        )
    if _denied is None:
        import json

        try:
            with open(_FILE, "rb") as file:
                _denied = json.load(file)
        except FileNotFoundError:  # no plugin runs here, but its tests
            _denied = {}
    return _denied


def _proposal(method: str) -> str:
    from difflib import get_close_matches

    plain = {name.lower(): name for name in _mmpy.METHODS}
    near = get_close_matches(str(method).replace("_", "").lower(), plain, 1)
    return f": do you mean {plain[near[0]]}?" if near else ""
