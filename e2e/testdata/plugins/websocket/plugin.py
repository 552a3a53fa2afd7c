"""Talks with the web app over its websocket: answers a ping to the one who sent it, and tells a channel the time."""

import json

from mattermost_plugin import Command, HookName, Plugin, hook, run_plugin
from mattermost_plugin._internal.structs import struct_to_dict


class WebSocket(Plugin):
    @hook(HookName.OnActivate)
    def activate(self):
        self.connected = {}  # users by connection
        self.api.register_command(Command(trigger="ws"))

    @hook(HookName.OnWebSocketConnect)
    def connect(self, connection_id, user_id):
        self.connected[connection_id] = user_id

    @hook(HookName.OnWebSocketDisconnect)
    def disconnect(self, connection_id, user_id):
        self.connected.pop(connection_id, None)

    @hook(HookName.WebSocketMessageHasBeenPosted)
    def message(self, connection_id, user_id, request):
        if request.action == "custom_org.mmpy.websocket_ping":
            payload = {"from": user_id, "data": struct_to_dict(request.data)}
            self.api.publish_web_socket_event("pong", payload, {"connection_id": connection_id})

    @hook(HookName.ExecuteCommand)
    def execute(self, context, args):
        _, action, *words = args.command.split()
        return json.dumps(getattr(self, "do_" + action)(args, *words))

    def do_connections(self, args):
        return sorted(self.connected.values())

    def do_channel(self, args):
        payload = {"text": "It is late", "nested": {"list": [1, None, "x"]}, "flag": True}
        self.api.publish_web_socket_event("time", payload, {"channel_id": args.channel_id})

    def do_user(self, args, user_id, text):
        self.api.publish_web_socket_event("whisper", {"text": text}, {"user_id": user_id})

    def do_team_without(self, args, user_id, text):
        """To everybody in the team but one."""
        omitted = {"team_id": args.team_id, "omit_users": {user_id: True}}
        self.api.publish_web_socket_event("whisper", {"text": text}, omitted)

    def do_typing(self, args, user_id):
        self.api.publish_user_typing(user_id, args.channel_id)


if __name__ == "__main__":
    run_plugin(WebSocket)
