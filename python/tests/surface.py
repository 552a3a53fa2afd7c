"""What gRPC plugins know of the SDK: names, signatures, wrapper fields and hook arguments that must stay."""

import json
from pathlib import Path

HERE = Path(__file__).parent

SDK = json.loads((HERE / "sdk-surface.json").read_text(encoding="utf-8"))
_WRAPPERS_MODULE = "mattermost_plugin._internal.wrappers"
_WRAPPERS = [one for one in SDK["classes"] if one["module"] == _WRAPPERS_MODULE and "fields" in one]

SURFACE = json.loads((HERE / "surface.json").read_text(encoding="utf-8")) | {
    "public_names": SDK["public_names"],
    "hook_names": SDK["hook_names"],
    "methods": {one["rpc"]: one["signature"] for one in SDK["client_methods"]},
    "wrappers": {
        one["class"]: {
            "fields": [(field["name"], field["default"]) for field in one["fields"]],
            "methods": [method.partition("(")[0] for method in one["methods"]],
        }
        for one in _WRAPPERS
    },
    "exceptions": SDK["exception_hierarchy"],
}
