"""Sees to what leaves the server: no numbers, and nothing at all of what is top secret."""

import json
import re

from mattermost_plugin import Command, HookName, Plugin, hook, run_plugin
from mattermost_plugin.grpc.hooks_message_pb2 import EmailNotificationContent


class Discreet(Plugin):
    @hook(HookName.OnActivate)
    def activate(self):
        self.api.register_command(Command(trigger="mail"))

    @hook(HookName.ExecuteCommand)
    def execute(self, context, args):
        """/mail TO SUBJECT sends an e-mail."""
        _, to, subject = args.command.split(maxsplit=2)
        self.api.send_mail(to, subject, "<p>Sent from <b>Python</b></p>")
        return "sent"

    @hook(HookName.NotificationWillBePushed)
    def push(self, notification, user_id):
        if "top secret" in notification.message:
            return None, f"top secret, and {self.api.get_user(user_id).username}'s phone may be on a table"
        notification.message = re.sub(r"\d", "*", notification.message)
        return notification

    @hook(HookName.EmailNotificationWillBeSent)
    def mail(self, notification):
        """By e-mail goes that there is a message, and from whom."""
        given = json.loads(notification.notification_json)
        if "top secret" in given["message_text"] + given["message_html"]:
            return None, "top secret, and mail is read by many"
        return EmailNotificationContent(
            subject=f"A message from @{given['sender_username']}",
            title=given["title"],
            button_text="Read",
            button_url=given["button_url"],
        )


if __name__ == "__main__":
    run_plugin(Discreet)
