from mattermost_plugin._internal.overrides import events

class InterfaceMixin:
    """What users see beside posts: dialogs, toasts, events for the web app, mail and notifications."""

    def open_interactive_dialog(self, dialog_request: OpenDialogRequest) -> None:
        """Opens a dialog for the user behind the trigger_id, which a command, a button or a menu brings."""
        request.dialog = dialog_request

    def send_toast_message(
        self,
        user_id: str,
        message: str,
        *,
        connection_id: str = "",
        position: str = "",
    ) -> None:
        """Shows a user a short message that goes away, on all clients or on one connection.

        position is ``top-left``, ``top-center``, ``top-right``, ``bottom-left``, ``bottom-center`` or, as without one,
        ``bottom-right``.
        """
        request.options.position = position

    def send_mail(self, to: str, subject: str, html_body: str) -> None:
        """Sends an e-mail."""

    def send_push_notification(self, notification: PushNotification, user_id: str) -> None:
        """Sends a notification to a user's mobile devices, after the NotificationWillBePushed hook.

        The plugin sees to what the server's settings allow in notifications.
        """

    def publish_web_socket_event(self, event: str, payload: dict[str, Any], broadcast: dict[str, Any]) -> None:
        """Sends an event to the web app.

        Its name there is ``custom_{plugin id}_{event}``. broadcast says who gets it: user_id, channel_id, team_id or
        connection_id, nobody of omit_users, not omit_connection_id; reliable_cluster_send and contention_free_broadcast
        say how, contains_sanitized_data and contains_sensitive_data which of two variants it is, required_permissions
        what a user needs. Empty, everybody gets it.
        """
        request.broadcast = events.broadcast(broadcast)
