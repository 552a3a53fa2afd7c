"""Users, their status and their logins."""

from __future__ import annotations

from mattermost_plugin._internal.record import field
from mattermost_plugin._internal.wire import WireRecord


class User(WireRecord):
    """A user of the server. ``password`` is not part of it."""

    _message = "user_pb2.User"

    id: str
    username: str = ""
    email: str = ""
    create_at: int = 0
    update_at: int = 0
    delete_at: int = 0
    email_verified: bool = False
    nickname: str = ""
    first_name: str = ""
    last_name: str = ""
    position: str = ""
    roles: str = ""
    locale: str = ""
    timezone: dict[str, str] = field(default_factory=dict)
    is_bot: bool = False
    bot_description: str = ""
    auth_data: str | None = None
    auth_service: str = ""
    props: dict[str, str] = field(default_factory=dict)
    notify_props: dict[str, str] = field(default_factory=dict)
    last_password_update: int = 0
    last_picture_update: int = 0
    failed_attempts: int = 0
    mfa_active: bool = False
    remote_id: str | None = None
    last_activity_at: int = 0
    bot_last_icon_update: int = 0
    terms_of_service_id: str = ""
    terms_of_service_create_at: int = 0
    disable_welcome_email: bool = False
    last_login: int = 0


class UserStatus(WireRecord):
    """Whether a user is online: ``status`` is ``online``, ``away``, ``dnd`` or ``offline``."""

    _message = "api_user_team_pb2.Status"

    user_id: str
    status: str
    manual: bool = False
    last_activity_at: int = 0
    dnd_end_time: int = 0


class CustomStatus(WireRecord):
    """The emoji and text a user shows beside the name; ``expires_at`` in seconds since 1970, 0 for never."""

    _message = "api_user_team_pb2.CustomStatus"

    emoji: str = ""
    text: str = ""
    duration: str = ""
    expires_at: int = 0


class UserAuth(WireRecord):
    """How a user logs in."""

    _message = "api_user_team_pb2.UserAuth"

    auth_data: str | None = None
    auth_service: str = ""


class Session(WireRecord):
    """A login of a user."""

    _message = "api_user_team_pb2.Session"

    id: str
    token: str = ""
    create_at: int = 0
    expires_at: int = 0
    last_activity_at: int = 0
    user_id: str = ""
    device_id: str = ""
    roles: str = ""
    is_oauth: bool = False
    expired_notify: bool = False
    props: dict[str, str] = field(default_factory=dict)
    local: bool = False


class UserAccessToken(WireRecord):
    """A personal access token."""

    _message = "api_user_team_pb2.UserAccessToken"

    id: str
    token: str = ""
    user_id: str = ""
    description: str = ""
    is_active: bool = True


class ViewUsersRestrictions(WireRecord):
    """The teams and channels whose members may be seen."""

    _message = "common_pb2.ViewUsersRestrictions"

    teams: list[str] = field(default_factory=list)
    channels: list[str] = field(default_factory=list)
