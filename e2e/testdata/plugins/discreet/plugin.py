"""Sees to what appears on locked phones: no secrets, and nothing at all of what is for nobody's eyes."""

import re

from mattermost_plugin import HookName, Plugin, hook, run_plugin


class Discreet(Plugin):
    @hook(HookName.NotificationWillBePushed)
    def push(self, notification, user_id):
        if "top secret" in notification.message:
            return None, f"top secret, and {self.api.get_user(user_id).username}'s phone may be on a table"
        notification.message = re.sub(r"\d", "*", notification.message)
        return notification


if __name__ == "__main__":
    run_plugin(Discreet)
