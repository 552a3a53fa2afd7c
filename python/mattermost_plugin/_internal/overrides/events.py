"""Who gets an event in the web app."""

from __future__ import annotations

from mattermost_plugin._internal.structs import fill_struct
from mattermost_plugin.grpc.api_kv_config_pb2 import WebsocketBroadcast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def broadcast(fields: Mapping[str, Any]) -> Any:
    """The message of a broadcast, given as its fields.

    omit_users is a list of users or, as in Go, a dict of flags; omit_connection_id is the connection or, as gRPC
    plugins have it, True for the one of connection_id.
    """
    plain = dict(fields)
    hooks = plain.pop("broadcast_hook_args", ())
    if isinstance(plain.get("omit_users"), dict):
        plain["omit_users_exact"] = plain.pop("omit_users")
        plain["omit_users"] = [user for user, omit in plain["omit_users_exact"].items() if omit]
    if isinstance(plain.get("omit_connection_id"), str):
        plain["omit_connection_id_exact"] = plain.pop("omit_connection_id")
    message = WebsocketBroadcast(**plain)
    for index, arguments in enumerate(hooks):
        struct, numbers = message.broadcast_hook_args.add(), message.broadcast_hook_args_numbers
        fill_struct(struct, arguments, f"broadcast_hook_args[{index}]", numbers, (str(index),))
    return message
