"""A plugin with a handler for every hook: it tells what it was given, and answers as the key "answer" of its store says.

    nothing  as if it had nothing to say
    change   with what it was given, changed, or whatever else the hook gives back
    refuse   with a reason, or an error
    raise    not at all
"""

import asyncio
import base64
import json

from mattermost_plugin import HookName, Plugin, hook
from mattermost_plugin.grpc import file_pb2, hooks_command_pb2, hooks_lifecycle_pb2, hooks_message_pb2

# Which argument is handed back, and which of its fields is changed before.
CHANGED = {
    "MessageWillBePosted": (1, "message"),
    "MessageWillBeUpdated": (1, "message"),
    "MessagesWillBeConsumed": (0, "message"),
    "MessagesWillBeConsumedWithContext": (1, "message"),
    "FileWillBeUploaded": (1, "name"),
    "NotificationWillBePushed": (0, "message"),
    "ChannelMemberWillBeAdded": (1, "roles"),
    "TeamMemberWillBeAdded": (1, "roles"),
    "ChannelWillBeUpdated": (1, "display_name"),
    "ScheduledPostWillBeCreated": (1, "message"),
    "DraftWillBeUpserted": (1, "message"),
}

# The hooks that give an error beside something else.
PAIRS = ("ConfigurationWillBeSaved", "RunDataRetention", "OnSharedChannelsSyncMsg", "GenerateSupportData")


def told(value):
    """A value as JSON has it; a message as its type and its bytes."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, list):
        return [told(item) for item in value]
    if hasattr(value, "SerializeToString"):
        return {"type": type(value).__name__, "bytes": base64.b64encode(value.SerializeToString()).decode()}
    return type(value).__name__


def changed(name, args):
    """The answer that changes something."""
    if name in CHANGED:
        index, field = CHANGED[name]
        for item in args[index] if isinstance(args[index], list) else [args[index]]:
            setattr(item, field, getattr(item, field) + "!")
        return (args[index], b"new content") if name == "FileWillBeUploaded" else args[index]
    if name == "ConfigurationWillBeSaved":
        config = json.loads(args[0].config_json)
        config["ServiceSettings"]["SiteURL"] += "!"
        return hooks_lifecycle_pb2.ConfigJson(config_json=json.dumps(config).encode())
    if name == "EmailNotificationWillBeSent":
        given = json.loads(args[0].notification_json)
        return hooks_message_pb2.EmailNotificationContent(subject=given["subject"] + "!", button_url="/")
    if name == "OnSharedChannelsSyncMsg":
        return hooks_command_pb2.SyncResponse(users_last_update_at=5, users_syncd=["u"], post_errors=["p"])
    return {
        "ExecuteCommand": {"text": "done", "props": {"deep": {"list": [1, None]}}},
        "RunDataRetention": 7,
        "OnSharedChannelsPing": True,
        "GenerateSupportData": [file_pb2.FileData(filename="a.txt", data=b"\x00a"), file_pb2.FileData(filename="b")],
    }.get(name)


def refused(name):
    if name in PAIRS:
        return None, "refused"
    return False if name == "OnSharedChannelsPing" else "refused"


class Teller(Plugin):
    def told_to(self, name, args):
        self.api.kv_set("saw " + name, json.dumps([told(arg) for arg in args]).encode())
        answer = (self.api.kv_get("answer") or b"nothing").decode()
        if answer == "raise":
            raise ValueError("on purpose")
        if name in ("ServeHTTP", "ServeMetrics"):
            writer, request = args[1], args[2]
            writer.set_header("X-Answer", request.get_header("X-Question"))
            writer.write_header(201)
            writer.write(f"{request.method} {request.url} ".encode() + request.body)
        if answer == "refuse":
            return refused(name)
        return changed(name, args) if answer == "change" else None


def every_hook(asynchronous):
    """The plugin's class, with handlers that are coroutines or not."""

    def handler(name):
        def handle(self, *args):
            return self.told_to(name, args)

        async def handle_asynchronously(self, *args):
            await asyncio.sleep(0)
            return self.told_to(name, args)

        return hook(name)(handle_asynchronously if asynchronous else handle)

    return type("EveryHook", (Teller,), {f"handle_{member.name}": handler(member.name) for member in HookName})
