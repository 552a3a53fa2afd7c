"""Manages accounts: /users does what an administrator does in the System Console."""

import json
import struct
import time
import zlib
from dataclasses import replace

from mattermost_plugin import Command, HookName, NotFoundError, Plugin, hook, run_plugin
from mattermost_plugin._internal.wrappers import CustomStatus, Session
from mattermost_plugin.grpc.user_pb2 import User

HOUR = 3_600_000  # in milliseconds, as Mattermost counts


class Users(Plugin):
    @hook(HookName.OnActivate)
    def activate(self):
        self.api.register_command(Command(trigger="users"))

    @hook(HookName.ExecuteCommand)
    def execute(self, context, args):
        _, action, *words = args.command.split()
        return json.dumps(getattr(self, "do_" + action)(*words))

    def do_create(self, name, password):
        user = self.api.create_user(
            User(
                username=name,
                email=f"{name}@example.com",
                password=password,
                nickname="Amazing",
                locale="de",
                position="Rear Admiral",
                props={"ship": "USS Hopper"},
            )
        )
        return user.id

    def do_find(self, name):
        """The ids that the ways to look a user up give."""
        user = self.api.get_user_by_username(name)
        return [
            user.id,
            self.api.get_user(user.id).id,
            self.api.get_user_by_email(user.email).id,
            *[found.id for found in self.api.get_users_by_ids([user.id])],
            *[found.id for found in self.api.get_users_by_usernames([name])],
            *[found.id for found in self.api.search_users(name)],
            *[found.id for found in self.api.get_users(per_page=200) if found.username == name],
        ]

    def do_change(self, user_id):
        user = self.api.get_user(user_id)
        timezone = {"useAutomaticTimezone": "false", "manualTimezone": "Europe/Berlin", "automaticTimezone": ""}
        self.api.update_user(replace(user, first_name="Grace", last_name="Hopper", timezone=timezone))

    def do_away(self, user_id):
        self.api.update_user_status(user_id, "away")
        lunch = CustomStatus(emoji="pizza", text="Lunch", duration="one_hour", expires_at=now() + HOUR)
        self.api.update_user_custom_status(user_id, lunch)
        return self.api.get_user_status(user_id).status

    def do_back(self, user_id):
        self.api.update_user_status(user_id, "online")
        self.api.remove_user_custom_status(user_id)

    def do_paint(self, user_id, red, green, blue):
        """Gives the user a picture of one colour; the result is the size of what the server made of it."""
        self.api.set_profile_image(user_id, png(128, int(red), int(green), int(blue)))
        return len(self.api.get_profile_image(user_id))

    def do_promote(self, user_id):
        before = self.api.has_permission_to(user_id, "manage_system")
        self.api.update_user_roles(user_id, "system_user system_admin")
        return [before, self.api.has_permission_to(user_id, "manage_system")]

    def do_impersonate(self, user_id):
        session = self.api.create_session(Session(id="", user_id=user_id, expires_at=now() + HOUR))
        return {"id": session.id, "token": session.token, "read": self.api.get_session(session.id).user_id}

    def do_revoke(self, session_id):
        self.api.revoke_session(session_id)

    def do_deactivate(self, user_id):
        self.api.update_user_active(user_id, False)

    def do_missing(self):
        try:
            self.api.get_user("a" * 26)
        except NotFoundError as error:
            return {"id": error.error_id, "status": error.status_code, "where": error.where}


def now():
    return int(time.time() * 1000)


def png(size, red, green, blue):
    """A square of one colour."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    pixels = (b"\0" + bytes((red, green, blue)) * size) * size
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")


if __name__ == "__main__":
    run_plugin(Users)
