"""Settings, plugins, and what else the server has."""

class Preference:
    """A setting of a user."""

    _message = "api_remaining_pb2.Preference"

    user_id: str = ""
    category: str = ""
    name: str = ""
    value: str = ""

class PluginKVSetOptions:
    """How `kv_set_with_options` sets: ``atomic`` only if the value is still ``old_value`` (None: there is none)."""

    _message = "api_kv_config_pb2.PluginKVSetOptions"

    atomic: bool = False
    old_value: bytes | None = None
    expire_in_seconds: int = 0

class PluginInfo(Record):
    """An installed plugin."""

    manifest: dict[str, object] = {}

class PluginStatus:
    """An installed plugin, and whether it runs."""

    _message = "api_kv_config_pb2.PluginStatus"

    plugin_id: str = ""
    plugin_path: str = ""
    state: int = 0
    name: str = ""
    description: str = ""
    version: str = ""

class OAuthApp:
    """An OAuth 2.0 application."""

    _message = "api_remaining_pb2.OAuthApp"
    _secrets = ("client_secret",)

    id: str = ""
    creator_id: str = ""
    create_at: int = 0
    update_at: int = 0
    client_secret: str = ""
    name: str = ""
    description: str = ""
    icon_url: str = ""
    callback_urls: str = ""
    homepage: str = ""
    is_trusted: bool = False
    mattermost_app_id: str = ""

class SharedChannel:
    """A channel shared with other servers."""

    _message = "api_remaining_pb2.SharedChannel"

    channel_id: str = ""
    team_id: str = ""
    home: str = ""
    read_only: bool = False
    share_name: str = ""
    share_display_name: str = ""
    share_purpose: str = ""
    share_header: str = ""
    creator_id: str = ""
    create_at: int = 0
    update_at: int = 0
    remote_id: str = ""
    type: str = ""

class AuditRecord:
    """An entry of the audit log."""

    _message = "api_remaining_pb2.AuditRecord"

    id: str = ""
    create_at: int = 0
    level: str = ""
    api_path: str = ""
    event: str = ""
    status: str = ""
    user_id: str = ""
    session_id: str = ""
    client: str = ""
    ip_address: str = ""
    meta: dict[str, object] = {}

class PushNotification:
    """A notification for a mobile device."""

    _message = "api_remaining_pb2.PushNotification"

    ack_id: str = ""
    platform: str = ""
    server_id: str = ""
    device_id: str = ""
    post_id: str = ""
    category: str = ""
    sound: str = ""
    message: str = ""
    badge: str = ""
    team_id: str = ""
    channel_id: str = ""
    root_id: str = ""
    sender_id: str = ""
    sender_name: str = ""
    channel_name: str = ""
    type: str = ""

class AuditEventData:
    """What was asked for, and what it changed."""

    _message = "api_remaining_pb2.AuditEventData"

class AuditEventError:
    """Why what was asked for failed."""

    _message = "api_remaining_pb2.AuditEventError"

class AppError:
    """An error of Mattermost where it is no exception, such as for one of several users."""

    _message = "common_pb2.AppError"

class SyncResponse:
    """What became of the content that a remote server sent: what it need not send again, and what failed."""

    _message = "hooks_command_pb2.SyncResponse"
